"""What was taken down is gone from every index, and no late write brings it back."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from tests.unit.isnad_index.takedowns import takedown

from isnad.errors import SearchUnavailable
from isnad.indexes import Indexes
from isnad.search_index import Answer
from isnad.testing.search import FakeIndex
from isnad_index.setting_up import set_up

EARLY = datetime(2018, 1, 8, 6, 0, tzinfo=UTC)


class Forgetful(FakeIndex):
    """An Elasticsearch that was started anew: it knows no versions of what was taken out."""

    def forget(self):
        for index in self._indexes.values():
            for id_ in [id_ for id_, stored in index.items() if stored.document is None]:
                del index[id_]


@pytest.fixture
async def index():
    fake = Forgetful()
    await set_up(fake, Indexes(), 0)
    return fake


def part(article, number, **more):
    prepared = msgspec.structs.replace(article.article, page_id="page", part=number, id=f"page#{number}", **more)
    verdict = msgspec.structs.replace(article.verdict, story_id=f"page#{number}")
    return msgspec.structs.replace(article, article=prepared, verdict=verdict)


def articles(index):
    return {id_ for name, id_ in index.standing() if name.startswith("isnad-articles")}


async def test_an_article_goes_wherever_it_stands_and_what_took_it_down_stays(process, index, make_article):
    await process(make_article("a", published_at=EARLY), make_article("b", offset=1))
    assert await process(takedown("a", 2, counted_out=("a",))) == ["indexed"]
    assert articles(index) == {"b"}
    document = index.standing()["isnad-takedowns", "a"]
    assert (document["is_down"], document["reason"], document["log_offset"]) == (True, "so", 2)


async def test_an_older_write_stays_out_also_when_elasticsearch_has_forgotten_the_version(process, index, make_article):
    await process(make_article("a"), takedown("a", 5, counted_out=("a",)))
    index.forget()
    assert await process(make_article("a", offset=1)) == ["taken_down"]
    assert articles(index) == set()


async def test_after_it_was_taken_back_only_what_is_newer_is_written(process, index, make_article):
    await process(make_article("a"), takedown("a", 5, counted_out=("a",)), takedown("a", 6, "restore"))
    index.forget()
    assert await process(make_article("a", offset=4)) == ["taken_down"]
    assert await process(make_article("a", offset=7)) == ["indexed"]
    assert await process(takedown("a", 5, counted_out=("a",))) == ["stale"], "delivered again"
    assert articles(index) == {"a"}


async def test_a_page_takes_its_articles_with_it_in_any_order(process, index, make_article):
    parts = [part(make_article(offset=n), n) for n in (1, 2, 3)]
    await process(parts[0], part(make_article(offset=2), 2, published_at=EARLY))
    await process(takedown("page", 9, counted_out=("page#1", "page#2", "page#3")))
    assert await process(parts[2]) == ["taken_down"]
    assert articles(index) == set()


async def test_a_part_goes_alone_and_who_only_has_such_an_id_stays(process, index, make_article):
    await process(part(make_article(), 1), part(make_article(), 2), make_article("page"), make_article("x#1"))
    await process(takedown("page#2", 5, counted_out=("page#2",)), takedown("x", 6))
    assert articles(index) == {"page", "page#1", "x#1"}


async def test_a_story_goes_with_the_page_of_its_origin_and_not_with_another_whose_id_looks_like_it(
    process, index, make_change
):
    """`x#1` is its producer's own id. Of a record that does not tell the page, the id is all there is."""

    def change(id_, page_id):
        made = make_change(id_)
        origin = msgspec.structs.replace(made.story.origin, page_id=page_id)
        return msgspec.structs.replace(made, story=msgspec.structs.replace(made.story, origin=origin))

    await process(takedown("x", 5), takedown("page", 6), takedown("old", 7))
    written = [change("x#1", "x#1"), change("page#1", "page"), change("old#1", None), change("y", "y")]
    assert await process(*written) == ["indexed", "taken_down", "taken_down", "indexed"]
    assert {id_ for name, id_ in index.standing() if name == "isnad-stories"} == {"x#1", "y"}


async def test_an_older_change_of_a_story_that_is_kept_out_does_not_keep_out_the_next(process, index, make_change):
    """Its origin left it at 3, and was taken down at 9 out of another story."""
    await process(takedown("a", 9, counted_out=("a",)))
    assert await process(make_change("a", offset=1)) == ["taken_down"]
    story = msgspec.structs.replace(
        make_change("a").story, origin=msgspec.structs.replace(make_change("a").story.origin, id="b")
    )
    assert await process(msgspec.structs.replace(make_change("a", offset=3), story=story)) == ["indexed"]
    assert index.standing()["isnad-stories", "a"]["origin"]["id"] == "b"


async def test_stories_of_what_dedup_no_longer_knew_are_made_anew(process, index, make_article, make_change):
    """`a` was the origin of its story, and `b` is left; the story of `alone` is no more."""
    old, alone = make_article("a", published_at=EARLY), make_article("alone", offset=2)
    left = make_article("b", offset=1)
    left = msgspec.structs.replace(left, verdict=msgspec.structs.replace(left.verdict, story_id="a", relation="copy"))
    later = msgspec.structs.replace(left.article, id="c", published_at=left.article.published_at + timedelta(hours=1))
    await process(old, left, msgspec.structs.replace(left, article=later), alone)
    await process(make_change("a", outlets={"alwatan": 3}), make_change("alone"))
    await process(takedown("a", 5), takedown("alone", 6))
    story = index.standing()["isnad-stories", "a"]
    assert (story["origin"]["id"], story["articles"], story["articles_by_outlet"]) == ("b", 2, {"alwatan": 2})
    assert (story["first_published_at"], story["last_published_at"]) == ("2018-02-08T06:00:00Z", "2018-02-08T07:00:00Z")
    assert ("isnad-stories", "alone") not in index.standing()


async def test_an_empty_story_goes_and_an_older_change_does_not_bring_it_back(process, index, make_change):
    empty = make_change("a", offset=5)
    await process(make_change("a"))
    story = msgspec.structs.replace(empty.story, articles=0, outlets={})
    for _ in range(2):
        assert await process(msgspec.structs.replace(empty, story=story)) == ["indexed"]
    assert ("isnad-stories", "a") not in index.standing()
    await process(takedown("a", 5, counted_out=("a",)))
    index.forget()
    assert await process(make_change("a", offset=1)) == ["taken_down"]
    assert ("isnad-stories", "a") not in index.standing()


async def test_what_is_broken_off_is_done_by_the_next_try(process, index, make_article, make_change):
    await process(make_article("a"), make_change("a"))
    for refused in ([None, Answer(503, "unavailable")], [Answer(429, "busy")]):
        index.refuse["a"] = refused
        with pytest.raises(SearchUnavailable):
            await process(takedown("a", 5))
    assert await process(takedown("a", 5)) == ["indexed"]
    assert {name for name, _ in index.standing()} == {"isnad-takedowns"}

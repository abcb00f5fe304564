"""A story is right after its articles were taken down, whatever comes in which order, and whoever dies in between."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from tests.unit.isnad_index.takedowns import takedown

from isnad.codec import encode
from isnad.errors import SearchUnavailable
from isnad.indexes import Indexes
from isnad.outcomes import Record
from isnad.search_index import Answer
from isnad.testing.search import FakeIndex
from isnad.topics import Topics
from isnad_index.app import indexing
from isnad_index.documents import article_write
from isnad_index.setting_up import set_up
from isnad_index.writing import Writer

FIRST = datetime(2018, 2, 8, 6, 0, tzinfo=UTC)


class Busy(FakeIndex):
    """An index that others write into at the worst moment: just before a story is written."""

    def __init__(self):
        super().__init__()
        self.meanwhile = None

    async def bulk(self, writes):
        if self.meanwhile is not None and any(write.family == "isnad-stories" for write in writes):
            await self.meanwhile()
        return await super().bulk(writes)

    def forget(self):
        """Know no versions of what was taken out, as after a day or a restart."""
        for index in self._indexes.values():
            for id_ in [id_ for id_, stored in index.items() if stored.document is None]:
                del index[id_]


@pytest.fixture
async def index():
    fake = Busy()
    await set_up(fake, Indexes(), 0)
    return fake


@pytest.fixture
def member(make_article):
    """An article of the story `s`; its place in the log is also the hour of its publication."""

    def make(id_, offset, **more):
        made = make_article(id_, offset=offset, published_at=FIRST + timedelta(hours=offset))
        article = msgspec.structs.replace(made.article, title=f"title of {id_}", **more)
        verdict = msgspec.structs.replace(made.verdict, story_id="s")
        return msgspec.structs.replace(made, article=article, verdict=verdict)

    return make


@pytest.fixture
def change(make_change):
    """What dedup says of the story `s`."""

    def make(offset, origin, articles):
        made = make_change("s", offset=offset, outlets={"alwatan": articles} if articles else None)
        member = msgspec.structs.replace(made.story.origin, id=origin, title=f"title of {origin}")
        count = {} if articles else {"articles": 0, "outlets": {}}
        return msgspec.structs.replace(made, story=msgspec.structs.replace(made.story, origin=member, **count))

    return make


def story(index):
    """The story's origin and number of articles; None where it is gone."""
    found = index.standing().get(("isnad-stories", "s"))
    return found and (found["title"], found["articles"])


async def test_of_two_takedowns_the_later_one_may_come_first(process, index, member, change):
    await process(member("a", 0), member("b", 1), member("c", 2), change(2, "a", 3))
    await process(takedown("b", 20))
    assert story(index) == ("title of a", 2)
    await process(takedown("a", 10))
    assert story(index) == ("title of c", 1)


async def test_what_dedup_takes_out_of_a_story_goes_also_where_it_was_made_anew_for_a_later_takedown(
    process, index, member, change
):
    """Dedup's word of the earlier place in the log comes too late."""
    await process(member("a", 0), member("old", 1), member("c", 2), change(2, "a", 3))
    await process(takedown("old", 20))
    await process(takedown("a", 10, counted_out=("a",)), change(10, "c", 2))
    assert story(index) == ("title of c", 1)


async def test_where_dedup_tells_what_is_left_its_word_stands(process, index, member, change):
    """It counts an article too that is still on its way."""
    await process(member("a", 0), member("b", 1), change(2, "a", 3))
    await process(change(10, "b", 2))
    await process(takedown("a", 10, counted_out=("a",)))
    assert story(index) == ("title of b", 2)


async def test_a_later_change_wins_whenever_it_comes_and_an_earlier_one_never(process, index, member, change):
    await process(member("a", 0), member("b", 1), change(1, "a", 2))
    await process(takedown("a", 10))
    assert await process(change(9, "a", 7)) == ["stale"]
    assert story(index) == ("title of b", 1)
    assert await process(change(25, "b", 9)) == ["indexed"]
    assert story(index) == ("title of b", 9)
    await process(takedown("b", 20))
    assert story(index) == ("title of b", 9), "dedup has said it after the takedown"


async def test_an_article_that_comes_late_brings_its_story_back(process, index, member, change):
    await process(member("a", 0), change(1, "a", 2))
    await process(takedown("a", 10))
    assert story(index) is None
    await process(member("b", 1))
    assert story(index) == ("title of b", 1)


async def test_a_late_change_of_a_story_that_went_stays_out_also_when_its_version_is_forgotten(
    process, index, member, change
):
    await process(member("a", 0), change(0, "a", 1))
    await process(takedown("a", 10))
    index.forget()
    assert await process(change(1, "b", 2)) == ["taken_down"]
    assert story(index) is None
    await process(member("b", 1))
    assert story(index) == ("title of b", 1)


async def test_an_article_that_comes_after_its_page_was_taken_down_is_counted_no_longer(process, index, member, change):
    """Its takedown did not find it, so nobody knew its story."""
    await process(member("b", 1), change(1, "page#1", 2))
    await process(takedown("page", 10))
    assert await process(member("page#1", 0, page_id="page", part=1)) == ["taken_down"]
    assert story(index) == ("title of b", 1)


async def test_a_story_does_not_keep_the_title_of_an_article_that_could_not_be_indexed(process, index, member, change):
    await process(member("b", 1), change(1, "a", 2))
    await process(takedown("a", 10))
    assert story(index) == ("title of b", 1)


@pytest.mark.parametrize("taken_down", ["page", "page#1"])
async def test_nor_that_of_a_part_of_a_page(process, index, member, change, taken_down):
    await process(member("b", 1), change(1, "page#1", 2))
    await process(takedown(taken_down, 10))
    assert story(index) == ("title of b", 1)


async def test_what_is_said_of_a_story_after_its_origin_was_taken_down_leaves_it_its_other_articles(
    process, index, member, change
):
    """In whatever order the topics are read; the origin itself is in none of them any more."""
    await process(takedown("a", 20))
    assert await process(member("b", 6), change(6, "a", 3), member("c", 7), change(7, "a", 3)) == [
        "indexed", "taken_down", "indexed", "taken_down",
    ]  # fmt: skip
    assert story(index) == ("title of b", 2)


async def test_a_late_article_counts_also_where_mending_its_story_was_broken_off(process, index, member, change):
    """When the batch comes again, a newer version of the article stands."""
    await process(member("a", 0), change(1, "a", 2))
    await process(takedown("a", 20))
    index.refuse["s"] = [Answer(503, "unavailable")]
    with pytest.raises(SearchUnavailable):
        await process(member("b", 15), member("b", 40))
    assert await process(member("b", 15), member("b", 40)) == ["stale", "indexed"]
    assert story(index) == ("title of b", 1)


@pytest.mark.parametrize("told_first", [True, False])
async def test_of_what_dedup_tells_and_what_it_does_not_of_one_takedown_both_are_gone(
    process, index, member, change, told_first
):
    """One part of the page is in dedup's window, the other is not; dedup counts the other still."""
    await process(
        member("page#1", 10, page_id="page", part=1), member("page#2", 0, page_id="page", part=2), member("c", 11),
        change(11, "page#2", 3),
    )  # fmt: skip
    both = [takedown("page", 20, counted_out=("page#1",)), change(20, "c", 2)]
    for one in reversed(both) if told_first else both:
        await process(one)
    assert story(index) == ("title of c", 1)


async def test_who_takes_over_from_a_worker_that_died_makes_the_story_anew(process, index, member, change):
    await process(member("a", 0), member("b", 1), change(1, "a", 2))
    index.refuse["s"] = [Answer(503, "unavailable")]
    with pytest.raises(SearchUnavailable):
        await process(takedown("a", 10))
    assert story(index) == ("title of a", 2)
    work = indexing(Writer(index), Topics(), Indexes())
    again = Record(Topics().enriched, 0, 0, FIRST, b"a", encode(takedown("a", 10)))
    assert [outcome.status for outcome in await work([again])] == ["indexed"]
    assert story(index) == ("title of b", 1)
    assert len([id_ for name, id_ in index.standing() if name == "isnad-takedowns"]) == 2, "the takedown and the mark"


async def test_who_was_overtaken_while_he_counted_counts_again(process, index, member, change):
    """`late` was not there when the worker searched; who wrote it has counted it before the worker writes."""
    await process(member("a", 0), member("b", 2), change(2, "a", 3))
    other = indexing(Writer(index), Topics(), Indexes())
    late = Record(Topics().enriched, 1, 0, FIRST, b"late", encode(member("late", 1)))

    async def meanwhile():
        index.meanwhile = None
        await other([late])

    index.meanwhile = meanwhile
    await process(takedown("a", 10))
    assert index.meanwhile is None
    assert story(index) == ("title of late", 2)


async def test_a_story_that_others_change_all_the_time_is_tried_again(process, index, member, change):
    await process(member("a", 0), member("b", 50), change(2, "a", 2))

    numbers = iter(range(1, 50))

    async def meanwhile():
        await index.bulk([article_write(member(f"c{next(numbers)}", 1), Indexes())])

    index.meanwhile = meanwhile
    with pytest.raises(SearchUnavailable, match="all the time"):
        await process(takedown("a", 60))
    index.meanwhile = None
    await process(takedown("a", 60))
    assert story(index) == ("title of c1", next(numbers))

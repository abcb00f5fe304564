"""Stories that are made anew when older articles are taken down: on the fake and on the real Elasticsearch alike."""

from datetime import timedelta

import msgspec
import pytest

from isnad.messages import SCHEMA, LogPosition, MatchedTakedown, Member, StoryChange, Takedown, Verdict
from isnad.testing.builders import MOMENT, enriched_article, matched_article, prepared_article, record, story_change
from isnad.topics import Topics
from isnad_index.app import indexing
from isnad_index.generations import Generations
from isnad_index.writing import Writer

TOPICS = Topics()


def article(id_, offset, story="s"):
    """An article that is published as many hours after the first as it stands after it in the log."""
    prepared = prepared_article(id=id_, title=id_, published_at=MOMENT + timedelta(hours=offset), page_id=id_)
    verdict = Verdict(story_id=story, relation="copy")
    return enriched_article(matched_article(prepared, verdict=verdict, position=LogPosition(offset, MOMENT)))


def story(origin, articles, offset):
    """What dedup says of the story `s`."""
    state = story_change().story
    member = Member(id=origin, source="alwatan", title=origin, published_at=MOMENT, page_id=origin)
    state = msgspec.structs.replace(
        state, id="s", origin=member, articles=articles, outlets={"alwatan": articles} if articles else {}
    )
    return story_change(story=state, position=LogPosition(offset, MOMENT))


def takedown(id_, offset):
    about = Takedown(schema=SCHEMA, kind="takedown", id=id_, at=MOMENT)
    return MatchedTakedown(schema=SCHEMA, kind="takedown", takedown=about, position=LogPosition(offset, MOMENT))


@pytest.fixture
def live(index, indexes):
    """The index service."""
    return service(index, indexes)


@pytest.fixture
def generations(index, indexes):
    return Generations(index, indexes, 0)


@pytest.fixture
async def first(generations, indexes):
    """The names of the first generation, begun."""
    found = indexes.generation(1)
    await generations.begin(found)
    return found


def service(index, indexes):
    """The index service, which takes records one after the other."""
    process = indexing(Writer(index), TOPICS, indexes)

    async def run(*values):
        for value in values:
            topic = TOPICS.changes if isinstance(value, StoryChange) else TOPICS.enriched
            await process([record(value, topic=topic)])

    return run


async def standing(index, indexes):
    """The story's origin and number of articles, None where there is no story."""
    found = (await index.documents(indexes.stories, ["s"])).get("s")
    return found and (found["origin"]["id"], found["articles"])


async def rebuilt(index, indexes, generations, first):
    await generations.carry_over(first, lambda _: None)
    assert await generations.exchange(first, await generations.close_old())
    return await standing(index, indexes)


class TestTakingDown:
    async def test_of_two_takedowns_the_later_one_may_come_first(self, index, indexes, live):
        await live(article("a", 0), article("b", 1), article("c", 2), story("a", 3, 2))
        await live(takedown("b", 20))
        assert await standing(index, indexes) == ("a", 2)
        await live(takedown("a", 10))
        assert await standing(index, indexes) == ("c", 1)

    async def test_an_article_that_comes_late_brings_its_story_back(self, index, indexes, live):
        await live(article("a", 0), story("a", 2, 1), takedown("a", 10))
        assert await standing(index, indexes) is None
        await live(story("b", 2, 1))
        assert await standing(index, indexes) is None
        await live(article("b", 1))
        assert await standing(index, indexes) == ("b", 1)
        await live(story("b", 5, 25))
        assert await standing(index, indexes) == ("b", 5), "what dedup says later wins"

    async def test_a_story_does_not_keep_the_title_of_an_article_that_is_not_there(self, index, indexes, live):
        await live(article("b", 1), story("a", 2, 1), takedown("a", 10))
        assert await standing(index, indexes) == ("b", 1)


class TestNewIndexes:
    async def test_what_was_taken_down_does_not_come_back_with_them(self, index, indexes, live, generations, first):
        """The record of `a` is no longer in Kafka, that of `old` neither."""
        await live(article("a", 0), article("old", 1), article("b", 6), story("a", 3, 6), takedown("a", 10))
        await service(index, first)(article("b", 6), story("a", 3, 6), takedown("a", 10))
        assert await rebuilt(index, indexes, generations, first) == ("old", 2)

    async def test_the_newer_of_two_takedowns_of_a_story_holds_in_them_too(
        self, index, indexes, live, generations, first
    ):
        """They know the story's older takedown by themselves. `b` is no longer in Kafka."""
        later = [article("a", 5), article("c", 6), story("b", 3, 6), takedown("a", 10)]
        later += [article("d", 15), story("b", 3, 15), takedown("b", 20)]
        await live(article("b", 1), *later)
        await service(index, first)(*later)
        assert await rebuilt(index, indexes, generations, first) == ("c", 2)

    async def test_what_goes_after_they_were_filled_goes_there_too(self, index, indexes, live, generations, first):
        await live(article("a", 0), article("old", 1), article("b", 6), story("a", 3, 6))
        await service(index, first)(article("b", 6), story("a", 3, 6))
        await generations.carry_over(first, lambda _: None)
        await service(index, first)(takedown("a", 10))
        assert await generations.exchange(first, await generations.close_old())
        assert await standing(index, indexes) == ("old", 2)

    async def test_after_a_replay_of_dedup_they_count_its_articles_as_it_now_says(
        self, index, indexes, live, generations, first
    ):
        """`b` is of another story now, which the story that was made anew before does not know."""
        await live(article("a", 0), article("b", 6), article("c", 7), story("a", 3, 7), takedown("a", 10))
        assert await standing(index, indexes) == ("b", 2)
        await service(index, first)(article("b", 6, story="b"), article("c", 7), story("a", 2, 7), takedown("a", 10))
        assert await rebuilt(index, indexes, generations, first) == ("c", 1)

    async def test_after_a_replay_of_dedup_what_it_said_before_does_not_come_back(
        self, index, indexes, live, generations, first
    ):
        await live(article("a", 0), article("b", 6), story("a", 2, 6))
        await service(index, first)(article("a", 0), story("a", 1, 0), article("b", 6, story="b"))
        assert await rebuilt(index, indexes, generations, first) == ("a", 1)

    async def test_a_takedown_that_only_they_know_takes_the_article_out_of_its_story(
        self, index, indexes, live, generations, first
    ):
        """The index service is behind; when it carries the takedown out, it does not find the article any more."""
        await live(article("a", 0), article("b", 6), story("a", 2, 6))
        await service(index, first)(article("b", 6), story("a", 2, 6), takedown("a", 10))
        assert await rebuilt(index, indexes, generations, first) == ("b", 1)
        await service(index, indexes)(takedown("a", 10))
        assert await standing(index, indexes) == ("b", 1)

    async def test_again_and_again(self, index, indexes, live, generations, first):
        await live(article("a", 0), article("b", 1), story("a", 2, 1), takedown("a", 10))
        assert await rebuilt(index, indexes, generations, first) == ("b", 1)
        second = indexes.generation(2)
        await generations.begin(second)
        await service(index, second)(story("a", 2, 1))
        assert await rebuilt(index, indexes, generations, second) == ("b", 1)

"""The index of the entities is what the articles in the index say, whatever came before; on the fake and the real."""

import asyncio
from datetime import UTC, datetime

import pytest

from isnad.codec import encode
from isnad.messages import (
    SCHEMA,
    EnrichedArticle,
    LogPosition,
    MatchedTakedown,
    Mention,
    PreparedArticle,
    Takedown,
    Verdict,
)
from isnad.outcomes import Record
from isnad.search_index import Swap
from isnad.testing.clock import ManualClock
from isnad.topics import Topics
from isnad_api import answers, queries
from isnad_index.app import indexing
from isnad_index.recounting import Recounting
from isnad_index.writing import Writer

TOPICS = Topics()
NOON = datetime(2018, 2, 8, 12, tzinfo=UTC)


def name(text, canonical=None, type_="LOC", **more):
    return Mention(type=type_, text=text, field="body", start=0, end=len(text), canonical=canonical or text, **more)


SYRIA, SURIYA = name("سوريا", country="SY", kind="country"), name("سورية", "سوريا", country="SY", kind="country")
ASSAD = name("الأسد", "بشار الأسد", "PER", latin="Bashar al-Assad")
SYRIAS, ASSADS = "LOC:سوريا:SY", "PER:بشار_الاسد"


def record(message):
    return Record(TOPICS.enriched, 0, 0, NOON, b"key", encode(message))


def article(id_, *mentions, offset=0, day=8):
    moment = datetime(2018, 2, day, 6, tzinfo=UTC)
    prepared = PreparedArticle(
        schema=SCHEMA,
        id=id_,
        source="alwatan",
        title="عنوان",
        body="نص",
        language="ar",
        published_at=moment,
        arrived_at=NOON,
    )
    verdict = Verdict(story_id=id_, relation="original")
    position = LogPosition(offset, NOON)
    return record(
        EnrichedArticle(schema=SCHEMA, article=prepared, verdict=verdict, position=position, mentions=mentions)
    )


def takedown(id_, offset):
    asked = Takedown(schema=SCHEMA, kind="takedown", id=id_, at=NOON)
    return record(MatchedTakedown(schema=SCHEMA, kind="takedown", takedown=asked, position=LogPosition(offset, NOON)))


@pytest.fixture
def worker(index, indexes):
    """A worker of the index service: its counting, and its work."""

    def start(**more):
        counting = Recounting(index, indexes, **more)
        return counting, indexing(Writer(index), TOPICS, indexes, counting)

    return start


@pytest.fixture
def counts(index, indexes):
    """Articles and spellings by entity, as they stand."""

    async def read():
        await index.refresh(indexes.entities)
        found = await index.search(indexes.entities, {"query": {"match_all": {}}, "size": 100})
        return {
            hit["_source"]["id"]: (
                hit["_source"]["articles"],
                {one["text"]: one["articles"] for one in hit["_source"]["variants"]},
            )
            for hit in found["hits"]["hits"]
        }

    return read


async def test_an_entity_is_counted_with_its_spellings_and_found_by_the_beginning_of_any(
    index, indexes, worker, counts
):
    counting, process = worker()
    await process([article("a", SYRIA, ASSAD, day=3), article("b", SURIYA, SURIYA), article("c", SYRIA, day=5)])
    await counting.recount()
    assert await counts() == {SYRIAS: (3, {"سوريا": 2, "سورية": 1}), ASSADS: (1, {"الأسد": 1})}

    async def found(typed, type_=None):
        answer = await index.search(indexes.entities, queries.known_entities(typed, type_, 1, 10))
        return [one.id for one in answers.known_entities_answer(answer).entities]

    assert await found("") == [SYRIAS, ASSADS]
    assert await found("سُور") == await found("سورية") == [SYRIAS]
    assert await found("أسد") == await found("بشار الا") == await found("al-ass") == [ASSADS]
    assert await found("", "PER") == [ASSADS]
    assert await found("شار") == await found("«؟!»") == await found(" ؟", "PER") == []
    (syria,) = (await index.documents(indexes.entities, [SYRIAS])).values()
    assert (syria["kind"], syria["country"]) == ("country", "SY")
    assert (syria["first_seen"][:10], syria["last_seen"][:10]) == ("2018-02-03", "2018-02-08")


async def test_an_entity_that_no_list_knows_is_called_as_most_articles_call_it(index, indexes, worker):
    """Whatever came last; of two that are as frequent, the one whose letters come first: أ is before ا."""
    counting, process = worker()
    hamza, plain = (name(text, type_="PER") for text in ("أحمد العلي", "احمد العلي"))
    called = []
    for one in (
        *(article("a", plain), article("b", plain), article("c", hamza)),
        *(article("d", hamza), article("e", plain), takedown("a", 1), takedown("b", 1), takedown("e", 1)),
    ):
        await process([one])
        await counting.recount()
        called.append((await index.documents(indexes.entities, ["PER:احمد_العلي"]))["PER:احمد_العلي"]["canonical"])
    of_c, of_a = hamza.canonical, plain.canonical
    assert called == [of_a, of_a, of_a, of_c, of_a, of_c, of_c, of_c]


async def test_an_entity_of_a_list_is_called_as_the_list_calls_it(index, indexes, worker):
    """Also where most articles, and the last one, have it from somebody who did not know the list."""
    counting, process = worker()
    listed, other = name("ابراهيم", "إبراهيم رئيسي", "PER", latin="Raisi"), name("ابراهيم رئيسي", type_="PER")
    for one in (article("a", other), article("b", listed), article("c", other), article("d", listed, other)):
        await process([one])
        await counting.recount()
    (found,) = (await index.documents(indexes.entities, ["PER:ابراهيم_رييسي"])).values()
    assert (found["canonical"], found["latin"], found["articles"]) == ("إبراهيم رئيسي", "Raisi", 4)


async def test_a_replay_a_revision_and_a_takedown_leave_what_the_articles_say(worker, counts):
    counting, process = worker()
    await process([article("a", SYRIA, ASSAD), article("b", SYRIA)])
    await counting.recount()
    before = await counts()
    await process([article("a", SYRIA, ASSAD), article("b", SYRIA)])
    await counting.recount()
    assert await counts() == before
    await process([article("a", SURIYA, offset=1)])
    await counting.recount()
    assert await counts() == {SYRIAS: (2, {"سوريا": 1, "سورية": 1})}
    await process([takedown("b", offset=2)])
    await counting.recount()
    assert await counts() == {SYRIAS: (1, {"سورية": 1})}
    await process([takedown("a", offset=3)])
    await counting.recount()
    assert await counts() == {}


async def test_what_a_killed_worker_had_not_counted_is_counted_by_the_next(index, indexes, worker, counts):
    counting, process = worker()
    await process([article("a", SYRIA, ASSAD)])
    await counting.recount()
    _, killed = worker()
    await killed([article("a", SYRIA, offset=1), article("b", SYRIA)])
    assert (await counts())[ASSADS][0] == 1
    clock = ManualClock()
    next_one, _ = worker(clock=clock)
    await next_one.settle()
    assert await counts() == {SYRIAS: (2, {"سوريا": 2})}
    clock.advance(86_400)
    await next_one.settle()
    await index.refresh(indexes.recounts)
    assert (await index.search(indexes.recounts, {"query": {"match_all": {}}}))["hits"]["hits"] == []


async def test_workers_that_count_at_once_end_with_all_articles(worker, counts):
    workers = [worker() for _ in range(4)]
    for number, (_, process) in enumerate(workers):
        await process([article(f"{number}-{one}", SYRIA) for one in range(3)])
    await asyncio.gather(*(counting.recount() for counting, _ in workers))
    assert await counts() == {SYRIAS: (12, {"سوريا": 12})}


async def test_a_document_that_somebody_changed_is_not_swapped(index, indexes):
    async def swapped(*swaps):
        return [answer.status for answer in await index.swap(indexes.entities, swaps)]

    assert await swapped(Swap("a", None, b'{"id":"a","articles":1}')) == [201]
    assert await swapped(Swap("a", None, b'{"id":"a","articles":2}')) == [409]
    mark = (await index.marked(indexes.entities, ["a", "b"]))["a"].mark
    assert await swapped(Swap("a", mark, b'{"id":"a","articles":3}'), Swap("b", mark, None)) == [200, 409]
    assert await swapped(Swap("a", mark, None)) == [409]
    assert (await index.documents(indexes.entities, ["a"]))["a"]["articles"] == 3


async def test_articles_are_found_by_an_entitys_id(index, indexes, worker):
    _, process = worker()
    await process([article("a", SYRIA), article("b", ASSAD)])
    await index.refresh(indexes.articles)
    for id_ in (SYRIAS, ASSADS):
        body = queries.entities(None, queries.Filters(entities=(id_,)), 10)
        (one,) = answers.entities_answer(await index.search(indexes.articles, body)).entities
        assert (one.id, one.articles) == (id_, 1)

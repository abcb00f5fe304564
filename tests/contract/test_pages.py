"""Of a page exactly the articles of its newest version stand in the search index; on the fake and the real.

From the ordered log on: what dedup makes of it lies in several partitions, which are read at different speeds and, in
parts, more than once.
"""

from collections import Counter, defaultdict
from contextlib import closing
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from isnad.codec import decode_either, encode
from isnad.messages import (
    SCHEMA,
    EnrichedArticle,
    LogPosition,
    MatchedArticle,
    MatchedTakedown,
    PreparedArticle,
    RawPlace,
    Takedown,
    Verdict,
)
from isnad.outcomes import Record
from isnad.similarity.window import Window
from isnad.topics import Topics
from isnad_dedup.log.ledger import Ledger
from isnad_index.app import indexing
from isnad_index.writing import Writer

TOPICS = Topics()
NOON = datetime(2018, 2, 8, 12, tzinfo=UTC)
TEXTS = [" ".join(f"كلمة{word}" for word in range(100 * number, 100 * number + 60)) for number in range(6)]


def prepared(page, place, parts, part, text, **more):
    """An article of a page whose raw record stands at this place; it belongs to one month or another."""
    moment = NOON + timedelta(days=40 * (place % 2))
    given = {
        "schema": SCHEMA,
        "id": f"{page}#{part}" if part else page,
        "source": "alwatan",
        "title": "عنوان",
        "body": text,
        "language": "ar",
        "published_at": moment,
        "arrived_at": moment,
        "page_id": page,
        "part": part,
        "parts": parts,
        "raw": RawPlace(NOON + timedelta(seconds=place), 0, place),
    }
    return PreparedArticle(**{**given, **more})


def version(page, place, texts, **more):
    count = len(texts)
    return [
        prepared(page, place, count, number if count > 1 else 0, text, **more) for number, text in enumerate(texts, 1)
    ]


def enriched(message):
    """What the entities stage passes on of a message of dedup."""
    one = decode_either(MatchedArticle, MatchedTakedown, message.value)
    if isinstance(one, MatchedArticle):
        one = EnrichedArticle(schema=SCHEMA, article=one.article, verdict=one.verdict, position=one.position)
    return Record(TOPICS.enriched, 0, 0, NOON, message.key, encode(one))


def answered(log):
    """What is read of the log's outcomes: by key, in order."""
    records = [
        Record(TOPICS.prepared, 0, n, NOON + timedelta(seconds=n), b"k", encode(one)) for n, one in enumerate(log)
    ]
    partitions = defaultdict(list)
    with closing(Ledger(TOPICS, Window())) as ledger:
        for outcome in ledger.answer(records):
            for message in outcome.messages:
                record = (
                    enriched(message)
                    if message.topic == TOPICS.matched
                    else Record(TOPICS.changes, 0, 0, NOON, message.key, message.value)
                )
                partitions[message.topic, message.key].append(record)
    return list(partitions.values())


@pytest.fixture
def worker(index, indexes):
    """The work of a worker of the index service that just started."""
    return lambda: indexing(Writer(index), TOPICS, indexes)


@pytest.fixture
def standing(index, indexes):
    """What a family of indexes holds, by id."""

    async def read(family):
        await index.refresh(family)
        found = await index.search(family, {"query": {"match_all": {}}, "size": 1000})
        return {hit["_source"]["id"]: hit["_source"] for hit in found["hits"]["hits"]}

    return read


@pytest.mark.parametrize("seed", range(4))
async def test_what_stands_in_the_end_is_the_newest_version_whichever_way_it_came(seed, indexes, worker, standing):
    chance = Random(seed)
    log, newest = [], {}
    for place in range(1, 30):
        page = chance.choice(["p", "q", "r"])
        articles = version(page, place, [chance.choice(TEXTS) for _ in range(chance.randint(1, 4))])
        older = [one for one in log if chance.random() < 0.1]
        newest[page] = {one.id for one in articles}
        log += [*articles, *older]
    process = worker()
    partitions = answered(log)
    reached = [0] * len(partitions)
    while waiting := [n for n, partition in enumerate(partitions) if reached[n] < len(partition)]:
        number = chance.choice(waiting)
        batch = partitions[number][reached[number] :][: chance.randint(1, 4)]
        await process(batch)
        if chance.random() < 0.7:  # else it is delivered again, to another worker
            reached[number] += len(batch)
        else:
            process = worker()
    articles = await standing(indexes.articles)
    assert set(articles) == set().union(*newest.values())
    stories = await standing(indexes.stories)
    assert {id_: story["articles"] for id_, story in stories.items()} == Counter(
        one["story_id"] for one in articles.values()
    )
    assert {story["origin"]["id"] for story in stories.values()} <= set(articles)
    # A mark of a story that was made anew is neither down nor not.
    assert not any(one.get("is_down") for one in (await standing(indexes.takedowns)).values())


def article(offset, id_, page="page", part=0):
    one = prepared(page, 1, 0, part, TEXTS[0], id=id_)
    verdict = Verdict(story_id=id_, relation="original")
    value = EnrichedArticle(schema=SCHEMA, article=one, verdict=verdict, position=LogPosition(offset, NOON))
    return Record(TOPICS.enriched, 0, 0, NOON, id_.encode(), encode(value))


def gone(offset, id_, *, kind="restore"):
    """That an article left its page; as a `takedown`, that somebody took it down."""
    told = Takedown(schema=SCHEMA, kind=kind, id=id_, at=NOON)
    position = LogPosition(offset, NOON)
    value = MatchedTakedown(schema=SCHEMA, kind="takedown", takedown=told, position=position, counted_out=(id_,))
    return Record(TOPICS.enriched, 0, 0, NOON, id_.encode(), encode(value))


async def test_an_article_that_left_its_page_goes_alone_and_may_come_again(indexes, worker, standing):
    process = worker()
    await process([article(1, "page"), article(2, "page#1", part=1), article(3, "page#2", part=2)])
    await process([gone(5, "page"), gone(6, "page#2")])
    assert set(await standing(indexes.articles)) == {"page#1"}
    assert [one.status for one in await process([article(4, "page#2", part=2)])] == ["stale"]
    assert [one.status for one in await process([article(7, "page#2", part=2)])] == ["indexed"]
    assert {id_: one["is_down"] for id_, one in (await standing(indexes.takedowns)).items()} == {
        "page": False,
        "page#2": False,
    }


async def test_a_takedown_of_the_page_takes_all_though_its_one_article_left_it_too(indexes, worker, standing):
    await worker()([article(1, "page#1", part=1), article(2, "page")])
    await worker()([gone(3, "page", kind="takedown"), gone(5, "page")])
    assert await standing(indexes.articles) == {}

"""From records of Kafka to their outcomes."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from isnad.codec import encode
from isnad.errors import SearchUnavailable
from isnad.indexes import Indexes
from isnad.messages import SCHEMA, LogPosition, MatchedTakedown, Reason, Takedown
from isnad.outcomes import Record
from isnad.search_index import RequestRefused
from isnad.topics import Topics
from isnad_index.app import indexing
from isnad_index.setting_up import set_up
from isnad_index.writing import Writer

INDEXES = Indexes()
TOPICS = Topics()


@pytest.fixture
def process(index):
    return indexing(Writer(index), TOPICS, INDEXES)


def record(topic, value, offset=0):
    return Record(topic, 0, offset, datetime(2018, 2, 9, tzinfo=UTC), b"key", value)


async def test_articles_and_changes_go_each_into_its_index(process, index, make_article, make_change):
    batch = [record(TOPICS.enriched, encode(make_article())), record(TOPICS.changes, encode(make_change()))]
    outcomes = await process(batch)
    assert [(outcome.status, outcome.article_id) for outcome in outcomes] == [("indexed", "alwatan:1")] * 2
    assert {name for name, _ in index.standing()} == {"isnad-articles-2018.02", "isnad-stories"}


async def test_what_can_t_be_read_is_dead_and_the_rest_is_indexed_in_its_place(process, make_article):
    batch = [
        record(TOPICS.enriched, encode(make_article("a"))),
        record(TOPICS.enriched, b"{"),
        record(TOPICS.changes, b"\xff"),
        record(TOPICS.enriched, None),
        record(TOPICS.enriched, encode(replace_schema(make_article("b"), 2))),
        record(TOPICS.enriched, encode(make_article("c"))),
    ]
    outcomes = await process(batch)
    assert [outcome.status for outcome in outcomes] == ["indexed", "dead", "dead", "dead", "dead", "indexed"]
    assert [outcome.error.reason for outcome in outcomes if outcome.error] == [
        Reason.INVALID_JSON,
        Reason.INVALID_UTF8,
        Reason.EMPTY,
        Reason.SCHEMA_UNSUPPORTED,
    ]


def replace_schema(article, schema):
    return msgspec.structs.replace(article, schema=schema)


async def test_the_same_record_twice_in_a_batch_is_one_document(process, index, make_article):
    one = record(TOPICS.enriched, encode(make_article()))
    outcomes = await process([one, replace(one, offset=1)])
    assert [outcome.status for outcome in outcomes] == ["indexed", "indexed"]
    assert len(index.standing()) == 1


async def test_a_record_without_an_id_is_dead_and_holds_up_nobody(process, index, make_article, make_change):
    """Elasticsearch can neither write it nor look for it; nothing is waited for that can't come."""
    nobody = make_change("b")
    origin = msgspec.structs.replace(nobody.story.origin, id="")
    nobody = msgspec.structs.replace(nobody, story=msgspec.structs.replace(nobody.story, origin=origin))
    batch = [
        record(TOPICS.enriched, encode(make_article(""))),
        record(TOPICS.changes, encode(make_change(""))),
        record(TOPICS.changes, encode(nobody)),
        record(TOPICS.enriched, encode(make_article("a"))),
    ]
    assert [outcome.status for outcome in await process(batch)] == ["dead", "dead", "indexed", "indexed"]
    assert set(index.standing()) == {("isnad-stories", "b"), ("isnad-articles-2018.02", "a")}


async def test_a_takedown_that_elasticsearch_does_not_take_takes_nothing_out(process, index, make_article):
    """Its version is none, so no removal can carry it; it is dead, and what it names stands."""
    told = Takedown(schema=SCHEMA, kind="takedown", id="a", at=datetime(2018, 2, 9, tzinfo=UTC))
    place = LogPosition(1, datetime(9999, 1, 1, tzinfo=UTC))
    takedown = MatchedTakedown(schema=SCHEMA, kind="takedown", takedown=told, position=place)
    await process([record(TOPICS.enriched, encode(make_article("a")))])
    index.refuse_requests = [RequestRefused(400, "Numeric value out of range of long")] * 9
    (outcome,) = await process([record(TOPICS.enriched, encode(takedown))])
    assert (outcome.status, outcome.article_id) == ("dead", "a")
    assert set(index.standing()) == {("isnad-articles-2018.02", "a")}


async def test_while_elasticsearch_is_away_the_stage_is_told_to_wait(process, index, make_article):
    index.away = "connection refused"
    with pytest.raises(SearchUnavailable):
        await process([record(TOPICS.enriched, encode(make_article()))])


async def test_an_empty_batch_is_no_request(process, index):
    assert await process([]) == []
    assert index.requests == []


async def test_setting_up_again_changes_nothing(index):
    assert await set_up(index, INDEXES, 0) == []


async def test_a_template_of_a_newer_isnad_stays(index):
    newer = {"version": 99, "index_patterns": ["isnad-stories"], "template": {}}
    await index.put_template("isnad-stories", newer)
    assert await set_up(index, INDEXES, 0) == ["isnad-stories"]

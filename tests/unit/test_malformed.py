"""Whatever bytes a topic holds, each stage makes exactly one outcome of them, and the records beside them flow on."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from isnad import codec
from isnad.health import Health
from isnad.indexes import Indexes
from isnad.messages import DeadLetter, LogPosition, MatchedTakedown, RawPlace, Reason, Takedown
from isnad.outcomes import Outgoing, Process, one_by_one
from isnad.similarity.window import Window
from isnad.testing.broker import FakeBroker
from isnad.testing.builders import (
    MOMENT,
    enriched_article,
    matched_article,
    prepared_article,
    raw_article,
    story_change,
)
from isnad.testing.search import FakeIndex
from isnad.topics import Topics
from isnad_dedup.log.ledger import Ledger
from isnad_dedup.log.replay import Replay
from isnad_entities.enrich import enrich_record
from isnad_index.app import indexing
from isnad_index.setting_up import set_up
from isnad_index.writing import Writer
from isnad_prepare.pages import prepare_record

TOPICS = Topics()
INDEXES = Indexes()

GOOD = {
    TOPICS.raw: raw_article(),
    TOPICS.prepared: prepared_article(),
    TOPICS.matched: matched_article(),
    TOPICS.enriched: enriched_article(),
    TOPICS.changes: story_change(),
}
STAGES = {
    TOPICS.raw: "prepare",
    TOPICS.prepared: "dedup",
    TOPICS.matched: "entities",
    TOPICS.enriched: "index",
    TOPICS.changes: "index",
}


async def process(stage: str, broker: FakeBroker) -> Process:
    """The stage's own work, on fakes."""
    match stage:
        case "prepare":
            return one_by_one(lambda one: prepare_record(one, TOPICS.prepared, lambda _: "ar"))
        case "dedup":
            replay = Replay(
                broker.reader(), TOPICS.prepared, lambda: Ledger(TOPICS, Window()), Health(), lambda: None, None
            )
            return replay.process
        case "entities":
            return one_by_one(lambda one: enrich_record(one, TOPICS.enriched))
        case _:
            index = FakeIndex()
            await set_up(index, INDEXES, 0)
            return indexing(Writer(index), TOPICS, INDEXES)


def changed(topic: str, **fields: Any) -> bytes:
    """A good record of the topic with these fields instead."""
    return json.dumps({**json.loads(codec.encode(GOOD[topic])), **fields}).encode()


def opened(topic: str) -> bytes:
    """A good record of the topic without its closing brace."""
    return codec.encode(GOOD[topic])[:-1]


BAD = {
    "no value": (lambda _: None, Reason.EMPTY),
    "an empty value": (lambda _: b"", Reason.EMPTY),
    "no UTF-8": (lambda topic: opened(topic) + b',"x":"\xff"}', Reason.INVALID_UTF8),
    "broken JSON": (opened, Reason.INVALID_JSON),
    "null": (lambda _: b"null", Reason.SCHEMA_INVALID),
    "a list": (lambda _: b"[]", Reason.SCHEMA_INVALID),
    "10,000 levels": (lambda topic: opened(topic) + b',"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}", Reason.TOO_DEEP),
    "10,000 levels of objects": (lambda _: b'{"x":' * 10_000, Reason.TOO_DEEP),
    "NaN": (lambda topic: opened(topic) + b',"x":NaN}', Reason.INVALID_JSON),
    "a lone surrogate": (lambda topic: opened(topic) + b',"id":"\\ud800"}', Reason.INVALID_JSON),
    "a NUL byte": (lambda topic: opened(topic) + b',"x":"\x00"}', Reason.INVALID_JSON),
    "a huge number": (lambda topic: opened(topic) + b',"schema":' + b"9" * 5000 + b"}", Reason.SCHEMA_INVALID),
    "a wrong type": (lambda topic: changed(topic, schema="1"), Reason.SCHEMA_INVALID),
    "wrong types throughout": (
        lambda topic: changed(topic, **{name: [{}] for name in GOOD[topic].__struct_fields__}),
        Reason.SCHEMA_INVALID,
    ),
    "an unknown major version": (lambda topic: changed(topic, schema=2), Reason.SCHEMA_UNSUPPORTED),
}


@pytest.mark.parametrize("key", [b"key", None], ids=["key", "no key"])
@pytest.mark.parametrize("topic", STAGES)
async def test_each_ends_once_with_its_reason_and_its_bytes(topic: str, key: bytes | None) -> None:
    """All kinds of poison in one batch, a good record before and after: only these two live."""
    broker = FakeBroker(TOPICS.specs(partitions=1))
    good = codec.encode(GOOD[topic])
    values = [made(topic) for made, _ in BAD.values()]
    for value in (good, *values, good):
        broker.append(Outgoing(topic, key, value))
    stage = STAGES[topic]
    outcomes = await broker.run(stage, (topic,), await process(stage, broker), topics=TOPICS)
    assert ["dead" if one.status == "dead" else "lives" for one in outcomes] == ["lives", *["dead"] * len(BAD), "lives"]
    letters = [codec.decode(DeadLetter, one.value) for one in broker.records(TOPICS.dead)]
    found = dict(zip(BAD, ((letter.value or None, letter.reason) for letter in letters), strict=True))
    assert found == {name: (made(topic) or None, reason) for name, (made, reason) in BAD.items()}
    assert {letter.key for letter in letters} == {key}
    assert all(letter.detail for letter in letters)
    assert broker.uncommitted(TOPICS.group(stage), [topic]) == []


@pytest.mark.parametrize(
    "value",
    [
        opened(TOPICS.raw) + b',"title":"\\u0000"}',
        opened(TOPICS.raw) + b',"source":"again"}',
        changed(TOPICS.raw, source=" "),
        changed(TOPICS.raw, body=None, title=None),
    ],
    ids=["U+0000", "a field twice", "a blank source", "no text"],
)
async def test_what_only_strangers_write_is_refused_at_the_door(value: bytes) -> None:
    """The raw topic is open to every producer; the other topics have only what the stages wrote."""
    broker = FakeBroker(TOPICS.specs(partitions=1))
    broker.append(Outgoing(TOPICS.raw, b"k", value))
    (outcome,) = await broker.run("prepare", (TOPICS.raw,), await process("prepare", broker), topics=TOPICS)
    assert outcome.status == "dead"
    (letter,) = broker.records(TOPICS.dead)
    assert codec.decode(DeadLetter, letter.value).value == value


RAW = RawPlace(MOMENT, 0, 5)
TOLD = Takedown(schema=1, kind="takedown", id="a1", at=MOMENT, raw=RAW)
PLACED = replace(prepared_article(), raw=RAW, part=1, page_id="p")
WITH_NUMBERS = {
    TOPICS.prepared: (PLACED, TOLD),
    TOPICS.matched: (replace(matched_article(), article=PLACED),),
    TOPICS.enriched: (
        replace(enriched_article(), article=PLACED),
        MatchedTakedown(schema=1, kind="takedown", takedown=TOLD, position=LogPosition(9, MOMENT)),
    ),
    TOPICS.changes: (story_change(),),
}
STRANGE = ("0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 10**8, 10**30, -(10**30))


def numbered(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every field below that is a time or a number, with what holds it."""
    for name, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
        if isinstance(value, (dict, list)):
            yield from numbered(value)
        elif isinstance(value, int) or str(name).endswith("at"):
            yield node, name


def strange(record: Struct) -> Iterator[bytes]:
    """The record with each time and number as nobody would write it, one at a time, and as it is between them."""
    made = json.loads(codec.encode(record))
    for holder, name in numbered(made):
        usual = holder[name]
        for value in STRANGE:
            holder[name] = value
            yield json.dumps(made).encode()
        holder[name] = usual
        yield json.dumps(made).encode()


@pytest.mark.parametrize("topic", WITH_NUMBERS)
async def test_no_time_and_no_number_ends_a_stage(topic: str) -> None:
    """Beyond the calendar, without a zone, or with thirty digits: an outcome for each, and the next one is taken."""
    broker = FakeBroker(TOPICS.specs(partitions=1))
    values = [value for record in WITH_NUMBERS[topic] for value in strange(record)]
    for value in (*values, codec.encode(replace(TOLD, id="p", raw=None)) if topic == TOPICS.prepared else values[-1]):
        broker.append(Outgoing(topic, b"key", value))
    stage = STAGES[topic]
    outcomes = await broker.run(stage, (topic,), await process(stage, broker), topics=TOPICS)
    assert len(outcomes) == len(values) + 1
    assert outcomes[-1].status != "dead"
    assert broker.uncommitted(TOPICS.group(stage), [topic]) == []

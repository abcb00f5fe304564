"""Same log, same answers: in whatever batches, after restarts, after redeliveries, with gaps, from a log read again."""

import dataclasses
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.isnad_dedup.articles import TOPIC, prepared, record, text

from isnad.errors import BrokerUnavailable, SetupError
from isnad.health import Health
from isnad.outcomes import Outcome, Record
from isnad.similarity.window import Window
from isnad.topics import Topics
from isnad_dedup.ledger import Ledger
from isnad_dedup.replay import Replay

WINDOW = Window(days=6)


@dataclass
class Log:
    """A log in memory, as `isnad.kafka.LogReader` reads it."""

    records: list[Record]
    first: int = 0
    reads: int = 0
    broken_after: int | None = None

    async def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        assert (topic, partition) == (TOPIC, 0)
        return self.first, (self.records[-1].offset + 1 if self.records else 0)

    async def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Record]:
        assert (topic, partition) == (TOPIC, 0)
        assert start >= self.first
        self.reads += 1
        for number, one in enumerate(one for one in self.records if start <= one.offset < end):
            if number == self.broken_after:
                raise BrokerUnavailable("Kafka went away")
            yield one


def replay(log: Log, health: Health | None = None, still_working: Callable[[], None] = lambda: None) -> Replay:
    return Replay(log, TOPIC, lambda: Ledger(Topics(), WINDOW, remembered=4), health or Health(), still_working)


def straight(records: list[Record]) -> list[Outcome]:
    """The answers of one who takes the whole log at once, in one piece."""
    whole = Ledger(Topics(), WINDOW)
    outcomes = []
    for one in records:
        whole.skip_to(one.offset)
        outcomes += whole.answer([one])
    return outcomes


def visible(outcome: Outcome) -> tuple[object, ...]:
    return outcome.status, outcome.messages, outcome.article_id, str(outcome.error)


BODIES = [
    "",
    text((0, 3)),
    text((0, 10)),
    text((0, 104)),
    text((0, 60)),
    text((40, 104)),
    text((0, 54), (300, 350)),
    text((300, 404)),
    text((300, 360), (0, 60)),
]

values = st.one_of(
    st.just(b"no article"),
    st.builds(
        lambda key, body, title: prepared(key, body, title=title),
        st.sampled_from("abcdefghij"),
        st.sampled_from(BODIES),
        st.sampled_from(["", "عنوان"]),
    ),
)
# Each record: its value, the offsets skipped before it, the days since the one before.
logs = st.lists(st.tuples(values, st.sampled_from([0, 0, 0, 1, 5]), st.sampled_from([0, 0, 0, 0.5, 3, -1])), min_size=1)


def made(drawn: list[tuple[bytes, int, float]]) -> list[Record]:
    records, offset, day = [], 0, 0.0
    for value, skipped, days in drawn:
        offset, day = offset + skipped, day + days
        records.append(record(offset, value, days=day))
        offset += 1
    return records


# What happens next: a batch of so many records from where it was, from some records before, or after a restart.
steps = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from([0, 0, 0, 1, 3, 8, 100]), st.sampled_from([False, False, True]))
)


@settings(max_examples=150)
@given(logs, steps)
async def test_the_same_log_gets_the_same_answers(drawn: list[tuple[bytes, int, float]], plan):
    records = made(drawn)
    expected = [visible(outcome) for outcome in straight(records)]
    log = Log(records)
    stage = replay(log)
    place = 0
    for size, back, restarted in [*plan, (len(records), 0, True)]:
        if restarted:
            stage = replay(log)
        place = max(0, place - back)
        batch = records[place : place + size]
        outcomes = await stage.process(batch)
        assert [visible(outcome) for outcome in outcomes] == expected[place : place + size]
        place += len(batch)
    outcomes = await stage.process(records)
    assert [visible(outcome) for outcome in outcomes] == expected


def articles(count: int) -> list[Record]:
    return [record(n, prepared(str(n), text((0, 104)))) for n in range(count)]


async def test_an_unbroken_log_is_never_read_again():
    records = articles(6)
    log = Log(records)
    stage = replay(log)
    for n in range(0, 6, 2):
        await stage.process(records[n : n + 2])
    await stage.process(records[4:])  # a redelivery that is still remembered
    assert log.reads == 0


async def test_before_the_first_batch_the_log_is_read_up_to_it():
    log = Log(articles(6))
    outcomes = await replay(log).process(log.records[4:])
    assert outcomes == straight(log.records)[4:]
    assert log.reads == 1


async def test_while_kafka_is_away_the_batch_can_be_tried_again():
    log = Log(articles(10), broken_after=3)
    stage = replay(log)
    with pytest.raises(BrokerUnavailable):
        await stage.process(log.records[8:])
    log.broken_after = None
    assert await stage.process(log.records[8:]) == straight(log.records)[8:]


async def test_a_log_whose_beginning_is_gone_is_read_from_what_is_there():
    records = articles(6)
    log = Log(records[3:], first=3)
    assert await replay(log).process(records[5:]) == straight(records[3:])[2:]


async def test_a_place_past_the_end_of_the_log_means_its_end():
    log = Log(articles(3))
    stage = replay(log)
    await stage.read_up_to(50)
    log.records += articles(4)[3:]
    assert await stage.process(log.records[3:]) == straight(log.records)[3:]


async def test_a_log_of_several_partitions_is_refused():
    stray = dataclasses.replace(articles(1)[0], partition=1)
    with pytest.raises(SetupError, match="isnad topics check"):
        await replay(Log([])).process([stray])


async def test_it_says_what_it_waits_for_and_that_it_is_well_again():
    health, seen = Health(), []
    health.well("start")
    log = Log(articles(3))
    stage = replay(log, health, lambda: seen.append(health.ready()))
    await stage.process(log.records[2:])
    assert seen
    assert health.ready()

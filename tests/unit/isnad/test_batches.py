"""What a stage does with a batch: each record ends in one place and is counted once."""

import asyncio
from itertools import repeat

import pytest
import structlog
from prometheus_client import CollectorRegistry

from isnad.batches import Batches
from isnad.errors import BrokerUnavailable, RecordError, SearchUnavailable
from isnad.health import Health
from isnad.messages import Reason
from isnad.metrics import StageMetrics
from isnad.outcomes import Outcome, Outgoing
from isnad.retry import Patience
from isnad.testing.broker import FakeBroker
from isnad.testing.builders import record
from isnad.testing.clock import START
from isnad.topics import Topics

TOPICS = Topics()


class Scene:
    """A stage that passes on what it gets; `troubles` are raised first, one after another."""

    def __init__(self):
        self.broker = FakeBroker(TOPICS.specs(partitions=1))
        self.registry = CollectorRegistry()
        self.troubles = []
        self.calls = 0
        self.forgotten = 0
        self.log = self.broker.reader()
        self.outcome = lambda one: Outcome("passed", (Outgoing(TOPICS.matched, one.key, one.value),))
        self.sender = self.broker.producer()

    def batches(self):
        return Batches(
            stage="trial",
            process=self.process,
            dead_topic=TOPICS.dead,
            patience=Patience(Health(), asyncio.Event(), pauses=lambda: repeat(0)),
            sender=self.sender,
            places=self.broker.progress(TOPICS.group("trial")),
            log=self.log,
            metrics=StageMetrics.on(self.registry),
            clock=self.broker.clock,
        )

    async def process(self, records):
        self.calls += 1
        if self.troubles:
            raise self.troubles.pop(0)
        return [self.outcome(one) for one in records[self.forgotten :]]

    def arrive(self, number):
        return [self.broker.append(Outgoing(TOPICS.raw, b"k", b"%d" % n)) for n in range(number)]

    def count(self, name, **labels):
        return self.registry.get_sample_value(name, {"stage": "trial", **labels})

    def passed(self):
        return [int(one.value) for one in self.broker.records(TOPICS.matched)]


@pytest.fixture
def scene():
    return Scene()


async def test_each_record_is_counted_once_under_what_became_of_it(scene):
    """The outcomes sum to the input."""
    fates = [
        Outcome("passed"),
        Outcome("indexed"),
        Outcome("stale"),
        Outcome.dead(RecordError(Reason.EMPTY, "no value")),
    ]
    scene.outcome = lambda one: fates[one.offset % 4]
    await scene.batches().handle(scene.arrive(10), 1)
    counts = {fate: scene.count("isnad_records_total", outcome=fate) for fate in ("passed", "indexed", "stale", "dead")}
    assert counts == {"passed": 3, "indexed": 3, "stale": 2, "dead": 2}
    assert scene.count("isnad_dead_letters_total", reason="empty") == 2
    assert scene.count("isnad_batch_records_sum") == 10
    assert scene.count("isnad_batch_seconds_count") == 1
    assert scene.count("isnad_last_progress_timestamp_seconds") == START.timestamp()
    assert len(scene.broker.records(TOPICS.dead)) == 2


async def test_after_a_transient_error_the_same_batch_is_tried_again_and_counted_once(scene):
    """Elasticsearch away twice: the work is done three times, its result sent once."""
    scene.troubles = [SearchUnavailable("away"), SearchUnavailable("away")]
    await scene.batches().handle(scene.arrive(3), 1)
    assert scene.calls == 3
    assert scene.passed() == [0, 1, 2]
    assert scene.count("isnad_records_total", outcome="passed") == 3


async def test_when_sending_fails_the_work_is_not_done_again(scene):
    """Only the sending is repeated, with what was not acknowledged."""
    producer = scene.sender

    class Stumbling:
        times = 0

        async def deliver(self, messages):
            self.times += 1
            if self.times == 1:
                return [*await producer.deliver(messages[:2]), *(BrokerUnavailable("gone") for _ in messages[2:])]
            return await producer.deliver(messages)

    scene.sender = Stumbling()
    await scene.batches().handle(scene.arrive(5), 1)
    assert scene.calls == 1
    assert scene.passed() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("bug", [KeyError("x"), RecordError(Reason.EMPTY, "raised, not returned")])
async def test_any_other_error_comes_out_and_nothing_is_counted(scene, bug):
    """The caller must not commit then."""
    scene.troubles = [bug]
    with pytest.raises(type(bug)):
        await scene.batches().handle(scene.arrive(3), 1)
    assert scene.passed() == []
    assert scene.count("isnad_records_total", outcome="passed") is None


async def test_too_few_outcomes_are_a_bug(scene):
    """Nobody can say which record is without."""
    scene.forgotten = 1
    with pytest.raises(ValueError, match="2 outcomes were made of 3 records"):
        await scene.batches().handle(scene.arrive(3), 1)


async def test_records_that_were_skipped_are_found_before_anything_is_committed_over_them(scene):
    """At the start, against what the group committed, and between batches."""
    records = scene.arrive(9)
    with pytest.raises(RuntimeError, match="2 messages were skipped"):
        await scene.batches().handle(records[2:4], 1)
    scene.registry = CollectorRegistry()
    batches = scene.batches()
    await batches.handle(records[:4], 1)
    with pytest.raises(RuntimeError, match="1 messages were skipped"):
        await batches.handle(records[5:], 1)
    assert scene.passed() == [0, 1, 2, 3]


async def test_after_a_rebalance_records_that_come_again_are_no_hole(scene):
    """The partition begins where the group committed."""
    records = scene.arrive(6)
    batches = scene.batches()
    await batches.handle(records[:4], 1)
    scene.broker.commit(TOPICS.group("trial"), records[:2])
    await batches.handle(records[2:], 2)
    assert scene.passed() == [0, 1, 2, 3, 2, 3, 4, 5]


async def test_what_retention_took_and_numbers_without_messages_are_no_bug(scene):
    """The first is told and counted; the second, which transactions leave behind, is nothing."""

    class Shortened:
        async def bounds(self, topic, partition):
            return 6, 12

        async def read(self, topic, partition, start, end):
            assert (start, end) in [(6, 7), (8, 11)]
            return
            yield

    scene.log = Shortened()
    batches = scene.batches()
    with structlog.testing.capture_logs() as lines:
        await batches.handle([record(b"7", topic=TOPICS.raw, offset=7), record(b"11", topic=TOPICS.raw, offset=11)], 1)
    assert [line["missed"] for line in lines] == [6]
    assert scene.count("isnad_offset_resets_total", topic=TOPICS.raw) == 1
    assert scene.passed() == [7, 11]

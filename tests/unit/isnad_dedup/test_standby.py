"""A worker that stands by stays as far as its group has committed; one that works is left alone."""

import asyncio
from collections.abc import Callable, Iterable

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs
from tests.unit.isnad_dedup.articles import prepared, text
from tests.unit.isnad_dedup.disk import no_room_on_disk

from isnad.continuity import Partition
from isnad.errors import BrokerUnavailable, SetupError, StorageUnavailable
from isnad.health import Health
from isnad.metrics import DedupMetrics
from isnad.outcomes import Outgoing
from isnad.similarity.window import Window
from isnad.testing.broker import FakeBroker, FakeProgress, FakeReader
from isnad.topics import Topics
from isnad_dedup.committed import Committed
from isnad_dedup.log.ledger import Ledger
from isnad_dedup.log.replay import Log, Replay
from isnad_dedup.log.standby import Standby

TOPICS = Topics()
GROUP = TOPICS.group("dedup")


class Worker:
    """A worker on a fake Kafka with so many articles in the log."""

    def __init__(self, broker: FakeBroker, log: Log | None = None) -> None:
        self.broker = broker
        self.health = Health(broker.clock)
        self.health.well("start")
        self.registry = CollectorRegistry()
        self.works = False
        self.replay = Replay(log or broker.reader(), TOPICS.prepared, lambda: Ledger(TOPICS, Window()), self.health)
        self.committed = Committed(lambda: broker.progress(GROUP), (TOPICS.prepared, 0))
        self.standby = Standby(
            self.replay,
            committed=self.committed.offset,
            stands_by=lambda: not self.works,
            work_bytes=lambda: 42,
            health=self.health,
            metrics=DedupMetrics.on(self.registry),
            clock=broker.clock,
        )

    def metric(self, name: str) -> float | None:
        return self.registry.get_sample_value(f"isnad_dedup_{name}")


@pytest.fixture
def broker() -> FakeBroker:
    broker = FakeBroker(TOPICS.specs())
    for n in range(10):
        broker.append(Outgoing(TOPICS.prepared, b"key", prepared(str(n), text((0, 104)))))
    return broker


def commit(broker: FakeBroker, count: int) -> None:
    broker.commit(GROUP, broker.records(TOPICS.prepared)[:count])


async def test_it_follows_what_is_committed_and_answers_as_if_it_had_worked_all_the_time(broker: FakeBroker):
    first, second = Worker(broker), Worker(broker)
    first.works = True
    answered = await first.replay.process(broker.records(TOPICS.prepared))
    for count in (4, 8):
        commit(broker, count)
        await second.standby.look()
        assert second.replay.next_offset == count
        assert second.metric("behind_records") == 0
        assert second.metric("window_articles") == count
        assert second.metric("work_bytes") == 42
    assert await second.replay.process(broker.records(TOPICS.prepared)[8:]) == answered[8:]


async def test_who_works_is_left_alone(broker: FakeBroker):
    worker = Worker(broker)
    worker.works = True
    commit(broker, 4)
    await worker.standby.look()
    assert worker.replay.next_offset == 0
    assert worker.metric("behind_records") == 4


async def test_it_stays_ready_while_it_follows(broker: FakeBroker):
    worker = Worker(broker)
    commit(broker, 8)
    await worker.standby.look()
    assert worker.health.ready()


async def test_after_an_outage_it_asks_over_a_new_connection(broker: FakeBroker):
    worker = Worker(broker)
    commit(broker, 4)
    broker.down = "it is being moved"
    with pytest.raises(BrokerUnavailable):
        await worker.standby.look()
    broker.down = None
    await worker.standby.look()
    assert worker.replay.next_offset == 4
    await worker.committed.close()


class Unlisted(FakeProgress):
    """A connection to a broker that has just started, and never learns of the topic."""

    async def starts(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        raise SetupError(f"no topic for {partitions}")


async def test_after_a_topic_was_not_listed_it_asks_over_a_new_connection(broker: FakeBroker):
    commit(broker, 4)
    connections = iter([Unlisted(broker, GROUP), broker.progress(GROUP)])
    committed = Committed(lambda: next(connections), (TOPICS.prepared, 0))
    with pytest.raises(SetupError):
        await committed.offset()
    assert await committed.offset() == 4


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  what is waited for is a thread's or another task's to change
            await asyncio.sleep(0.05)


async def test_it_looks_until_it_is_cancelled_and_an_outage_does_not_end_it(broker: FakeBroker):
    worker = Worker(broker)
    commit(broker, 4)
    broker.down = "it is being moved"
    looking = asyncio.create_task(worker.standby.run())
    await asyncio.sleep(2.5)
    broker.down = None
    await until(lambda: worker.replay.next_offset == 4)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking


class Stumbling(FakeReader):
    """Can't read the log at the first so many times, each of which takes some seconds."""

    def __init__(self, broker: FakeBroker, error: Exception, times: int, seconds: float = 0) -> None:
        super().__init__(broker)
        self.broker, self.error, self.times, self.seconds = broker, error, times, seconds

    async def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        self.times -= 1
        if self.times < 0:
            return await super().bounds(topic, partition)
        self.broker.clock.advance(self.seconds)
        raise self.error


async def test_a_log_that_is_not_listed_yet_does_not_end_it(broker: FakeBroker):
    worker = Worker(broker, Stumbling(broker, SetupError("no topic"), 1))
    commit(broker, 4)
    looking = asyncio.create_task(worker.standby.run())
    await until(lambda: worker.replay.next_offset == 4 or looking.done())
    assert not looking.done()
    looking.cancel()


async def test_a_log_that_stays_away_for_half_a_minute_ends_it(broker: FakeBroker):
    worker = Worker(broker, Stumbling(broker, SetupError("no topic"), 2, seconds=31))
    commit(broker, 4)
    async with asyncio.timeout(20):
        with pytest.raises(SetupError, match="no topic"):
            await worker.standby.run()
    assert worker.replay.next_offset == 0


async def test_a_full_disk_is_shown_until_there_is_room(broker: FakeBroker):
    worker = Worker(broker)
    commit(broker, 10)
    await worker.standby.look()
    broker.append(Outgoing(TOPICS.prepared, b"key", prepared("long", text((0, 100_000)))))
    commit(broker, 11)
    looking = asyncio.create_task(worker.standby.run())
    with no_room_on_disk():
        await until(lambda: not worker.health.ready())
    assert [waiting.dependency for waiting in worker.health.reasons()] == ["disk"]
    await until(lambda: worker.replay.next_offset == 11)
    await until(worker.health.ready)
    looking.cancel()


async def test_a_full_disk_is_forgotten_by_one_who_works_by_now(broker: FakeBroker):
    """Its batches say themselves what they wait for; nobody else would say that it is ready again."""
    worker = Worker(broker, Stumbling(broker, StorageUnavailable("the disk is full"), 1))
    commit(broker, 4)
    with capture_logs() as lines:
        looking = asyncio.create_task(worker.standby.run())
        await until(lambda: not worker.health.ready())
        worker.works = True
        await until(worker.health.ready)
        looking.cancel()
    assert worker.replay.next_offset == 0
    assert [(line["event"], line["dependency"]) for line in lines] == [("waiting", "disk"), ("goes on", "disk")]

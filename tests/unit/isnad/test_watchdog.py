"""When a worker is stuck, and when it only looks so."""

import asyncio
import queue
from dataclasses import dataclass, field

import pytest
from prometheus_client import CollectorRegistry

from isnad.errors import BrokerUnavailable
from isnad.health import Health
from isnad.kafka import GroupProgress
from isnad.kafka_access import KafkaAccess
from isnad.metrics import WaitMetrics
from isnad.retry import Patience
from isnad.testing.broker import FakeBroker
from isnad.testing.clock import ManualClock
from isnad.topics import Topics
from isnad.watchdog import Stillness, Watchdog, look

ALL = frozenset({("t", 0), ("t", 1)})
OWN = frozenset({("t", 0)})


@dataclass
class Scene:
    """A worker, its group and what waits for it."""

    assigned: frozenset = OWN
    waiting: bool = False
    members: int = 2
    lags: dict = field(default_factory=lambda: {("t", 0): 5, ("t", 1): 0})
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self):
        self.stillness = Stillness(120, self.clock)

    async def look(self):
        async def lags_of(partitions):
            return {partition: self.lags[partition] for partition in partitions}

        async def members():
            return self.members

        return await look(self, self.stillness, ALL, lags_of, members)


async def test_messages_that_wait_without_progress_mean_stuck_after_the_limit():
    """Not a second earlier."""
    scene = Scene()
    assert (await scene.look())[1] is None
    scene.clock.advance(119)
    assert await scene.look() == ({("t", 0): 5}, None)
    scene.clock.advance(1)
    lags, stuck = await scene.look()
    assert lags == {("t", 0): 5}
    assert stuck == "5 messages wait and none was processed for 120 seconds"


async def test_progress_ends_the_stillness():
    """It counts from the last batch."""
    scene = Scene()
    scene.clock.advance(100)
    scene.stillness.end()
    scene.clock.advance(119)
    assert (await scene.look())[1] is None


@pytest.mark.parametrize("reason", [{"waiting": True}, {"lags": {("t", 0): 0, ("t", 1): 9}}])
async def test_waiting_for_a_dependency_and_having_nothing_to_do_are_not_being_stuck(reason):
    """However long it lasts; the time counts from its end. Another worker's lag is another worker's."""
    scene = Scene(**reason)
    for _ in range(100):
        scene.clock.advance(60)
        assert (await scene.look())[1] is None
    scene.waiting, scene.lags = False, {("t", 0): 5, ("t", 1): 0}
    assert (await scene.look())[1] is None
    scene.clock.advance(119)
    assert (await scene.look())[1] is None
    scene.clock.advance(1)
    assert (await scene.look())[1] is not None


async def test_messages_that_came_since_the_last_look_have_not_waited():
    """However long there was nothing to do, and however seldom it looks."""
    scene = Scene(lags={("t", 0): 0, ("t", 1): 0})
    assert (await scene.look())[1] is None
    scene.clock.advance(500)
    scene.lags = {("t", 0): 5, ("t", 1): 0}
    assert (await scene.look())[1] is None


async def test_a_worker_without_partitions_stands_by():
    """It is well while its group has members, whoever they are, and has no lag of its own to show."""
    scene = Scene(assigned=frozenset())
    scene.clock.advance(1000)
    assert await scene.look() == ({}, None)


async def test_a_worker_that_its_group_does_not_know_is_stuck():
    """Messages wait, nobody is in the group: this worker fell out of it and did not notice."""
    scene = Scene(assigned=frozenset(), members=0)
    assert (await scene.look())[1] is None
    scene.clock.advance(120)
    assert (await scene.look())[1] == "5 messages wait and this worker has been in no group for 120 seconds"


def watching(health, connect, worker=None, *, partitions=ALL, on_lag=lambda _: None, on_bug=lambda _: None):
    async def members():
        return 1

    return Watchdog(
        connect=connect,
        members=members,
        partitions=partitions,
        worker=worker or Scene(),
        stillness=Stillness(120, ManualClock()),
        health=health,
        on_lag=on_lag,
        on_stuck=lambda _: None,
        on_bug=on_bug,
        look_seconds=0.001,
    )


class Page(Health):
    """Hands on what is said of Kafka."""

    def __init__(self):
        self.said = asyncio.Queue()
        super().__init__(ManualClock())

    def waiting(self, dependency, reason):
        if dependency == "kafka":
            self.said.put_nowait(reason)
        return super().waiting(dependency, reason)


async def test_certificates_that_can_not_be_read_for_a_while_do_not_end_the_watch(tmp_path):
    """They are exchanged while services run; the page says what is missing, and the watch is tried again."""
    page, missing = Page(), tmp_path / "ca.pem"
    access = KafkaAccess("127.0.0.1:1", security="SSL", ca=str(missing))
    watchdog = watching(page, lambda: GroupProgress(access, "isnad-trial"))
    watch = asyncio.create_task(watchdog.watch())
    async with asyncio.timeout(10):
        said = [await page.said.get() for _ in range(2)]
    assert all(str(missing) in one for one in said)
    watch.cancel()


def test_a_bug_in_the_watch_is_told_and_not_only_the_end_of_its_thread():
    """Else a stage that is stuck later would be watched by nobody."""
    told = queue.Queue()
    bug = KeyError("a bug that the test asked for")

    class Broken(Scene):
        """A worker that can't say whether it waits."""

        @property
        def waiting(self):
            raise bug

        @waiting.setter
        def waiting(self, waits):
            pass

    connect = FakeBroker().progress
    watching(Health(ManualClock()), lambda: connect("isnad-trial"), Broken(), on_bug=told.put).start()
    assert told.get(timeout=20) is bug


class Idle:
    """A stage without articles, watched by the watchdog; its Kafka goes and comes, and its metrics are read."""

    def __init__(self):
        self.topic = Topics().raw
        self.broker = FakeBroker(Topics().specs(1))
        self.worker = Scene(assigned=frozenset({(self.topic, 0)}))
        self.registry = CollectorRegistry()
        self.health = Health(ManualClock())
        WaitMetrics.on(self.registry).follow(self.health, "prepare")
        self.health.well("start")
        self.changes = asyncio.Queue()
        self.looks = asyncio.Queue()
        self.health.follow(lambda *change: self.changes.put_nowait(change))

    def watch(self, connect=None):
        connect = connect or (lambda: self.broker.progress("isnad-prepare"))
        watchdog = watching(
            self.health, connect, self.worker, partitions=self.worker.assigned, on_lag=self.looks.put_nowait
        )
        return asyncio.create_task(watchdog.watch())

    async def change(self):
        async with asyncio.timeout(10):
            return await self.changes.get()

    async def look(self):
        """Wait for a look that succeeded, begun after this."""
        async with asyncio.timeout(10):
            while not self.looks.empty():
                self.looks.get_nowait()
            await self.looks.get()

    @property
    def metrics(self):
        """Whether it waits for Kafka, and how often it began to."""
        labels = {"stage": "prepare", "dependency": "kafka"}
        return [self.registry.get_sample_value(name, labels) for name in ("isnad_waiting", "isnad_waits_total")]


async def test_an_idle_stage_whose_kafka_goes_away_and_comes_back_waits_once_by_the_metrics_too():
    """It tries nothing itself; however often the watchdog looks meanwhile, one wait is one."""
    idle = Idle()
    watch = idle.watch()
    await idle.look()
    assert idle.metrics == [0, 0]
    for outages in (1, 2):
        idle.broker.down = "no broker"
        assert await idle.change() == ("kafka", True)
        await asyncio.sleep(0.02)
        assert idle.metrics == [1, outages]
        assert [one.dependency for one in idle.health.reasons()] == ["kafka"]
        idle.broker.down = None
        assert await idle.change() == ("kafka", False)
        assert idle.metrics == [0, outages]
        assert idle.health.ready()
    watch.cancel()


async def test_the_wait_of_a_batch_and_that_of_the_watchdog_are_one():
    """The watchdog notices first, then a batch that is sent; it lasts until the batch is through."""
    idle = Idle()
    patience = Patience(idle.health, asyncio.Event(), lambda: iter([0.001] * 10_000))
    idle.worker = Working(patience, idle.worker.assigned)
    refused = True

    async def send():
        if refused:
            raise BrokerUnavailable("no answer")

    watch = idle.watch()
    await idle.look()
    idle.broker.down = "no broker"
    assert await idle.change() == ("kafka", True)
    sending = asyncio.create_task(patience.until_done(send))
    await asyncio.sleep(0.01)
    idle.broker.down = None
    await idle.look()
    assert idle.metrics == [1, 1], "the watchdog ended the wait of the batch"
    refused = False
    await sending
    await idle.look()
    assert idle.metrics == [0, 1]
    watch.cancel()


class Working:
    """A worker that waits when its patience does."""

    def __init__(self, patience, assigned):
        self.patience = patience
        self.assigned = assigned

    @property
    def waiting(self):
        return self.patience.waiting


async def test_a_question_of_the_watchdog_that_outlasts_the_wait_of_a_batch_begins_no_new_one():
    """It was asked during the outage and is given up after its end."""
    idle = Idle()
    asked = []

    class Late:
        """A connection whose first question gets no answer until the worker has gone on."""

        async def __aenter__(self):
            return self

        async def __aexit__(self, *_):
            pass

        async def lags(self, partitions):
            asked.append(idle.worker.waiting)
            if len(asked) == 1:
                idle.worker.waiting = False
                raise BrokerUnavailable("no answer in time")
            return dict.fromkeys(partitions, 0)

    idle.worker.waiting = True
    watch = idle.watch(Late)
    await idle.look()
    assert asked[:2] == [True, False]
    assert idle.metrics == [0, 0]
    assert idle.health.ready()
    watch.cancel()

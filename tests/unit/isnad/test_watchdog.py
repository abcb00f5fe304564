"""When a worker is stuck, and when it only looks so."""

import asyncio
import queue
from dataclasses import dataclass, field

import pytest

from isnad.health import Health
from isnad.kafka_access import KafkaAccess
from isnad.testing.clock import ManualClock
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
    watchdog = Watchdog(
        kafka=KafkaAccess("127.0.0.1:1", security="SSL", ca=str(missing)),
        group="isnad-trial",
        partitions=ALL,
        worker=Scene(),
        stillness=Stillness(120, ManualClock()),
        health=page,
        on_lag=lambda _: None,
        on_stuck=lambda _: None,
        on_bug=lambda _: None,
        look_seconds=0.01,
    )
    watching = asyncio.create_task(watchdog.watch())
    async with asyncio.timeout(10):
        said = [await page.said.get() for _ in range(2)]
    assert all(str(missing) in one for one in said)
    watching.cancel()


def test_a_bug_in_the_watch_is_told_and_not_only_the_end_of_its_thread(tmp_path):
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

    Watchdog(
        kafka=KafkaAccess("127.0.0.1:1", security="SSL", ca=str(tmp_path / "ca.pem")),
        group="isnad-trial",
        partitions=ALL,
        worker=Broken(),
        stillness=Stillness(120, ManualClock()),
        health=Health(ManualClock()),
        on_lag=lambda _: None,
        on_stuck=lambda _: None,
        on_bug=told.put,
    ).start()
    assert told.get(timeout=20) is bug

"""Snapshots are written when it is time and of what is committed, and a failure to do so stops nothing."""

import asyncio
import fcntl
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from isnad.errors import BrokerUnavailable, SetupError, StorageUnavailable
from isnad.metrics import DedupMetrics
from isnad.similarity.snapshot import Captured, Part, Snapshots
from isnad.testing.clock import START, ManualClock
from isnad_dedup.log.saving import Saving

EVERY = 300.0
LEAST = 10


@dataclass
class State:
    """A state of so many records."""

    next_offset: int = 0
    parts: dict[str, Part] = field(default_factory=lambda: {"index-data": b"12345"})
    error: Exception | None = None
    is_sound: bool = True

    async def capture(self) -> Captured | None:
        if self.error is not None:
            raise self.error
        captured = Captured({"ledger": {"next_offset": self.next_offset, "last": None}}, self.parts)
        return captured if self.is_sound else None


class Desk:
    """Saving with all that it needs, in a folder."""

    def __init__(self, folder: Path, clock: ManualClock | None = None) -> None:
        self.state = State()
        self.clock = clock or ManualClock()
        self.registry = CollectorRegistry()
        self.snapshots = Snapshots(folder / "snapshots", {})
        self.stands_by = False
        self.committed: Callable[[], Awaitable[int]] = self.all_committed
        self.saving = Saving(
            self.snapshots,
            state=self.state,
            committed=self.ask,
            stands_by=lambda: self.stands_by,
            every_seconds=EVERY,
            least_records=LEAST,
            metrics=DedupMetrics.on(self.registry),
            clock=self.clock,
        )

    async def ask(self) -> int:
        return await self.committed()

    async def all_committed(self) -> int:
        return self.state.next_offset

    async def take(self, records: int, seconds: float = EVERY) -> None:
        self.state.next_offset += records
        self.clock.advance(seconds)
        await self.saving.look()

    def metric(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"isnad_dedup_{name}", labels)

    @property
    def places(self) -> list[int]:
        return [one.about["ledger"]["next_offset"] for one in self.snapshots.newest_first()]  # type: ignore[call-overload, index, misc]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_one_is_written_when_time_has_passed_and_enough_is_new(desk: Desk):
    await desk.take(LEAST, seconds=EVERY - 1)
    assert desk.places == []
    await desk.take(0, seconds=1)
    assert desk.places == [LEAST]
    await desk.take(LEAST - 1)
    assert desk.places == [LEAST]
    await desk.take(1)
    assert desk.places == [2 * LEAST, LEAST]


async def test_the_metrics_say_when_and_how_large(desk: Desk):
    await desk.take(LEAST)
    assert desk.metric("snapshot_timestamp_seconds") == START.timestamp() + EVERY
    assert desk.metric("snapshot_bytes") == 5
    assert desk.metric("snapshots_total", outcome="written") == 1
    assert desk.metric("snapshot_failing") == 0


async def test_after_a_start_it_counts_from_the_snapshot_that_was_taken_over(tmp_path: Path):
    await Desk(tmp_path).take(100)
    later = Desk(tmp_path, ManualClock(START.replace(year=2027)))
    with next(later.snapshots.newest_first()) as snapshot:
        later.snapshots.used(snapshot)
    later.state.next_offset = 100
    await later.take(LEAST - 1)
    assert later.places == [100]
    await later.take(1)
    assert later.places == [110, 100]


async def test_snapshots_of_a_former_log_do_not_count(tmp_path: Path):
    await Desk(tmp_path).take(1000)
    anew = Desk(tmp_path, ManualClock(START.replace(year=2027)))
    await anew.take(LEAST)
    assert anew.places == [LEAST, 1000]


async def test_one_of_a_time_to_come_keeps_no_other_from_being_written(tmp_path: Path):
    await Desk(tmp_path, ManualClock(START.replace(year=2099))).take(100)
    desk = Desk(tmp_path)  # the clock was set right
    await desk.take(200)
    assert desk.places == [200, 100]


async def test_who_stands_by_leaves_it_to_the_one_that_works(tmp_path: Path):
    working, waiting = (Desk(tmp_path) for _ in range(2))
    waiting.stands_by = True
    await working.take(LEAST)
    await waiting.take(LEAST)
    assert len(working.places) == 1
    # The other one writes no more.
    await waiting.take(LEAST, seconds=2 * EVERY - 1)
    assert len(working.places) == 1
    await waiting.take(0, seconds=1)
    assert waiting.places == [2 * LEAST, LEAST]


@pytest.mark.parametrize("error", [BrokerUnavailable("Kafka is away"), SetupError("no topic yet")])
async def test_what_is_not_committed_yet_is_waited_for(desk: Desk, error: Exception):
    asked = []

    async def committed() -> int:
        asked.append(len(desk.places))
        if len(asked) == 1:
            raise error
        return LEAST - 1 if len(asked) == 2 else LEAST

    desk.committed = committed
    await desk.take(LEAST)
    assert asked == [0, 0, 0]
    assert desk.places == [LEAST]


async def test_what_is_not_committed_in_time_is_not_written(desk: Desk):
    async def committed() -> int:
        desk.clock.advance(31)
        return LEAST - 1

    desk.committed = committed
    await desk.take(LEAST)
    assert desk.places == []
    assert desk.metric("snapshots_total", outcome="dropped") == 1
    assert desk.metric("snapshot_failing") is not None
    desk.committed = desk.all_committed
    await desk.take(0)
    assert desk.places == [LEAST]


async def test_at_the_end_nothing_is_waited_for(desk: Desk):
    async def committed() -> int:
        return LEAST - 1

    desk.state.next_offset = LEAST
    desk.committed = committed
    await desk.saving.save_at_the_end()
    assert desk.places == []
    desk.committed = desk.all_committed
    await desk.saving.save_at_the_end()
    assert desk.places == [LEAST]
    desk.state.next_offset += LEAST - 1
    await desk.saving.save_at_the_end()
    assert desk.places == [LEAST]


@pytest.mark.parametrize("by", ["the folder", "the state"])
async def test_a_failure_is_told_once_and_so_is_its_end(desk: Desk, tmp_path: Path, by: str):
    with capture_logs() as logs:
        if by == "the folder":
            (tmp_path / "snapshots").write_bytes(b"in the way")
        else:
            desk.state.error = StorageUnavailable("the disk is full")
        for times in (1, 2):
            await desk.take(LEAST)
            assert desk.metric("snapshots_total", outcome="failed") == times
            assert desk.metric("snapshot_failing") == 1
        if by == "the folder":
            (tmp_path / "snapshots").unlink()
        desk.state.error = None
        await desk.take(LEAST)
        await desk.take(LEAST)
    assert desk.metric("snapshot_failing") == 0
    assert [(one["log_level"], one["event"].partition(";")[0]) for one in logs] == [
        ("warning", "no snapshot can be written"),
        ("info", "wrote a snapshot"),
        ("info", "snapshots can be written again"),
        ("info", "wrote a snapshot"),
    ]


async def test_while_another_worker_writes_it_does_not_and_that_is_no_failure(desk: Desk, tmp_path: Path):
    (tmp_path / "snapshots").mkdir()
    with (tmp_path / "snapshots" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        await desk.take(LEAST)
    assert desk.places == []
    assert desk.metric("snapshots_total", outcome="failed") == 0
    await desk.take(0)
    assert desk.places == [LEAST]


async def test_a_state_that_an_error_left_broken_is_not_written(desk: Desk):
    desk.state.is_sound = False
    await desk.take(LEAST)
    assert desk.places == []
    desk.state.is_sound = True
    await desk.take(0)
    assert desk.places == [LEAST]


async def test_one_that_is_cancelled_is_abandoned_at_once_and_the_next_one_is_whole(desk: Desk, tmp_path: Path):
    await desk.take(LEAST)
    begun, leave = asyncio.Event(), asyncio.get_running_loop().call_soon_threadsafe

    def slow() -> bytes:
        leave(begun.set)
        return b"x" * 50_000_000

    desk.state.parts = {"slow": slow, "large": np.zeros(10_000_000), "last": b"last"}
    desk.state.next_offset += LEAST
    task = asyncio.create_task(desk.saving.save())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    desk.state.parts = {"small": b"1"}
    await desk.saving.save_at_the_end()
    assert desk.places == [2 * LEAST, LEAST]
    names = sorted(path.name for path in (tmp_path / "snapshots").iterdir())
    assert names == ["lock", "snapshot-0000000001", "snapshot-0000000002"]


class Hurrying(ManualClock):
    """A clock by which everything takes a twentieth of a second."""

    def monotonic(self) -> float:
        self.advance(0.05)
        return super().monotonic()


async def test_after_every_piece_it_rests_as_long_as_that_took(tmp_path: Path):
    desk = Desk(tmp_path, Hurrying())
    desk.state.parts = {"large": np.zeros(4_000_000)}  # 32 MB are eight pieces of 4 MB, and the array's header is one
    desk.state.next_offset = LEAST
    began = time.monotonic()
    await desk.saving.save()
    assert time.monotonic() - began >= 9 * 0.05
    assert desk.places == [LEAST]


async def test_it_goes_on_until_it_is_cancelled(desk: Desk, tmp_path: Path):
    running = asyncio.create_task(desk.saving.run())
    for _ in range(2):
        desk.state.next_offset += LEAST
        desk.clock.advance(EVERY)
        async with asyncio.timeout(20):
            while not desk.places:  # noqa: ASYNC110  a thread writes it
                await asyncio.sleep(0.05)
        shutil.rmtree(tmp_path / "snapshots")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

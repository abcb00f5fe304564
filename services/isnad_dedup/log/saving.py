"""Writing snapshots of the state now and then, beside the batches.

A snapshot is of use at the next start only where the group has committed all that is in it. So the state is captured,
which takes a moment, and written as soon as Kafka has that commit: then each one that is kept is of use.

Where none can be written, matching goes on, and log and metrics say so: what is lost is a quicker start.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from isnad.clock import Clock
from isnad.errors import BrokerUnavailable, SetupError, StorageUnavailable
from isnad.metrics import DedupMetrics
from isnad.similarity.snapshot import Captured, SnapshotError, Snapshots, SnapshotsBusy, described
from isnad_dedup.log.ledger import Place

_LOOK_SECONDS = 1.0
_COMMIT_SECONDS = 60.0
"""So long the commit of what was captured is waited for."""
_ASK_SECONDS = 0.25

_LONGEST_REST_SECONDS = 0.1

_ABOUT = "written_at"

_logger = structlog.get_logger()


class _Abandoned(Exception):
    """The service stops, and no time is left for the snapshot."""


@dataclass(frozen=True, slots=True)
class _Written:
    next_offset: int
    written_at: datetime


class State(Protocol):
    """What is needed of `Replay`."""

    @property
    def next_offset(self) -> int:
        """Everything before this offset was taken."""
        ...

    async def capture(self) -> Captured | None:
        """Return the state as it is now, None where it is none."""
        ...


class Saving:
    """Writes a snapshot when it is time for one.

    Args:
        snapshots: where they are kept.
        state: the present state.
        committed: returns up to where the group has committed.
        stands_by: whether another worker has the log; then this one waits twice as long for that one to write.
        every_seconds: so much time is between two snapshots.
        least_records: and so many records at least: fewer are read again sooner than a snapshot is written.
        metrics: where it is shown.
        clock: tells the time.
    """

    def __init__(
        self,
        snapshots: Snapshots,
        *,
        state: State,
        committed: Callable[[], Awaitable[int]],
        stands_by: Callable[[], bool],
        every_seconds: float,
        least_records: int,
        metrics: DedupMetrics,
        clock: Clock,
    ) -> None:
        self._snapshots = snapshots
        self._state = state
        self._committed = committed
        self._stands_by = stands_by
        self._every_seconds = every_seconds
        self._least_records = least_records
        self._metrics = metrics
        self._clock = clock
        self._began_at = clock.now()
        self._tried_at = clock.monotonic()
        self._one_at_a_time = threading.Lock()
        self._failing = False

    async def run(self) -> None:
        """Write snapshots until this is cancelled; one that is being written then is abandoned."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Write a snapshot if it is time for one."""
        if self._is_time():
            self._tried_at = self._clock.monotonic()
            await self.save()

    async def save_at_the_end(self) -> None:
        """Write the last snapshot before the process ends, if it is worth it, without rests.

        Where this is cancelled, it is abandoned.
        """
        await self.save(patience_seconds=0.0, rests=False)

    async def save(self, *, patience_seconds: float = _COMMIT_SECONDS, rests: bool = True) -> None:
        """Write a snapshot if enough records were taken since the last one, whoever wrote that.

        Args:
            patience_seconds: so long Kafka may take to have the commit.
            rests: whether to rest as long as to write, so that the batches have the processor and the disk, too.
        """
        if self._state.next_offset - self._last_place() < self._least_records:
            return
        try:
            captured = await self._state.capture()
            if captured is None:
                return
            if not await self._is_committed(Place.of(captured.about).next_offset, patience_seconds):
                self._metrics.snapshots.labels("dropped").inc()
                return
            await self._write(captured, rests=rests)
        except SnapshotsBusy as exc:
            _logger.info("leaves the snapshot to another worker", reason=str(exc))
        except (SnapshotError, StorageUnavailable) as exc:
            self._failed(str(exc))
        else:
            self._succeeded()

    def _is_time(self) -> bool:
        every_seconds = self._every_seconds * (2 if self._stands_by() else 1)
        if self._clock.monotonic() - self._tried_at < every_seconds:
            return False
        newest = self._newest_of_now()
        return newest is None or self._clock.now() - newest.written_at >= timedelta(seconds=every_seconds)

    def _last_place(self) -> int:
        """Return where the last snapshot of this state stands, whoever wrote it."""
        own = self._snapshots.ancestor
        known = (_written(own) if own is not None else None, self._newest_of_now())
        return max((one.next_offset for one in known if one is not None), default=0)

    def _newest_of_now(self) -> "_Written | None":
        """Return the newest snapshot if it was written since this process began: older ones may be of another log.

        One of a time to come tells nothing: the clock was wrong then, or is now.
        """
        newest = next(iter(self._snapshots.folders()), None)
        written = _written(newest) if newest is not None else None
        return written if written is not None and self._began_at <= written.written_at <= self._clock.now() else None

    async def _is_committed(self, offset: int, patience_seconds: float) -> bool:
        until = self._clock.monotonic() + patience_seconds
        while True:
            try:
                if await self._committed() >= offset:
                    return True
            except (BrokerUnavailable, SetupError):
                pass  # the stage and its watchdog say so, and decide what to do about it
            if self._clock.monotonic() >= until:
                return False
            await asyncio.sleep(_ASK_SECONDS)

    async def _write(self, captured: Captured, *, rests: bool) -> None:
        abandoned = threading.Event()
        try:
            await asyncio.to_thread(self._write_now, captured, abandoned, rests=rests)
        finally:
            # Where this is cancelled, the thread goes on until it sees it.
            abandoned.set()

    def _write_now(self, captured: Captured, abandoned: threading.Event, *, rests: bool) -> None:
        with self._one_at_a_time:
            started = last = self._clock.monotonic()

            def between() -> None:
                nonlocal last
                if rests:
                    abandoned.wait(min(self._clock.monotonic() - last, _LONGEST_REST_SECONDS))
                if abandoned.is_set():
                    raise _Abandoned
                last = self._clock.monotonic()

            now = self._clock.now()
            folder = self._snapshots.write(
                Captured(captured.about | {_ABOUT: now.isoformat()}, captured.parts), between
            )
            size, seconds = described(folder).size, self._clock.monotonic() - started
        self._metrics.snapshot_time.set(now.timestamp())
        self._metrics.snapshot_bytes.set(size)
        self._metrics.snapshot_seconds.set(seconds)
        _logger.info(
            "wrote a snapshot",
            snapshot=str(folder),
            next_offset=Place.of(captured.about).next_offset,
            bytes=size,
            seconds=round(seconds, 1),
        )

    def _failed(self, reason: str) -> None:
        self._metrics.snapshots.labels("failed").inc()
        self._metrics.snapshot_failing.set(1)
        if not self._failing:
            self._failing = True
            _logger.warning(
                "no snapshot can be written; matching goes on, and the next start takes longer", reason=reason
            )

    def _succeeded(self) -> None:
        self._metrics.snapshots.labels("written").inc()
        self._metrics.snapshot_failing.set(0)
        if self._failing:
            self._failing = False
            _logger.info("snapshots can be written again")


def _written(folder: Path) -> _Written | None:
    """Return what a snapshot says of itself, None where it says nothing that can be understood."""
    try:
        about = described(folder).about
        return _Written(Place.of(about).next_offset, msgspec.convert(about.get(_ABOUT), datetime))
    except (SnapshotError, msgspec.ValidationError):
        return None

"""Tells when a stage is stuck: messages wait, nothing is processed, and no broken dependency explains it.

A stream engine can stay alive and consume nothing, and a loop that is blocked can't watch itself. So a thread with a
Kafka connection of its own asks how far the group has come. Waiting for a broken dependency is no stillness: it is
shown, and ends by itself. A worker without partitions stands by and is well, as long as its group has any member.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import structlog

from isnad.clock import Clock
from isnad.continuity import Partition
from isnad.errors import BrokerUnavailable, SetupError
from isnad.health import Health

_LOOK_SECONDS = 2.0


class Worker(Protocol):
    """What the watchdog has to know about a worker; read from the watchdog's thread."""

    @property
    def assigned(self) -> frozenset[Partition]:
        """The partitions that the worker has now."""
        ...

    @property
    def waiting(self) -> bool:
        """Whether it waits for a broken dependency."""
        ...


class Progress(Protocol):
    """A connection that tells how far the group has come, as `isnad.kafka.GroupProgress`."""

    async def lags(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Return for each partition how many messages the group has not committed."""
        ...


class Stillness:
    """Measures for how long messages have waited without progress (pure, but for the clock)."""

    def __init__(self, limit_seconds: float, clock: Clock) -> None:
        self._limit_seconds = limit_seconds
        self._clock = clock
        self._since: float | None = None

    def end(self) -> None:
        """Say that something was processed, or that there is a good reason for standing still; from any thread."""
        self._since = None

    def too_long(self) -> float | None:
        """Return the seconds of stillness if they are too many, else None; to be asked while messages wait.

        It begins with the first such question: messages that came since the last look have not waited any longer.
        """
        now = self._clock.monotonic()
        since = self._since
        if since is None:
            self._since = since = now
        seconds = now - since
        return seconds if seconds >= self._limit_seconds else None


async def look(
    worker: Worker,
    stillness: Stillness,
    partitions: frozenset[Partition],
    lags_of: Callable[[Iterable[Partition]], Awaitable[dict[Partition, int]]],
    members: Callable[[], Awaitable[int]],
) -> tuple[dict[Partition, int], str | None]:
    """Look once: return the lag of the worker's own partitions, and why it is stuck, None if it is not.

    Args:
        worker: who is watched.
        stillness: is ended where there is a reason for it.
        partitions: all partitions of the worker's topics; they count while it has none itself.
        lags_of: returns for each of some partitions how many messages the group has not committed.
        members: returns how many members the group has.
    """
    assigned = worker.assigned
    lags = await lags_of(assigned or partitions)
    lag = sum(lags.values())
    own = lags if assigned else {}
    if lag == 0 or worker.waiting:
        stillness.end()
        return own, None
    seconds = stillness.too_long()
    if seconds is None:
        return own, None
    if assigned:
        return own, f"{lag:,} messages wait and none was processed for {seconds:.0f} seconds"
    if await members() == 0:
        return own, f"{lag:,} messages wait and this worker has been in no group for {seconds:.0f} seconds"
    stillness.end()
    return own, None


class Watchdog:
    """Looks every two seconds, in its own thread with its own event loop.

    Args:
        connect: opens the connection that is asked; again where it has failed.
        members: returns how many members the group has.
        partitions: all partitions of the worker's topics.
        worker: who is watched.
        stillness: measures for how long it stands still.
        health: where it is shown that Kafka is away, also while the worker has nothing to do and does not notice.
        on_lag: called with the lag of the worker's own partitions after each look.
        on_stuck: called with the reason where the worker is stuck.
        on_bug: called with what ended the watch.
        look_seconds: so long between two looks.
    """

    def __init__(
        self,
        *,
        connect: Callable[[], AbstractAsyncContextManager[Progress]],
        members: Callable[[], Awaitable[int]],
        partitions: frozenset[Partition],
        worker: Worker,
        stillness: Stillness,
        health: Health,
        on_lag: Callable[[dict[Partition, int]], None],
        on_stuck: Callable[[str], None],
        on_bug: Callable[[BaseException], None],
        look_seconds: float = _LOOK_SECONDS,
    ) -> None:
        self._connect = connect
        self._members = members
        self._partitions = partitions
        self._worker = worker
        self._stillness = stillness
        self._health = health
        self._on_lag = on_lag
        self._on_stuck = on_stuck
        self._on_bug = on_bug
        self._look_seconds = look_seconds
        self._log = structlog.get_logger()

    def start(self) -> None:
        """Begin to look; it goes on until the process ends, or `on_bug` is called with what ended it."""
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def _run(self) -> None:
        try:
            asyncio.run(self.watch())
        except BaseException as exc:  # noqa: BLE001  a thread ends unnoticed, whatever the reason
            self._on_bug(exc)

    async def watch(self) -> None:
        """Look until this is cancelled."""
        while True:
            waited = self._worker.waiting
            try:
                async with self._connect() as progress:
                    while True:
                        waited = self._worker.waiting
                        await self._look(progress)
                        await asyncio.sleep(self._look_seconds)
            except (BrokerUnavailable, SetupError) as exc:
                # Certificates are exchanged and topics made anew while services run; nobody would watch any more.
                self._stillness.end()
                dependency = BrokerUnavailable.dependency
                # What was asked while the worker waited may fail after it: that is the same wait, which is over.
                known = waited or self._worker.waiting
                if not known and self._health.waiting(dependency, str(exc)):
                    self._log.warning("waiting", dependency=dependency, reason=str(exc))
                await asyncio.sleep(self._look_seconds)

    async def _look(self, progress: Progress) -> None:
        lags, stuck = await look(self._worker, self._stillness, self._partitions, progress.lags, self._members)
        if not self._worker.waiting:
            seconds = self._health.well(BrokerUnavailable.dependency)
            if seconds is not None:
                self._log.info("goes on", dependency=BrokerUnavailable.dependency, waited_seconds=round(seconds, 1))
        self._on_lag(lags)
        if stuck is not None:
            self._on_stuck(stuck)

"""Following the log without answering it: a worker that stands by is always nearly as far as the one that works."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from isnad.clock import Clock
from isnad.errors import BrokerUnavailable, StorageUnavailable
from isnad.health import Health
from isnad.metrics import DedupMetrics
from isnad.retry import Leniency
from isnad_dedup.log.replay import Replay

_LOOK_SECONDS = 2.0

_logger = structlog.get_logger()


class Standby:
    """Keeps a worker without the log's partition level with what its group has committed, and shows how far it is.

    Args:
        replay: has the state.
        committed: returns up to where the group has committed.
        stands_by: whether another worker has the partition now.
        work_bytes: returns the bytes of this worker's files.
        health: where a full disk is shown.
        metrics: where the rest is shown.
        clock: tells the time.
    """

    def __init__(
        self,
        replay: Replay,
        *,
        committed: Callable[[], Awaitable[int]],
        stands_by: Callable[[], bool],
        work_bytes: Callable[[], int],
        health: Health,
        metrics: DedupMetrics,
        clock: Clock,
    ) -> None:
        self._replay = replay
        self._committed = committed
        self._stands_by = stands_by
        self._work_bytes = work_bytes
        self._health = health
        self._metrics = metrics
        self._leniency = Leniency(clock)
        self._waits_for_disk = False

    async def run(self) -> None:
        """Look every two seconds, until this is cancelled.

        Raises:
            SetupError: Kafka is not as it must be, for half a minute, as where the log's topic is gone.
        """
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self._leniency.attempt(self.look)
            except BrokerUnavailable:
                pass  # the watchdog of the stage says so
            except StorageUnavailable as exc:
                self._waits_for_disk = True
                if self._health.waiting(exc.dependency, str(exc)):
                    _logger.warning("waiting", dependency=exc.dependency, reason=str(exc))

    async def look(self) -> None:
        """Follow the log once, if this worker stands by.

        Raises:
            BrokerUnavailable: Kafka does not answer now.
            SetupError: the log's topic is not there, or a file of certificates can't be read.
            StorageUnavailable: working files can't be written now.
        """
        committed = await self._committed()
        if self._stands_by():
            await self._replay.follow_up_to(committed)
        # Where it works by now, its batches say themselves what they wait for.
        self._no_longer_waits()
        self._metrics.behind.set(max(0, committed - self._replay.next_offset))
        self._metrics.window_articles.set(len(self._replay))
        self._metrics.work_bytes.set(await asyncio.to_thread(self._work_bytes))

    def _no_longer_waits(self) -> None:
        if not self._waits_for_disk:
            return
        self._waits_for_disk = False
        dependency = StorageUnavailable.dependency
        seconds = self._health.well(dependency)
        if seconds is not None:
            _logger.info("goes on", dependency=dependency, waited_seconds=round(seconds, 1))

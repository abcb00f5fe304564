"""How far the stages of a running chain have come in its topics, as Kafka tells it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self, TypeVar

from isnad.clock import Clock
from isnad.errors import TransientError
from isnad.kafka import Admin, GroupProgress, LogReader
from isnad.outcomes import Record
from isnad.retry import pauses
from isnad_cli.demo.draining import Offsets

T = TypeVar("T")


class Patience:
    """Tries again while something does not answer, for a while: a server may be away for a moment."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds

    async def until_answered(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` returns.

        Raises:
            TransientError: what `work` raised last, after it did so for all the time.
        """
        deadline = self._clock.monotonic() + self._seconds
        waits = pauses()
        while True:
            try:
                return await work()
            except TransientError:
                wait = next(waits)
                if self._clock.monotonic() + wait > deadline:
                    raise
                await asyncio.sleep(wait)


class KafkaProgress:
    """Meets `draining.Progress`; keeps a connection for each group that is asked about."""

    def __init__(self, bootstrap: str, patience: Patience) -> None:
        self._bootstrap = bootstrap
        self._patience = patience
        self._admin = Admin(bootstrap)
        self._reader = LogReader(bootstrap)
        self._groups: dict[str, GroupProgress] = {}
        self._connections = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connections.aclose()

    async def ends(self, topic: str) -> Offsets:
        """Return for each partition the next offset to be written."""
        return await self._patience.until_answered(lambda: self._admin.ends(topic))

    async def reached(self, group: str, topic: str, partitions: Iterable[int]) -> Offsets:
        """Return for each of these partitions the offset from which the group reads on."""
        return await self._patience.until_answered(lambda: self._reached(group, topic, partitions))

    async def _reached(self, group: str, topic: str, partitions: Iterable[int]) -> Offsets:
        if group not in self._groups:
            self._groups[group] = await self._connections.enter_async_context(GroupProgress(self._bootstrap, group))
        starts = await self._groups[group].starts((topic, partition) for partition in partitions)
        return {partition: start for (_, partition), start in starts.items()}

    async def since(self, topic: str, starts: Offsets) -> list[Record]:
        """Return what was appended to a topic since its ends were noted."""
        return await self._patience.until_answered(lambda: self._since(topic, starts))

    async def _since(self, topic: str, starts: Offsets) -> list[Record]:
        found: list[Record] = []
        for partition, end in (await self.ends(topic)).items():
            found += [one async for one in self._reader.read(topic, partition, starts.get(partition, 0), end)]
        return found

    async def sleep(self, seconds: float) -> None:
        """Wait a moment."""
        await asyncio.sleep(seconds)

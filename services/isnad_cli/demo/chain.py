"""The running chain as the demo uses it: feeds it, waits until it has drained, reads what became of what was fed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from isnad.addresses import Addresses
from isnad.clock import Clock, SystemClock
from isnad.elastic import Elastic
from isnad.errors import TransientError
from isnad.indexes import Indexes
from isnad.kafka import Admin, GroupProgress, LogReader, Producer
from isnad.outcomes import Record
from isnad.retry import pauses
from isnad.topics import Topics
from isnad_cli.demo.draining import Offsets, drain
from isnad_cli.demo.measuring import Measured, measure, search_for
from isnad_cli.demo.sample import Found, search
from isnad_feeder.events import Input
from isnad_feeder.pace import Pace
from isnad_feeder.sending import Display, Feeding
from isnad_feeder.tally import Tally

SAMPLE = "سوريا"
"""What the sample search looks for."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fed:
    """What was fed and what became of it."""

    tally: Tally
    measured: Measured
    sample: Found


async def feed_and_measure(
    addresses: Addresses,
    topics: Topics,
    indexes: Indexes,
    paths: tuple[Path, ...],
    display: Display,
    tell: Callable[[str, int], None],
    stall_seconds: float,
) -> Fed:
    """Feed the paths, wait until all of it has gone through, count what became of it, and make a sample search.

    Raises:
        StalledError: a stage came no further for `stall_seconds`.
        TransientError: Kafka, Elasticsearch or the API did not answer for `stall_seconds`.
    """
    clock = SystemClock()
    patience = Patience(clock, stall_seconds)
    feeding = Feeding(Input(paths, topics.raw), display, clock, pace=Pace(None), timeout_seconds=stall_seconds)
    async with _Kafka(addresses.kafka, patience) as kafka, Elastic(addresses.elasticsearch) as elastic:
        starts = {topic: await kafka.ends(topic) for topic in (topics.prepared, topics.dead)}
        async with Producer(addresses.kafka) as producer:
            await feeding.run(producer)
        await drain(kafka, topics, clock, tell, stall_seconds)
        await patience.until_answered(lambda: elastic.refresh(indexes.articles))
        pages = {key.decode() for key in feeding.tally.keys}
        answer = await patience.until_answered(lambda: elastic.search(indexes.articles, search_for(pages)))
        prepared, dead = [await kafka.since(topic, starts[topic]) for topic in starts]
    found = [hit["_source"] for hit in answer["hits"]["hits"]]
    sample = await patience.until_answered(lambda: search(addresses.api, SAMPLE))
    return Fed(feeding.tally, measure(pages, prepared, dead, found), sample)


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


class _Kafka:
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
        return await self._patience.until_answered(lambda: self._admin.ends(topic))

    async def reached(self, group: str, topic: str, partitions: Iterable[int]) -> Offsets:
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
        await asyncio.sleep(seconds)

"""A stretch of history through a stage: batch after batch, as the stage itself does it, but at its own pace.

It reads without the stage's consumer group, so the workers that run are neither stopped nor moved: they go on with what
comes in, and the replay with what was. Both write the same for the same record, or, after an upgrade, the newer isnad
writes it anew.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, get_args

from prometheus_client import CollectorRegistry

from isnad.batches import Batches
from isnad.burials import Log
from isnad.clock import Clock
from isnad.continuity import Partition
from isnad.delivery import Sender
from isnad.metrics import StageMetrics
from isnad.outcomes import Status
from isnad.places import Bookmark
from isnad.poison import PoisonLimit
from isnad.retry import Patience, Stopped
from isnad_cli.replay import resuming
from isnad_cli.replay.display import Display
from isnad_cli.replay.merged import Merged
from isnad_cli.replay.resuming import Asked, Plan
from isnad_cli.replay.stages import Work

_BOOKMARK_SECONDS = 1.0
_OUTCOMES: tuple[str, ...] = get_args(Status)


class Keeps(Protocol):
    """What keeps places: `isnad.kafka.Bookmarks`."""

    async def read(self) -> dict[Partition, Bookmark]:
        """Return all that were put."""
        ...

    async def put(self, bookmarks: Mapping[Partition, Bookmark]) -> None:
        """Keep these."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What every replay needs, whichever stage it is of."""

    log: Log
    sender: Sender
    keeps: Keeps
    patience: Patience
    display: Display
    clock: Clock
    stopping: asyncio.Event
    dead_topic: str
    poison: PoisonLimit
    batch_size: int
    hold: Callable[[], Awaitable[None]]
    """Returns when the stages behind have room for more."""


class Replaying:
    """Puts stretches through a stage, and counts what became of the records.

    Args:
        work: the stage.
        means: everything else.
    """

    def __init__(self, work: Work, means: Means) -> None:
        self._work = work
        self._means = means
        self._metrics = StageMetrics.on(CollectorRegistry())

    @property
    def outcomes(self) -> dict[str, int]:
        """How many records had which outcome so far."""
        counts = dict.fromkeys(_OUTCOMES, 0)
        for family in self._metrics.records.collect():
            for sample in family.samples:
                if sample.name == "isnad_records_total":
                    counts[sample.labels["outcome"]] += int(sample.value)
        return {name: count for name, count in counts.items() if count}

    async def run(self, asked: Asked, plan: Plan) -> None:
        """Do what is left of a plan; its bookmarks are kept on the way, and at the end they say where it ended.

        Raises:
            Stopped: it was asked to stop; the bookmarks say where it was.
            SetupError: a topic is gone, or what is to be read was deleted meanwhile.
        """
        means = self._means
        batches = Batches(
            stage=self._work.stage,
            process=self._work.process,
            dead_topic=means.dead_topic,
            patience=means.patience,
            sender=means.sender,
            places=_Starts(plan.places),
            log=means.log,
            metrics=self._metrics,
            clock=means.clock,
            poison=means.poison,
        )
        kept_at = means.clock.monotonic()
        async with Merged(means.log, plan.left, means.batch_size) as history:
            await self._keep(asked, plan, {})
            places = plan.places
            while records := await means.patience.until_done(history.batch):
                await batches.handle(records, None)
                passed = history.places
                means.display.advance(sum(passed.values()) - sum(places[partition] for partition in passed))
                places = passed
                stop = means.stopping.is_set()
                if stop or means.clock.monotonic() - kept_at >= _BOOKMARK_SECONDS:
                    kept_at = means.clock.monotonic()
                    await self._keep(asked, plan, places)
                if stop:
                    raise Stopped
                await means.hold()
            await self._keep(asked, plan, history.places)

    async def _keep(self, asked: Asked, plan: Plan, places: Mapping[Partition, int]) -> None:
        bookmarks = resuming.bookmarks(asked, plan, places)
        await self._means.patience.until_done(lambda: self._means.keeps.put(bookmarks))


class _Starts:
    """Where the stretches begin, for who looks whether a record was skipped."""

    def __init__(self, places: Mapping[Partition, int]) -> None:
        self._places = places

    async def starts(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Return for each partition where it begins."""
        return {partition: self._places[partition] for partition in partitions}


class Holding:
    """Keeps a replay from running far ahead of the stages that read what it writes: live articles wait behind it.

    Args:
        lag: returns how many records of a topic a stage has before it.
        readers: the topics that are written to, each with the stage that reads it.
        most: so many records may wait there; 0 for no limit.
    """

    def __init__(
        self,
        lag: Callable[[str, str], Awaitable[int]],
        readers: Mapping[str, str],
        most: int,
        patience: Patience,
        display: Display,
        clock: Clock,
        stopping: asyncio.Event,
        *,
        every_seconds: float = 1.0,
    ) -> None:
        self._lag = lag
        self._readers = readers
        self._most = most
        self._patience = patience
        self._display = display
        self._clock = clock
        self._stopping = stopping
        self._every_seconds = every_seconds
        self._looked_at = float("-inf")
        self._told = False

    async def __call__(self) -> None:
        """Look now and then; return when there is room, or when it is to stop."""
        if not self._most or self._clock.monotonic() - self._looked_at < self._every_seconds:
            return
        waited = 0.0
        while (behind := await self._patience.until_done(self._behind)) and not self._stopping.is_set():
            waited += self._every_seconds
            if waited > 10 * self._every_seconds and not self._told:
                self._told = True
                self._display.say(f"{behind}. The replay goes on when there are fewer; --lead 0 goes ahead of it.")
            self._display.refresh()
            await asyncio.sleep(self._every_seconds)
        self._looked_at = self._clock.monotonic()

    async def _behind(self) -> str:
        for topic, stage in self._readers.items():
            lag = await self._lag(stage, topic)
            if lag > self._most:
                return f"{stage} has {lag:,} records of {topic} before it"
        return ""

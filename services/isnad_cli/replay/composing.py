"""Puts a replay together from what the command was told, and runs it."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import metadata

from msgspec.structs import replace
from rich.console import Console

from isnad import logs
from isnad.clock import SystemClock
from isnad.continuity import Partition
from isnad.health import Health
from isnad.kafka import Admin, Bookmarks, History, LogReader, Producer
from isnad.places import Bookmark, Extent
from isnad.retry import Patience
from isnad.settings import StageSettings
from isnad_cli.replay import resuming, where
from isnad_cli.replay.display import Display
from isnad_cli.replay.rebuilding import Rebuild
from isnad_cli.replay.resuming import Asked, Plan
from isnad_cli.replay.running import Holding, Means, Replaying
from isnad_cli.replay.stages import Told, index_work, inputs, require_settings, work_of
from isnad_index.app import connect
from isnad_index.generations import Generations
from isnad_index.settings import IndexSettings

_SHOW_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Asking:
    """What the user asked for.

    Raises:
        RequestError: nobody can say what place `start` or `end` is.
    """

    stage: str
    start: str
    end: str
    rebuild: bool
    anew: bool
    lead: int
    now: datetime
    """From when an age is counted."""

    def __post_init__(self) -> None:
        """Read the places, so that a mistake is told before anything is waited for."""
        _ = self.places

    @property
    def places(self) -> tuple[where.Where, where.Where]:
        """From where to where."""
        return where.read(self.start, self.now), where.read(self.end, self.now)


@dataclass(frozen=True, slots=True)
class Done:
    """What a replay came to."""

    stage: str
    records: int
    """That were gone through, now or in an earlier run that was ended."""
    outcomes: Mapping[str, int]
    """What became of those of this run."""
    seconds: float
    """That this run took."""
    carried_over: int = 0
    """Documents that a rebuild took over as they were."""
    removed: tuple[str, ...] = ()
    """Indexes that were deleted."""


async def replay(asking: Asking, told: Told, console: Console) -> Done:
    """Do what was asked.

    Raises:
        RequestError: what lies between the places is not in Kafka.
        SetupError: a topic or setting is not as it must be.
        Stopped: SIGINT or SIGTERM came; where it was is kept.
    """
    require_settings(asking.stage, told)
    async with _opened(told, console) as parts:
        return await parts.rebuild(asking) if asking.rebuild else await parts.replay(asking)


async def abandon(told: Told, console: Console) -> Done:
    """Delete what an unfinished rebuild has left.

    Raises:
        SetupError: a setting is not as it must be.
        Stopped: SIGINT or SIGTERM came.
    """
    async with _opened(told, console) as parts:
        return await parts.abandon()


@asynccontextmanager
async def _opened(told: Told, console: Console) -> AsyncIterator["_Parts"]:
    logs.configure(told.load(StageSettings), "replay")
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        stopping.set()
        # Whoever asks twice does not want to wait for the batch in hand.
        loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    async with AsyncExitStack() as close:
        parts = _Parts(told, console, stopping, close)
        showing = asyncio.create_task(parts.show())
        close.callback(showing.cancel)
        yield parts


class _Parts:
    """What is open while the command runs."""

    def __init__(self, told: Told, console: Console, stopping: asyncio.Event, close: AsyncExitStack) -> None:
        self._told = told
        self._topics = told.topics
        self._close = close
        self._stopping = stopping
        self._clock = SystemClock()
        self._health = Health(self._clock)
        self._health.well("start")
        self._display = Display(console, self._clock, self._health)
        self._patience = Patience(self._health, stopping)
        self._started = self._clock.monotonic()

    async def show(self) -> None:
        """Show what it waits for, also while nothing moves."""
        while True:
            await asyncio.sleep(_SHOW_SECONDS)
            self._display.refresh()

    async def replay(self, asking: Asking) -> Done:
        topics = inputs(asking.stage, self._topics)
        keeps = await self._bookmarks(asking.stage)
        asked = Asked(asking.start, asking.end, _version())
        plan = await self._plan(asking, asked, topics, await self._patience.until_done(keeps.read))
        if not plan.total:
            return Done(asking.stage, 0, {}, self._seconds())
        if asking.stage == "index":
            settings = self._told.load(IndexSettings)
            index = await self._close.enter_async_context(connect(settings))
            work = index_work(index, self._told, settings)
        else:
            work = await work_of(asking.stage, self._told, self._health, self._close)
        await self._patience.until_done(work.start)
        replaying = Replaying(work, self._means(keeps, work.readers, asking.lead))
        with self._display.bar(asking.stage, plan.total, plan.done):
            await replaying.run(asked, plan)
        await self._patience.until_done(lambda: keeps.put(resuming.finished(plan)))
        return Done(asking.stage, plan.total, replaying.outcomes, self._seconds())

    async def rebuild(self, asking: Asking) -> Done:
        until_done = self._patience.until_done
        settings = self._told.load(IndexSettings)
        index = await self._close.enter_async_context(connect(settings))
        generations = Generations(index, settings.indexes, settings.index_replicas)
        present = await until_done(generations.present)
        generation = settings.indexes.generation(present + 1)
        asked = Asked(asking.start, asking.end, _version(), generation.prefix)

        topics = inputs("index", self._topics)
        keeps = await self._bookmarks("rebuild")
        kept = {} if asking.anew else await until_done(keeps.read)
        means = self._means(keeps, {}, 0)
        replaying = Replaying(index_work(index, self._told, settings, generation.prefix), means)
        behind = Replaying(index_work(index, self._told, settings), means)
        rebuild = Rebuild(generations, generation, replaying, behind, means, extents=lambda: self._extents(topics))
        before = replace(asked, into=settings.indexes.generation(present).prefix)
        ended = resuming.unfinished(kept, before)
        if present and ended is not None:
            # It was killed after the new indexes had taken their places.
            await until_done(generations.abandon)
            ended = await rebuild.finish(before, ended)
            return Done("index", ended.total, behind.outcomes, self._seconds())
        plan = resuming.unfinished(kept, asked)
        if plan is not None and await until_done(lambda: generations.is_begun(generation)):
            self._say_goes_on(plan)
        else:
            plan = await self._plan(asking, asked, topics, {})
            await until_done(generations.abandon)
        rebuilt = await rebuild.run(asked, plan)
        return Done(
            "index", rebuilt.plan.total, replaying.outcomes, self._seconds(), rebuilt.carried_over, rebuilt.removed
        )

    async def abandon(self) -> Done:
        settings = self._told.load(IndexSettings)
        index = await self._close.enter_async_context(connect(settings))
        generations = Generations(index, settings.indexes, settings.index_replicas)
        removed = await self._patience.until_done(generations.abandon)
        return Done("index", 0, {}, self._seconds(), removed=tuple(removed))

    async def _bookmarks(self, name: str) -> Bookmarks:
        group = self._topics.group(f"replay-{name}")
        return await self._close.enter_async_context(Bookmarks(self._told.kafka, group))

    async def _plan(
        self, asking: Asking, asked: Asked, topics: Iterable[str], kept: Mapping[Partition, Bookmark]
    ) -> Plan:
        plan = None if asking.anew else resuming.unfinished(kept, asked)
        if plan is not None:
            self._say_goes_on(plan)
            return plan
        start, end = asking.places
        extents = await self._patience.until_done(lambda: self._extents(topics))
        moments = {
            one.at: await self._patience.until_done(partial(self._offsets_at, topics, one.at))
            for one in (start, end)
            if isinstance(one, where.Moment)
        }
        stretches = where.stretches(extents, start, end, moments)
        if isinstance(start, where.Beginning) and (since := where.deleted(extents)):
            self._display.say(f"What was before {since:%Y-%m-%d %H:%M:%S} UTC is no longer in Kafka; replays the rest.")
        return resuming.fresh(stretches)

    def _say_goes_on(self, plan: Plan) -> None:
        self._display.say(f"Goes on with what was begun before: {plan.done:,} of {plan.total:,} records are done.")

    async def _extents(self, topics: Iterable[str]) -> dict[Partition, Extent]:
        history = History(self._told.kafka)
        return {
            (topic, number): extent for topic in topics for number, extent in (await history.extents(topic)).items()
        }

    async def _offsets_at(self, topics: Iterable[str], moment: datetime) -> dict[Partition, int]:
        history = History(self._told.kafka)
        return {
            (topic, number): offset
            for topic in topics
            for number, offset in (await history.offsets_at(topic, moment)).items()
        }

    def _means(self, keeps: Bookmarks, readers: Mapping[str, str], lead: int) -> Means:
        settings, kafka = self._told.load(StageSettings), self._told.kafka
        admin = Admin(kafka)

        async def lag(stage: str, topic: str) -> int:
            return await admin.lag(self._topics.group(stage), topic)

        producer = Producer(kafka)
        self._close.push_async_callback(producer.close)
        hold = Holding(lag, readers, lead, self._patience, self._display, self._clock, self._stopping)
        return Means(
            log=LogReader(kafka),
            sender=producer,
            keeps=keeps,
            patience=self._patience,
            display=self._display,
            clock=self._clock,
            stopping=self._stopping,
            dead_topic=self._topics.dead,
            poison=settings.poison,
            batch_size=settings.batch_size,
            hold=hold,
        )

    def _seconds(self) -> float:
        return round(self._clock.monotonic() - self._started, 1)


def _version() -> str:
    return metadata.version("isnad")

"""`isnad replay index --rebuild`: all indexes made anew, while readers see the old ones and the service goes on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from isnad.continuity import Partition
from isnad.indexes import Indexes
from isnad.places import Extent
from isnad_cli.replay import resuming
from isnad_cli.replay.resuming import Asked, Plan
from isnad_cli.replay.running import Means, Replaying
from isnad_index.generations import Generations

_FEW = 1000
"""So many records are caught up in some moments, in which the index service may wait."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild came to."""

    carried_over: int
    """Documents whose records are no longer in Kafka, taken over as they were."""
    plan: Plan
    removed: tuple[str, ...]
    """The old indexes."""


class Rebuild:
    """Fills a generation of indexes and lets it take the place of the old one.

    Args:
        generations: the indexes.
        generation: the one to fill.
        replaying: the index stage, which writes into that generation.
        behind: the index stage, which writes to where readers see it.
        means: what every replay needs.
        extents: returns what is there of the topics now.
        grace_seconds: so long searches in the old indexes may take to end, before these are deleted.
    """

    def __init__(
        self,
        generations: Generations,
        generation: Indexes,
        replaying: Replaying,
        behind: Replaying,
        means: Means,
        *,
        extents: Callable[[], Awaitable[Mapping[Partition, Extent]]],
        grace_seconds: float = 5.0,
    ) -> None:
        self._generations = generations
        self._generation = generation
        self._replaying = replaying
        self._behind = behind
        self._means = means
        self._extents = extents
        self._grace_seconds = grace_seconds

    async def run(self, asked: Asked, plan: Plan) -> Rebuilt:
        """Do what is left of a plan and of what comes in meanwhile, and change places.

        Raises:
            Stopped: it was asked to stop; readers see the old indexes.
            SetupError: a topic is gone, or the new indexes don't take a document of the old ones.
        """
        until_done = self._means.patience.until_done
        await until_done(lambda: self._generations.begin(self._generation))
        plan = await self._catch_up(asked, plan)
        carried_over = await until_done(self._carry_over)
        plan = await self._catch_up(asked, plan)
        exchanged = False
        while not exchanged:
            closed, plan, exchanged = await self._change_places(asked, plan)
        plan = await self.finish(asked, plan)
        await asyncio.sleep(self._grace_seconds)
        await until_done(lambda: self._generations.remove_old(closed))
        return Rebuilt(carried_over, plan, tuple(closed))

    async def finish(self, asked: Asked, plan: Plan) -> Plan:
        """Write once more what has come in since the plan's end, and note that the rebuild is done.

        An old index may have been written to after it was closed: where Elasticsearch lifted the block because of a
        request that came late, or somebody did by hand. Whatever it took stands in the topics, and writing the same
        twice changes nothing.

        Raises:
            Stopped: it was asked to stop.
            SetupError: a topic is gone.
        """
        plan = await self._extended(plan)
        await self._behind.run(asked, plan)
        await self._means.patience.until_done(lambda: self._means.keeps.put(resuming.finished(plan)))
        return plan

    async def _catch_up(self, asked: Asked, plan: Plan) -> Plan:
        """Follow the topics to where few records are left to do."""
        with self._means.display.bar("rebuild", plan.total, plan.done):
            while True:
                await self._replaying.run(asked, plan)
                longer = await self._extended(plan.all_done)
                if longer.total - longer.done <= _FEW:
                    return longer
                self._means.display.extend(longer.total - plan.total)
                plan = longer

    async def _extended(self, plan: Plan) -> Plan:
        """Return the plan, as far as it was done, with what has come in since."""
        extents = await self._means.patience.until_done(self._extents)
        stretches = {
            partition: replace(stretch, end=max(stretch.end, extents[partition].end))
            for partition, stretch in plan.stretches.items()
        }
        return Plan(stretches, plan.places)

    async def _carry_over(self) -> int:
        display = self._means.display
        with display.bar("old documents", 0, 0):

            def advance(documents: int) -> None:
                display.extend(documents)
                display.advance(documents)

            return await self._generations.carry_over(self._generation, advance)

    async def _change_places(self, asked: Asked, plan: Plan) -> tuple[list[str], Plan, bool]:
        """Return which indexes were closed, the plan with all that they may hold, done, and whether they exchanged."""
        until_done = self._means.patience.until_done
        closed = await until_done(self._generations.close_old)
        exchanged = False
        try:
            # Whatever the old indexes hold stands before this end.
            plan = await self._extended(plan)
            await self._replaying.run(asked, plan)
            plan = plan.all_done
            exchanged = await until_done(lambda: self._generations.exchange(self._generation, closed))
        finally:
            if not exchanged:
                await self._generations.open_old(closed)
        return closed, plan, exchanged

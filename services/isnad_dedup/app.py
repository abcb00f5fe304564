"""Wiring of dedup: the ordered log in, articles with their verdicts and the stories' changes out."""

import asyncio

import structlog

from isnad.clock import SystemClock
from isnad.health import Health
from isnad.kafka import GroupProgress, LogReader
from isnad.metrics import DedupMetrics, new_registry
from isnad.similarity.snapshot import Snapshots
from isnad.stage import Stage
from isnad_dedup.committed import Committed
from isnad_dedup.log.folder import StateFolder
from isnad_dedup.log.ledger import Ledger
from isnad_dedup.log.replay import Replay
from isnad_dedup.log.saving import Saving
from isnad_dedup.log.standby import Standby
from isnad_dedup.matching.identity import identity
from isnad_dedup.settings import DedupSettings
from isnad_dedup.warming import warm_up

NAME = "dedup"


def build(settings: DedupSettings, health: Health) -> Stage:
    """Return the stage, ready to run.

    Raises:
        SetupError: the window is none, or the state folder can't be used.
    """
    topics, window, registry = settings.topics, settings.window, new_registry()
    metrics, state = DedupMetrics.on(registry), StateFolder(settings.state)
    snapshots = Snapshots(state.snapshots, identity(topics.prepared, window)) if state.snapshots else None
    if snapshots is None:
        structlog.get_logger().info(
            "keeps no state, so each start reads the whole log; ISNAD_STATE_FOLDER changes that"
        )

    def new_ledger() -> Ledger:
        return Ledger(topics, window, folder=state.new_work())

    def still_working() -> None:
        stage.still_working()

    def stands_by() -> bool:
        return not stage.assigned

    committed = Committed(lambda: GroupProgress(settings.kafka, topics.group(NAME)), (topics.prepared, 0))
    replay = Replay(LogReader(settings.kafka), topics.prepared, new_ledger, health, still_working, snapshots)
    standby = Standby(
        replay,
        committed=committed.offset,
        stands_by=stands_by,
        work_bytes=state.work_bytes,
        health=health,
        metrics=metrics,
        clock=SystemClock(),
    )
    saving = snapshots and Saving(
        snapshots,
        state=replay,
        committed=committed.offset,
        stands_by=stands_by,
        every_seconds=settings.snapshot_seconds,
        least_records=settings.snapshot_records,
        metrics=metrics,
        clock=SystemClock(),
    )

    async def compile_all() -> None:
        await asyncio.to_thread(warm_up, state.new_work())

    async def read_what_is_committed() -> None:
        # Not beyond: a batch that comes again has to meet the index as it was.
        await replay.read_up_to(await committed.offset())

    async def close() -> None:
        await committed.close()
        state.close()

    stage = Stage(
        NAME,
        (topics.prepared,),
        replay.process,
        settings,
        startup=(compile_all, read_what_is_committed),
        background=(standby.run, *((saving.run,) if saving else ())),
        shutdown=(*((saving.save_at_the_end,) if saving else ()), close),
        health=health,
        metrics=registry,
    )
    return stage

"""Wiring of dedup: the ordered log in, articles with their verdicts and the stories' changes out."""

from isnad.health import Health
from isnad.kafka import GroupProgress, LogReader
from isnad.similarity.window import Window
from isnad.stage import Stage
from isnad_dedup.ledger import Ledger
from isnad_dedup.replay import Replay
from isnad_dedup.settings import DedupSettings

NAME = "dedup"


def build(settings: DedupSettings, health: Health) -> Stage:
    """Return the stage, ready to run."""
    topics = settings.topics
    window = Window(days=settings.window_days, articles=settings.window_articles)

    def new_ledger() -> Ledger:
        return Ledger(topics, window)

    def still_working() -> None:
        stage.still_working()

    replay = Replay(LogReader(settings.kafka), topics.prepared, new_ledger, health, still_working)

    async def read_what_is_committed() -> None:
        # Not beyond: a batch that comes again has to meet the index as it was.
        async with GroupProgress(settings.kafka, topics.group(NAME)) as progress:
            starts = await progress.starts({(topics.prepared, 0)})
        await replay.read_up_to(starts[topics.prepared, 0])

    stage = Stage(NAME, (topics.prepared,), replay.process, settings, startup=(read_what_is_committed,), health=health)
    return stage

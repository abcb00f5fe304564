"""Wiring of dedup: the ordered log in, articles with their verdicts and the stories' changes out."""

from isnad.stage import Stage

from isnad.health import Health
from isnad.kafka import Admin, LogReader
from isnad.similarity.window import Window
from isnad_dedup.ledger import Ledger
from isnad_dedup.replay import Replay
from isnad_dedup.settings import DedupSettings

NAME = "dedup"


def build(settings: DedupSettings, health: Health) -> Stage:
    """Return the stage, ready to run."""
    topics = settings.topics
    window = Window(days=settings.window_days, articles=settings.window_articles)
    replay = Replay(LogReader(settings.kafka), topics.prepared, lambda: Ledger(topics, window), health)
    admin = Admin(settings.kafka)

    async def read_what_is_committed() -> None:
        # The end is asked for first: whatever arrives in between makes the place earlier, never later than it is.
        end = sum((await admin.ends(topics.prepared)).values())
        lag = await admin.lag(topics.group(NAME), topics.prepared)
        await replay.read_up_to(max(0, end - lag))

    return Stage(NAME, (topics.prepared,), replay.process, settings, startup=(read_what_is_committed,), health=health)

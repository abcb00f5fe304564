"""What of each stage a replay needs: what it reads, its work, and who reads what it writes."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from isnad import settings
from isnad.errors import RequestError
from isnad.health import Health
from isnad.kafka import LogReader
from isnad.kafka_access import KafkaAccess
from isnad.outcomes import Process
from isnad.settings import StageSettings
from isnad.topics import Topics

if TYPE_CHECKING:
    from isnad.search_index import SearchIndex
    from isnad_index.settings import IndexSettings

STAGES = ("prepare", "dedup", "entities", "index")

S = TypeVar("S", bound=StageSettings)


async def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Work:
    """A stage, ready to be given records."""

    stage: str
    inputs: tuple[str, ...]
    process: Process
    readers: Mapping[str, str] = field(default_factory=dict)
    """The topics that it writes to, each with the stage that reads it."""
    start: Callable[[], Awaitable[None]] = _nothing
    """To be done before the first record."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the command was told: its options, and for the rest the environment, as the stages are."""

    kafka: KafkaAccess
    topic_prefix: str
    environ: Mapping[str, str]

    def load(self, kind: type[S]) -> S:
        """Return a stage's settings.

        Raises:
            SetupError: a variable can't be read; the text names it.
        """
        return replace(settings.load(kind, self.environ), kafka=self.kafka, topic_prefix=self.topic_prefix)

    @property
    def topics(self) -> Topics:
        """The names of the topics."""
        return Topics(self.topic_prefix)


def inputs(stage: str, topics: Topics) -> tuple[str, ...]:
    """Return the topics that a stage reads.

    Raises:
        RequestError: there is no such stage.
    """
    known = {
        "prepare": (topics.raw,),
        "dedup": (topics.prepared,),
        "entities": (topics.matched,),
        "index": (topics.enriched, topics.changes),
    }
    if stage not in known:
        raise RequestError(f"There is no stage {stage!r}. Choose from {', '.join(STAGES)}.")
    return known[stage]


def require_settings(stage: str, told: Told) -> None:
    """Return when a stage's settings can be used; opens nothing, so a mistake is told also while Kafka is away.

    Raises:
        SetupError: a variable can't be read, or what it holds can't be; the text names it.
    """
    if stage == "dedup":
        from isnad_dedup.settings import DedupSettings

        _ = told.load(DedupSettings).window
    elif stage == "entities":
        from isnad_entities.settings import EntitiesSettings

        told.load(EntitiesSettings)
    elif stage == "index":
        from isnad_index.settings import IndexSettings

        told.load(IndexSettings)
    else:
        told.load(StageSettings)


async def work_of(stage: str, told: Told, health: Health, close: AsyncExitStack) -> Work:
    """Return a stage's work; what it opens is closed with `close`.

    Args:
        stage: one of `STAGES`; that of the index is `index_work`.
        told: where everything is.
        health: where the work shows that it prepares itself.
        close: takes what is to be closed at the end.

    Raises:
        SetupError: a setting is wrong.
    """
    topics = told.topics
    if stage == "prepare":
        from isnad_prepare.app import preparing

        return Work(stage, inputs(stage, topics), preparing(topics), {topics.prepared: "dedup"})
    if stage == "entities":
        from isnad_entities.app import enriching
        from isnad_entities.settings import EntitiesSettings

        process = enriching(topics, model=told.load(EntitiesSettings).entities_model)
        return Work(stage, inputs(stage, topics), process, {topics.enriched: "index"})
    return _dedup(told, health, close)


def _dedup(told: Told, health: Health, close: AsyncExitStack) -> Work:
    """The service's own work on a state of its own, which it makes from the log up to where the replay begins."""
    from isnad_dedup.log.ledger import Ledger
    from isnad_dedup.log.replay import Replay
    from isnad_dedup.settings import DedupSettings

    topics, window = told.topics, told.load(DedupSettings).window
    folder = Path(close.enter_context(TemporaryDirectory(prefix="isnad-replay-", ignore_cleanup_errors=True)))
    ledgers: list[Ledger] = []

    def new_ledger() -> Ledger:
        ledgers.append(Ledger(topics, window, folder=folder / str(len(ledgers))))
        return ledgers[-1]

    @close.callback
    def close_ledger() -> None:
        # The earlier ones are closed by who asked for the next.
        ledgers[-1].close()

    replay = Replay(LogReader(told.kafka), topics.prepared, new_ledger, health)
    return Work(
        "dedup",
        inputs("dedup", topics),
        replay.process,
        {topics.matched: "entities", topics.changes: "index"},
    )


def index_work(index: "SearchIndex", told: Told, settings: "IndexSettings", to: str | None = None) -> Work:
    """Return the work of the index stage, into the indexes that readers see, or into those of another prefix."""
    from isnad.indexes import Indexes
    from isnad_index.app import indexing
    from isnad_index.setting_up import set_up
    from isnad_index.writing import Writer

    topics, indexes = told.topics, settings.indexes if to is None else Indexes(to)

    async def start() -> None:
        await set_up(index, indexes, settings.index_replicas)

    return Work("index", inputs("index", topics), indexing(Writer(index), topics, indexes), start=start)

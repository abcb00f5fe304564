"""The topics: names, keys, partitions and retention (pure). `isnad topics` creates and checks them from here."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

RAW_PARTITIONS = 4
"""Default number of partitions of the topics that scale; a stage can have as many workers."""

PARTITIONS_VARIABLE = "ISNAD_PARTITIONS"
"""Tells the services and `isnad topics` another number."""

MAX_RAW_BYTES = 2 * 1024 * 1024
"""Largest raw record that the feeder and the API accept."""

MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""Largest message of every topic: room for what the stages add to an article, and for base64 in a dead letter."""

_DAY_MS = 24 * 60 * 60 * 1000
_FOREVER = -1


_MUST_MATCH = frozenset({"message.timestamp.type", "cleanup.policy"})
"""Settings without which the chain's promises do not hold; the others are the operator's to change."""

_RETENTION = frozenset({"retention.ms", "retention.bytes"})


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """How one topic must be set up in Kafka."""

    name: str
    partitions: int
    key: str
    """What the messages' key is, for people."""
    record: str
    """Name of the struct in `messages.py` that the values are."""
    retention_ms: int
    takedowns: str | None = None
    """Name of the struct of the takedowns that travel with the articles, where any do."""
    scales: bool = False
    """Whether it has as many partitions as the services are told."""
    must_match: frozenset[str] = _MUST_MATCH
    """Settings with which services refuse to start when they differ; the others are only worth a note."""
    config: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, str]:
        """Topic settings by Kafka's own names. Stamps are the broker's append time, which no producer can falsify."""
        return {
            "retention.ms": str(self.retention_ms),
            "retention.bytes": "-1",
            "cleanup.policy": "delete",
            "message.timestamp.type": "LogAppendTime",
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
            **self.config,
        }


@dataclass(frozen=True, slots=True)
class Topics:
    """Names of the topics; `prefix` lets two chains share one Kafka."""

    prefix: str = ""

    @property
    def raw(self) -> str:
        """The public contract: what any producer may send."""
        return f"{self.prefix}articles.raw"

    @property
    def prepared(self) -> str:
        """The ordered log: clean articles, one partition."""
        return f"{self.prefix}articles.prepared"

    @property
    def matched(self) -> str:
        """Articles with the verdict of dedup."""
        return f"{self.prefix}articles.matched"

    @property
    def enriched(self) -> str:
        """Articles with names and credits."""
        return f"{self.prefix}articles.enriched"

    @property
    def changes(self) -> str:
        """What changed in the stories, for other programs and for the story index."""
        return f"{self.prefix}stories.changes"

    @property
    def dead(self) -> str:
        """What could not be processed, with the reason and the original bytes."""
        return f"{self.prefix}articles.dead"

    def group(self, stage: str) -> str:
        """Consumer group of a stage."""
        return f"{self.prefix}isnad-{stage}"

    def specs(self, partitions: int = RAW_PARTITIONS) -> tuple[TopicSpec, ...]:
        """All topics as they must be set up, in the order in which an article travels."""
        return (
            TopicSpec(self.raw, partitions, "article id", "RawArticle", 30 * _DAY_MS, "Takedown", scales=True),
            # Never deleted: dedup's answers are a function of the whole log. A snapshot spares reading it, but can be
            # lost; by the last days alone a story whose first article has left the window would get another id.
            TopicSpec(
                self.prepared,
                1,
                "article id",
                "PreparedArticle",
                _FOREVER,
                "Takedown",
                must_match=_MUST_MATCH | _RETENTION,
            ),
            TopicSpec(
                self.matched, partitions, "article id", "MatchedArticle", 30 * _DAY_MS, "MatchedTakedown", scales=True
            ),
            TopicSpec(
                self.enriched, partitions, "article id", "EnrichedArticle", 30 * _DAY_MS, "MatchedTakedown", scales=True
            ),
            TopicSpec(self.changes, partitions, "story id", "StoryChange", 30 * _DAY_MS, scales=True),
            TopicSpec(self.dead, 1, "article id, where known", "DeadLetter", _FOREVER),
        )


@dataclass(frozen=True, slots=True)
class TopicFault:
    """What is not as `topics.py` says.

    Attributes:
        topic: its name.
        text: one sentence.
        refused: services don't start with it; otherwise it is only worth knowing.
        could_be_told: how many partitions it has, where services that are told so would take it; else None.
    """

    topic: str
    text: str
    refused: bool = True
    could_be_told: int | None = None


def partitions_in_words(number: int) -> str:
    """Return `1 partition`, `4 partitions`."""
    return "1 partition" if number == 1 else f"{number} partitions"


def remedy(refused: Iterable[TopicFault]) -> str:
    """Return what to do about topics with which a service does not start; ends without a stop (pure)."""
    create = "reate or correct them: isnad topics create"
    there = [fault.could_be_told for fault in refused if fault.could_be_told is not None]
    if not there:
        return f"C{create}"
    return (
        f"Start every service, the API too, with {PARTITIONS_VARIABLE}={max(there)}; or c{create}, "
        "which adds partitions and takes none away"
    )


def corrections(spec: TopicSpec, settings: Mapping[str, str], chosen: Container[str]) -> dict[str, str]:
    """Return the settings to be set on a topic that is there (pure).

    Args:
        spec: how it should be.
        settings: how it is.
        chosen: which of these were set on it. Those that are the operator's to change stay: a shorter time than he
            chose would delete what he wants to keep.
    """
    return {
        name: value
        for name, value in spec.settings.items()
        if settings.get(name) != value and (name in spec.must_match or name not in chosen)
    }


def faults(spec: TopicSpec, partitions: int | None, settings: Mapping[str, str]) -> list[TopicFault]:
    """Return what is wrong with a topic that has these partitions and settings; no partitions are no topic (pure)."""
    if partitions is None:
        return [TopicFault(spec.name, f"{spec.name} does not exist")]
    found = []
    if partitions != spec.partitions:
        found.append(
            TopicFault(
                spec.name,
                f"{spec.name} has {partitions_in_words(partitions)} and must have {spec.partitions}",
                could_be_told=partitions if spec.scales else None,
            )
        )
    for name, value in spec.settings.items():
        is_so = settings.get(name)
        if is_so != value:
            text = f"{spec.name} has {name}={is_so}, not {value}"
            found.append(TopicFault(spec.name, text, refused=name in spec.must_match))
    return found

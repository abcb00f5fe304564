"""Waits until the chain has worked off what stood in it at a moment, stage by stage in the order of travel.

A stage commits a record only after what it made of it was acknowledged. So when it has committed all that its topic
held, the next topic holds all that comes of it: the ends of a topic are noted when the stage before has arrived, and
what others send meanwhile is not waited for.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from isnad.clock import Clock
from isnad.errors import TransientError
from isnad.topics import Topics

Offsets = Mapping[int, int]
"""Offsets by partition."""


class StalledError(TransientError):
    """A stage came no further."""


class Progress(Protocol):
    """How far the topics reach, and how far the stages have come in them."""

    async def ends(self, topic: str) -> Offsets:
        """Return for each partition the next offset to be written."""
        ...

    async def reached(self, group: str, topic: str, partitions: Iterable[int]) -> Offsets:
        """Return for each of these partitions the offset from which the group reads on."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait a moment."""
        ...


def steps(topics: Topics) -> tuple[tuple[str, str], ...]:
    """Return (stage, topic that it reads) in the order in which an article travels."""
    return (
        ("prepare", topics.raw),
        ("dedup", topics.prepared),
        ("entities", topics.matched),
        ("index", topics.enriched),
        ("index", topics.changes),
    )


async def drain(
    progress: Progress,
    topics: Topics,
    clock: Clock,
    tell: Callable[[str, int], None],
    stall_seconds: float,
    poll_seconds: float = 0.25,
) -> None:
    """Return when every stage has committed what was there.

    Args:
        progress: Kafka.
        topics: names of the topics.
        clock: for `stall_seconds`.
        tell: called with a stage and the number of messages that it has left, whenever it was asked.
        stall_seconds: how long a stage may come no further.
        poll_seconds: how often it is asked.

    Raises:
        StalledError: a stage came no further for `stall_seconds`.
        BrokerUnavailable: Kafka does not answer.
    """
    for stage, topic in steps(topics):
        ends = await progress.ends(topic)
        fewest, since = None, clock.monotonic()
        while left := _left(ends, await progress.reached(topics.group(stage), topic, ends)):
            tell(stage, left)
            now = clock.monotonic()
            if fewest is None or left < fewest:
                fewest, since = left, now
            elif now - since > stall_seconds:
                raise StalledError(
                    f"{stage} has {left:,} messages of {topic} left and came no further for {stall_seconds:g} s. "
                    f"Look what it says: isnad logs {stage}"
                )
            await progress.sleep(poll_seconds)
        tell(stage, 0)


def _left(ends: Offsets, reached: Offsets) -> int:
    return sum(max(0, end - reached.get(partition, 0)) for partition, end in ends.items())

"""Whether the records that a stage is given follow each other without a hole (pure).

The stream engine decides what it hands over and what it commits; a hole that is committed over is a lost article. This
notices one before the batch is acknowledged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from isnad.outcomes import Record

Partition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Hole:
    """Offsets of a partition, from `start` up to but not including `end`, that were skipped."""

    topic: str
    partition: int
    start: int
    end: int


class Continuity:
    """Remembers for each partition which offset comes next."""

    def __init__(self) -> None:
        self._following: dict[Partition, int] = {}

    def forget(self) -> None:
        """Forget all places: the partitions are being given out anew."""
        self._following.clear()

    def begin(self, partition: Partition, offset: int) -> None:
        """Say at which offset a partition has to begin."""
        self._following[partition] = offset

    def unknown(self, records: Iterable[Record]) -> set[Partition]:
        """Return the partitions of these records whose place is not known yet."""
        return {(record.topic, record.partition) for record in records} - self._following.keys()

    def holes(self, records: Sequence[Record]) -> list[Hole]:
        """Return what these records skip. Offsets that come again are no hole."""
        found = []
        following = dict(self._following)
        for record in records:
            partition = (record.topic, record.partition)
            expected = following.get(partition, record.offset)
            if record.offset > expected:
                found.append(Hole(record.topic, record.partition, expected, record.offset))
            following[partition] = max(expected, record.offset + 1)
        return found

    def seen(self, records: Iterable[Record]) -> None:
        """Say that these records were handled."""
        for record in records:
            partition = (record.topic, record.partition)
            self._following[partition] = max(self._following.get(partition, 0), record.offset + 1)

"""How many records of a partition may die before a stage waits for a person, instead of emptying the topic (pure).

It is counted by partition and offset, from the dead letters that stand in Kafka and the batch in hand. So the answer is
the same after a restart, on another worker, and when Kafka delivers a batch again; and a record whose letter a person
has replayed or dropped counts no more.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from isnad.continuity import Partition
from isnad.outcomes import Record


@dataclass(frozen=True, slots=True)
class PoisonLimit:
    """When it is too much: `row` dead in a row, or more than `share` of the last `window` records of a partition.

    A `row` of 0 is no limit, and so is a `share` of 0. Records that a partition has not had yet count as well ones, so
    a few broken ones at a topic's beginning are nothing.
    """

    row: int
    share: float
    window: int

    @property
    def reach(self) -> int:
        """How many records back it looks."""
        return max(self.row, self.window if self.share > 0 else 0)

    def crossed(self, before: Sequence[bool]) -> bool:
        """Return whether one more dead record is too much after these, of which True says that it died."""
        if 0 < self.row <= len(before) and all(islice(reversed(before), self.row)):
            return True
        return self.share > 0 and 1 + sum(islice(reversed(before), self.window - 1)) > self.share * self.window


@dataclass(frozen=True, slots=True)
class Buried:
    """A record of which a dead letter tells; `resolved` where the letter is a person's decision about it."""

    partition: Partition
    offset: int
    resolved: bool = False


@dataclass
class _Known:
    start: int
    """The first offset that was seen here; what was before is known by its letters only."""
    seen: deque[tuple[int, bool]]
    earlier: tuple[bool, ...] = ()
    resolved: frozenset[int] = frozenset()
    asked: bool = False

    def deaths(self, reach: int) -> deque[bool]:
        seen = (dead and offset not in self.resolved for offset, dead in self.seen)
        return deque((*self.earlier, *seen), maxlen=reach)


@dataclass
class Poison:
    """What became of the last records of each partition."""

    limit: PoisonLimit
    _known: dict[Partition, _Known] = field(default_factory=dict)

    def forget(self) -> None:
        """Forget all partitions: they are being given out anew, and others may have worked on them."""
        self._known.clear()

    def unasked(self, records: Iterable[Record], dead: Iterable[bool]) -> bool:
        """Return whether a record died of a partition for which the dead letters were not looked at yet."""
        known = [self._of(record) for record in records]
        return self.limit.reach > 0 and any(died and not one.asked for one, died in zip(known, dead, strict=True))

    def recall(self, buried: Sequence[Buried]) -> None:
        """Take in what the dead letters say now of the partitions that were seen."""
        for partition, known in self._known.items():
            of_it = [one for one in buried if one.partition == partition]
            known.resolved = frozenset(one.offset for one in of_it if one.resolved)
            died = {one.offset for one in of_it} - known.resolved
            known.earlier = tuple(
                offset in died for offset in range(max(0, known.start - self.limit.reach), known.start)
            )
            known.asked = True

    def admitted(self, records: Sequence[Record], dead: Sequence[bool]) -> int:
        """Return how many of these records, from the first on, may leave: all, or those before the one too many."""
        if not self.limit.reach or not any(dead):
            return len(records)
        deaths: dict[Partition, deque[bool]] = {}
        for n, (record, died) in enumerate(zip(records, dead, strict=True)):
            known = self._of(record)
            before = deaths.setdefault(_partition(record), known.deaths(self.limit.reach))
            counts = died and record.offset not in known.resolved
            if counts and self.limit.crossed(before):
                return n
            before.append(counts)
        return len(records)

    def seen(self, records: Iterable[Record], dead: Iterable[bool]) -> None:
        """Say what became of records that have left; one that comes again counts once."""
        for record, died in zip(records, dead, strict=True):
            seen = self._of(record).seen
            if not seen or record.offset > seen[-1][0]:
                seen.append((record.offset, died))

    def _of(self, record: Record) -> _Known:
        partition = _partition(record)
        if partition not in self._known:
            self._known[partition] = _Known(record.offset, deque(maxlen=self.limit.reach))
        return self._known[partition]


def _partition(record: Record) -> Partition:
    return record.topic, record.partition

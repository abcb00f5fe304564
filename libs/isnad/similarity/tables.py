"""The table of a segment's postings, which moves into a larger or a tighter one step by step.

How it is searched, filled and moved is in `isnad.similarity.postings`; here is what memory it has, and when it moves.
"""

import numpy as np

from isnad.similarity.columns import Slots, Words
from isnad.similarity.memory import Memory
from isnad.similarity.postings import ALL_MOVED, FULLEST, KEPT_BITS, LEAST_SLACK, has_room, move

_SLACK = 1 << 14
"""Slots behind the last home of a table that grows: room for the sketch of a text of 60,000 words."""

_GROWTH = 1.5
_GROWTH_TO_WHAT_IS_EXPECTED = 2

_FIRST_OF_MANY = 1 << 19
"""Homes at most of an empty table, however many are expected: its first texts are all over it, and a hundred megabytes
that were never used before are not to be had at once."""

_TIGHT = 0.88
"""How full a table is made that grows no more: a search in it takes about five slots, and so seldom more than the line
of the cache that is fetched ahead."""

_TIGHT_SLACK = 1 << 10

_NOTHING = Memory.of(np.zeros(LEAST_SLACK + 1, np.uint64))


class Table:
    """Slots in the order of the hashes; `slots` is what the compiled passes work on."""

    def __init__(self, homes: int, memory: Memory | None = None, expected: int = 0) -> None:
        """Begin with what was kept of a table with so many homes, or with an empty one.

        Of homes, so many are `expected` at least in the end.
        """
        if memory is None:
            homes = max(homes, min(expected, _FIRST_OF_MANY))
        self._expected = expected
        self._memory = memory or Memory.zeros(homes + _SLACK)
        self._homes = homes
        self._former = _NOTHING
        self._former_homes = 1
        self._progress: Words = np.array([0, ALL_MOVED], np.uint64)
        self._tight_homes: int | None = None

    @property
    def slots(self) -> Slots:
        """The table as it is now, and the one that it is being filled from: good until the next call of a method."""
        return Slots(self.words, self._homes, self._former.words, self._former_homes, self._progress)

    @property
    def words(self) -> Words:
        """All slots, when it is not moving; never written to again once it was made tight."""
        return self._memory.words

    @property
    def homes(self) -> int:
        """In how many slots a search begins."""
        return self._homes

    @property
    def is_moving(self) -> bool:
        """Whether part of it is still where it was before."""
        return bool(self._progress[1] < ALL_MOVED) or self._tight_homes is not None

    @property
    def bytes_held(self) -> int:
        """What it takes."""
        return self._memory.bytes_held + self._former.bytes_held

    def make_room(self, used: int, more: int) -> None:
        """Make it hold so many hashes beside those that it has, with which it begins to move where it has to."""
        if used + more > FULLEST * self._homes:
            # A text that needs so much room that the last move is not done yet is rare enough to wait for it.
            self.finish()
            growth = _GROWTH_TO_WHAT_IS_EXPECTED if self._homes < self._expected else _GROWTH
            self._begin(int(max(self._homes * growth, (used + more) / FULLEST + 16)), max(_SLACK, 2 * more))
        if self.is_moving and not has_room(self._former.words, self._former_homes, more):
            self.finish()
        if not has_room(self.words, self._homes, more):
            self._lengthen(more)

    def tighten(self, used: int) -> None:
        """Have it move into one that is just large enough for the hashes that it has: no others will come."""
        self._tight_homes = max(16, int(used / _TIGHT))
        if self._former is _NOTHING:
            self._begin_to_tighten(self._tight_homes)

    def go_on(self, slots: int) -> int:
        """Move what stands in so many slots, and return how many of them are left because no more were to be moved."""
        while slots > 0 and self.is_moving:
            before = int(self._progress[0])
            if not move(self.slots, slots):
                self._lengthen(_TIGHT_SLACK)
            slots -= int(self._progress[0]) - before
            self.settle()
        return max(0, slots)

    def finish(self) -> None:
        """Move all that is still to be moved."""
        while self.is_moving:
            self.go_on(self._former.words.size)

    def settle(self) -> None:
        """Give back the memory of what was moved meanwhile."""
        if self._progress[1] < ALL_MOVED:
            self._former.give_back(int(self._progress[1]) * self._former_homes >> KEPT_BITS)
            return
        self._former, self._former_homes = _NOTHING, 1
        if self._tight_homes is not None:
            self._begin_to_tighten(self._tight_homes)

    def _begin_to_tighten(self, homes: int) -> None:
        self._tight_homes = None
        self._begin(homes, _TIGHT_SLACK)

    def _begin(self, homes: int, slack: int) -> None:
        self._former, self._former_homes = self._memory, self._homes
        self._memory, self._homes = Memory.zeros(homes + slack), homes
        self._progress[:] = 0

    def _lengthen(self, more: int) -> None:
        """Put more slots behind the last home: far more hashes than there should be begin in the last few slots."""
        longer = Memory.zeros(self.words.size + max(2 * more, self.words.size - self._homes))
        longer.words[: self.words.size] = self.words
        self._memory = longer

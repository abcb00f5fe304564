"""Signposts: which closed segments may hold a hash, so that those that can't are not asked (pure).

A window has half a dozen closed segments, and most hashes of a new text stand in none of them. One byte for each
stretch of hashes tells which of them have one there: a look into one array instead of into six. It is a Bloom filter
(Bloom 1970) of one hash function for eight sets at once. It may send to a segment in vain, one time in nine, never past
one.
"""

from collections.abc import Iterable

import numpy as np

from isnad.similarity.postings import Drawn, Marks, draw
from isnad.similarity.segments import Segment
from isnad.similarity.shingles import Shingled

_BITS = 8

_CELLS_PER_HASH = 8
"""For each distinct hash of the largest segment: one in eight or nine cells is marked for a segment."""

_FIRST_CELLS = 1 << 12


class Signposts:
    """Signposts to the closed segments of an index. Memory: about 900 bytes for each text of the largest of them."""

    def __init__(self) -> None:
        self._cells: Marks = np.zeros(_FIRST_CELLS, np.uint8)

    @property
    def bytes_in_memory(self) -> int:
        """What the cells take."""
        return self._cells.nbytes

    def bit(self, segment: Segment) -> int:
        """Return how cells are marked for a segment. With more than eight some have one in common."""
        return 1 << segment.ordinal % _BITS

    def draw(self, batch: Shingled) -> Drawn:
        """Return the sketches of texts, with what is marked for each hash."""
        room = batch.hashes.size + 1
        drawn = Drawn(np.empty(room, np.int32), np.zeros(batch.starts.size, np.int64), np.empty(room, np.uint8))
        draw(batch.starts, batch.hashes, self._cells, *drawn)
        return drawn

    def add(self, segment: Segment, others: Iterable[Segment]) -> None:
        """Put up those to a segment that was closed; `others` were before."""
        if segment.distinct_hashes * _CELLS_PER_HASH > self._cells.size:
            self._cells = np.zeros(int(segment.distinct_hashes * _CELLS_PER_HASH * 1.1), np.uint8)
            for other in others:
                other.mark(self._cells, self.bit(other))
        segment.mark(self._cells, self.bit(segment))

    def remove(self, segment: Segment, others: Iterable[Segment]) -> None:
        """Take down those to a segment that left the window; `others` stay."""
        bit = self.bit(segment)
        self._cells &= np.uint8(0xFF ^ bit)
        for other in others:
            if self.bit(other) == bit:
                other.mark(self._cells, bit)

    def renew(self, segments: Iterable[Segment]) -> None:
        """Put up those to exactly these segments."""
        self._cells = np.zeros(_FIRST_CELLS, np.uint8)
        before: list[Segment] = []
        for segment in segments:
            self.add(segment, before)
            before.append(segment)

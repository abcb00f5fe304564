"""Signposts: which closed segments may hold a hash, so that those that can't are not asked (pure).

A window has half a dozen closed segments, and most hashes of a new text stand in none of them. A byte has a bit for
each of them, and a hash has three bytes in one line of the cache: a look at one place instead of at six. It is a
blocked Bloom filter (Putze, Sanders, Singler 2007, "Cache-, Hash- and Space-Efficient Bloom Filters") for eight sets at
once. It may send to a segment in vain, one time in fifty, never past one.
"""

import sys
from collections import deque
from collections.abc import Iterable

import numpy as np

from isnad.similarity.columns import Counts, Drawn, Marks, Numbers, Words
from isnad.similarity.compiled import compiled
from isnad.similarity.memory import Memory
from isnad.similarity.postings import KEPT_BITS, draw
from isnad.similarity.segments import Segment
from isnad.similarity.shingles import Hashes, Shingled

_BITS = 8

_CELLS_PER_HASH = 10
"""For each distinct hash of the largest segment: about a quarter of the cells are marked for a segment."""

_FIRST_CELLS = 1 << 12

_SLOT_BYTES = 8

_CELLS_OF_A_LINE = 64
_IN_LINE = np.uint64(_CELLS_OF_A_LINE - 1)
_LINE_BITS = np.uint64(_CELLS_OF_A_LINE.bit_length() - 1)
_LAST_BITS = np.uint64(4)
_HASH_BITS = 64
_EMPTY = np.uint64(0)


class Signposts:
    """Signposts to the closed segments of an index. Memory: about 1,100 bytes for each text of the largest of them.

    To put up or take down those to a segment takes too long to be done at once: what is to be done is noted, and done
    in the course of what comes. To a segment that has not all of its own yet there are none.
    """

    def __init__(self) -> None:
        self._cells = _cells(_FIRST_CELLS)
        self._complete: set[int] = set()
        self._to_do: deque[_Marking | _Clearing] = deque()

    @property
    def bytes_in_memory(self) -> int:
        """What the cells take."""
        return self._cells.nbytes

    def bit(self, segment: Segment) -> int:
        """Return how cells are marked for a segment; 0 if there are no signposts to it.

        With more than eight segments some have a bit in common.
        """
        return _bit(segment) if segment.ordinal in self._complete else 0

    def draw(self, batch: Shingled, segments: Iterable[Segment]) -> Drawn:
        """Return the sketches of texts with what is marked for each hash, without what is in none of the segments."""
        room = batch.hashes.size + 1
        drawn = Drawn(np.empty(room, np.int32), np.zeros(batch.starts.size, np.int64), np.empty(room, np.uint8))
        draw(batch.starts, batch.hashes, drawn.places, drawn.starts)
        _look(batch.hashes, drawn.places[: drawn.starts[-1]], KEPT_BITS, self._cells, drawn.marks)
        if all(map(self.bit, segments)):
            _leave_out_unmarked(drawn.places, drawn.starts, drawn.marks)
        return drawn

    def add(self, segment: Segment, others: Iterable[Segment]) -> None:
        """Have those to a segment put up that was closed; `others` were before."""
        if segment.distinct_hashes * _CELLS_PER_HASH > self._cells.size:
            self._cells = _cells(int(segment.distinct_hashes * _CELLS_PER_HASH * 1.1))
            self._complete.clear()
            self._to_do.clear()
            self._to_do.extend(_Marking(other) for other in others)
        self._to_do.append(_Marking(segment))

    def remove(self, segment: Segment, others: Iterable[Segment]) -> None:
        """Have those to a segment taken down that left the window; `others` stay."""
        bit = _bit(segment)
        again = [segment, *(other for other in others if _bit(other) == bit)]
        self._complete.difference_update(one.ordinal for one in again)
        self._to_do = deque(one for one in self._to_do if one.bit != bit)
        self._to_do.append(_Clearing(bit))
        self._to_do.extend(_Marking(other) for other in again[1:])

    def go_on(self, slots: int) -> None:
        """Do what was noted, about as much as it takes to go through so many slots of a segment's table."""
        while slots > 0 and self._to_do:
            task = self._to_do[0]
            if not task.can_begin:
                # A segment is moved together before anything else; what waits is of segments that came later.
                return
            slots, done = task.go_on(self._cells, slots)
            if done:
                self._to_do.popleft()
                if isinstance(task, _Marking):
                    self._complete.add(task.segment.ordinal)

    def renew(self, segments: Iterable[Segment]) -> None:
        """Put up those to exactly these segments, all at once."""
        self._cells = _cells(_FIRST_CELLS)
        self._complete.clear()
        self._to_do.clear()
        before: list[Segment] = []
        for segment in segments:
            self.add(segment, before)
            before.append(segment)
        self.go_on(sys.maxsize)


def _cells(least: int) -> Marks:
    """Return so many cells at least, none marked, in whole lines of the cache that begin where one begins."""
    lines = -(-least // _CELLS_OF_A_LINE)
    return Memory.zeros(lines * _CELLS_OF_A_LINE // _SLOT_BYTES).words.view(np.uint8)


def _bit(segment: Segment) -> int:
    return 1 << segment.ordinal % _BITS


class _Marking:
    """Puts up the signposts to a segment."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.bit = _bit(segment)
        self._place = 0

    @property
    def can_begin(self) -> bool:
        return self.segment.is_settled

    def go_on(self, cells: Marks, slots: int) -> tuple[int, bool]:
        """Go through so many slots; return how many of them are left, and whether all is done."""
        end = min(self._place + slots, self.segment.slots)
        _mark(self.segment.held(self._place, end), KEPT_BITS, cells, self.bit)
        left = slots - (end - self._place)
        self._place = end
        return left, end == self.segment.slots


class _Clearing:
    """Takes down all signposts of a bit."""

    can_begin = True

    def __init__(self, bit: int) -> None:
        self.bit = bit
        self._place = 0

    def go_on(self, cells: Marks, slots: int) -> tuple[int, bool]:
        """Clear as many bytes as so many slots have; return how many of these are left, and whether all is done."""
        end = min(self._place + slots * _SLOT_BYTES, cells.size)
        cells[self._place : end] &= np.uint8(0xFF ^ self.bit)
        left = slots - -(-(end - self._place) // _SLOT_BYTES)
        self._place = end
        return left, end == cells.size


@compiled
def _cells_of(kept: np.uint64, kept_bits: int, cells: int) -> tuple[np.int64, np.int64, np.int64]:
    """Return the cells of a hash's first bits: three in one line, and lines in the order of the hashes."""
    # The last bits say only which cells of the line; without them the product has room in 64 bits for any memory.
    cell = np.int64(((kept >> _LAST_BITS) * np.uint64(cells)) >> (np.uint64(kept_bits) - _LAST_BITS))
    return cell, cell ^ np.int64(kept & _IN_LINE), cell ^ np.int64((kept >> _LINE_BITS) & _IN_LINE)


@compiled
def _mark(held: Words, kept_bits: int, cells: Marks, bit: int) -> None:
    """Mark the cells of the hashes that stand in some slots."""
    shift = np.uint64(_HASH_BITS - kept_bits)
    for slot in held:
        if slot != _EMPTY:
            one, other, third = _cells_of(slot >> shift, kept_bits, cells.size)
            cells[one] |= np.uint8(bit)
            cells[other] |= np.uint8(bit)
            cells[third] |= np.uint8(bit)


@compiled
def _look(hashes: Hashes, places: Counts, kept_bits: int, cells: Marks, marks: Marks) -> None:
    """Write down how all cells of each hash are marked; without a branch, so that many cells are waited for at once."""
    shift = np.uint64(_HASH_BITS - kept_bits)
    for drawn in range(places.size):
        one, other, third = _cells_of(hashes[places[drawn]] >> shift, kept_bits, cells.size)
        marks[drawn] = cells[one] & cells[other] & cells[third]


@compiled
def _leave_out_unmarked(places: Counts, starts: Numbers, marks: Marks) -> None:
    """Leave out of the sketches the hashes that have no mark."""
    begin = end = np.int64(0)
    for text in range(starts.size - 1):
        for drawn in range(begin, starts[text + 1]):
            places[end], marks[end] = places[drawn], marks[drawn]
            end += np.int64(marks[drawn] != 0)
        begin = starts[text + 1]
        starts[text + 1] = end

"""Which articles hold a hash: an open-addressing table from hashes to chains of article numbers, in flat arrays (pure).

Each hash has one slot in the table, found by triangular probing (Knuth, The Art of Computer Programming, 6.4, exercise
20). The slot points to the newest posting of the hash, each posting to the next older one. numpy works on all hashes of
an article at once. The layout depends on the order of insertion, the answers do not.
"""

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.shingles import Hashes

Numbers = NDArray[np.int32]

_EMPTY = np.uint64(0)
_STANDS_FOR_EMPTY = np.uint64(1 << 63)
"""Hash 0 marks a free slot, so an article's own 0 is kept as this one; verification tells them apart."""

_FULLEST = 1 / 2
_FIRST_BITS = 12


class Postings:
    """Postings of one segment. Memory: 8 bytes for a posting, and 24 to 48 for each distinct hash."""

    def __init__(self) -> None:
        self._make_table(_FIRST_BITS)
        self._articles = np.empty(1024, np.int32)
        self._older = np.empty(1024, np.int32)
        self._size = 0

    def _make_table(self, bits: int) -> None:
        self._bits = bits
        self._keys: Hashes = np.zeros(1 << bits, np.uint64)
        self._newest: Numbers = np.full(1 << bits, -1, np.int32)
        self._used = 0

    def _first_slots(self, hashes: Hashes) -> NDArray[np.int64]:
        # The low bits decide over sketches and are often 0; the high ones are free.
        return (hashes >> np.uint64(64 - self._bits)).astype(np.int64)

    def _claim(self, hashes: Hashes) -> NDArray[np.int64]:
        """Return the slot of each hash, taking a free one for those that have none; the hashes are distinct."""
        slots = self._first_slots(hashes)
        mask = (1 << self._bits) - 1
        searching = np.arange(hashes.size)
        step = 0
        while searching.size:
            at = slots[searching]
            wanted = hashes[searching]
            free = self._keys[at] == _EMPTY
            if free.any():
                # Two may want one free slot: the later write stands, the other goes on to the next slot.
                self._keys[at[free]] = wanted[free]
                self._used += int(np.count_nonzero(self._keys[at[free]] == wanted[free]))
            lost = self._keys[at] != wanted
            searching = searching[lost]
            step += 1
            slots[searching] = (slots[searching] + step) & mask
        return slots

    def _grow_table(self) -> None:
        held = self._keys != _EMPTY
        keys, newest = self._keys[held], self._newest[held]
        self._make_table(self._bits + 1)
        self._newest[self._claim(keys)] = newest

    def add(self, hashes: Hashes, article: int) -> None:
        """Add an article under distinct hashes under which it does not stand yet."""
        hashes = _storable(hashes)
        while self._used + hashes.size > _FULLEST * self._keys.size:
            self._grow_table()
        slots = self._claim(hashes)
        end = self._size + hashes.size
        while end > self._articles.size:
            self._articles = np.concatenate([self._articles, np.empty_like(self._articles)])
            self._older = np.concatenate([self._older, np.empty_like(self._older)])
        self._articles[self._size : end] = article
        self._older[self._size : end] = self._newest[slots]
        self._newest[slots] = np.arange(self._size, end, dtype=np.int32)
        self._size = end

    def find(self, hashes: Hashes, room: Numbers) -> Numbers:
        """Return the article number of every posting of the hashes, newest first, each number once for each hash.

        `room` says for each hash how many postings may still be read; it is lowered by what was read.
        """
        keys = _storable(hashes)
        slots = self._first_slots(keys)
        mask = (1 << self._bits) - 1
        searching = np.flatnonzero(room > 0)
        which: list[NDArray[np.int64]] = []
        step = 0
        while searching.size:
            held = self._keys[slots[searching]]
            which.append(searching[held == keys[searching]])
            searching = searching[(held != keys[searching]) & (held != _EMPTY)]
            step += 1
            slots[searching] = (slots[searching] + step) & mask
        reading = np.concatenate(which) if which else np.empty(0, np.int64)
        postings = self._newest[slots[reading]]
        found: list[Numbers] = []
        left = room[reading]
        while reading.size:
            found.append(self._articles[postings])
            left -= 1
            postings = self._older[postings]
            more = (postings >= 0) & (left > 0)
            if not more.all():
                room[reading] = left
                reading, postings, left = reading[more], postings[more], left[more]
        return np.concatenate(found) if found else np.empty(0, np.int32)


def _storable(hashes: Hashes) -> Hashes:
    if hashes.size and hashes.min() == _EMPTY:
        return np.where(hashes == _EMPTY, _STANDS_FOR_EMPTY, hashes)
    return hashes

"""Evidence: which stretches of a text stand in another one too (pure)."""

import numpy as np
from numpy.typing import NDArray

from isnad.messages import Span
from isnad.similarity.compiled import compiled
from isnad.similarity.shingles import SHINGLE_WORDS, Hashes, Placed

MOST_PASSAGES = 8


class Passages:
    """Finds the passages of one text that stand in others; each takes a time that grows with the other text alone.

    A long text may share something with thousands of short ones: the chapters of a book, sent before the book.
    """

    def __init__(self, placed: Placed) -> None:
        """Look at the text once.

        Args:
            placed: its shingles and the places of its words.
        """
        self._placed = placed
        self._slots = np.zeros(1 << (2 * placed.hashes.size).bit_length(), np.int32)
        self._following = np.zeros(placed.hashes.size, np.int32)
        _note(placed.hashes, self._slots, self._following)

    def shared_with(self, other: Hashes, most: int = MOST_PASSAGES) -> tuple[Span, ...]:
        """Return the longest stretches that stand in another text, longest (in words) first, then in their order.

        A stretch is a run of shingles that all stand in the other text, from the first word of the first to the last
        word of the last: five words at least. Two may overlap, where the other text has them apart.

        Args:
            other: the other text's distinct hashes, in any order.
            most: at most so many stretches.
        """
        placed = self._placed
        runs = _shared_runs(placed.hashes, self._slots, self._following, other).tolist()
        runs.sort(key=lambda run: run[0] - run[1])
        return tuple(
            Span(int(placed.starts[start]), int(placed.ends[end + SHINGLE_WORDS - 2])) for start, end in runs[:most]
        )


@compiled
def _note(hashes: Hashes, slots: NDArray[np.int32], following: NDArray[np.int32]) -> None:
    """Note where each hash stands.

    Args:
        hashes: in the order of the text.
        slots: written; a power of two of zeros and more than there are hashes: the last place of a hash, plus one.
        following: written; the place before it of the same hash, plus one, for each place.
    """
    mask = np.uint64(slots.size - 1)
    for place in range(hashes.size):
        slot = hashes[place] & mask
        while slots[slot] and hashes[slots[slot] - 1] != hashes[place]:
            slot = (slot + np.uint64(1)) & mask
        following[place] = slots[slot]
        slots[slot] = place + 1


@compiled
def _shared_runs(
    hashes: Hashes, slots: NDArray[np.int32], following: NDArray[np.int32], other: Hashes
) -> NDArray[np.int64]:
    """Return [runs, 2], the first place and the place behind the last of each longest run of `hashes` in `other`.

    `slots` and `following` are what `_note` wrote; the hashes of `other` are distinct.
    """
    mask = np.uint64(slots.size - 1)
    places = np.empty(hashes.size, np.int64)
    count = 0
    for value in other:
        slot = value & mask
        while slots[slot] and hashes[slots[slot] - 1] != value:
            slot = (slot + np.uint64(1)) & mask
        place = slots[slot]
        while place:
            places[count] = place - 1
            count += 1
            place = following[place - 1]
    places = np.sort(places[:count])
    runs = np.empty((count, 2), np.int64)
    found = 0
    for place in places:
        if found and runs[found - 1, 1] == place:
            runs[found - 1, 1] = place + 1
        else:
            runs[found, 0], runs[found, 1] = place, place + 1
            found += 1
    return runs[:found]

"""Evidence: which stretches of a text stand in another one too (pure)."""

import numpy as np
from numpy.typing import NDArray

from isnad.messages import Span
from isnad.similarity.compiled import compiled
from isnad.similarity.shingles import SHINGLE_WORDS, Hashes, Placed

MOST_PASSAGES = 8


def passages(placed: Placed, other: Hashes, most: int = MOST_PASSAGES) -> tuple[Span, ...]:
    """Return the longest stretches of a text that stand in another one, longest (in words) first, then in their order.

    A stretch is a run of shingles that all stand in the other text, from the first word of the first to the last word
    of the last: five words at least. Two may overlap, where the other text has them apart.

    Args:
        placed: the text's shingles and the places of its words.
        other: the other text's distinct hashes, in any order.
        most: at most so many stretches.
    """
    slots = np.zeros(1 << (2 * other.size).bit_length(), np.int32)
    # A copy, since hashes on disk are mapped read-only, which would need compiled code of its own.
    runs = _shared_runs(placed.hashes, np.array(other), slots).tolist()
    runs.sort(key=lambda run: run[0] - run[1])
    return tuple(
        Span(int(placed.starts[start]), int(placed.ends[end + SHINGLE_WORDS - 2])) for start, end in runs[:most]
    )


@compiled
def _shared_runs(hashes: Hashes, other: Hashes, slots: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return [runs, 2], the first place and the place behind the last of each longest run of `hashes` in `other`.

    `slots` is scratch, a power of two of zeros and more than `other` has hashes: where in `other` a hash stands, plus
    one.
    """
    mask = np.uint64(slots.size - 1)
    for place in range(other.size):
        slot = other[place] & mask
        while slots[slot]:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = place + 1
    runs = np.empty(((hashes.size + 1) // 2, 2), np.int64)
    count = 0
    inside = False
    for place in range(hashes.size):
        slot = hashes[place] & mask
        while slots[slot] and other[slots[slot] - 1] != hashes[place]:
            slot = (slot + np.uint64(1)) & mask
        stands = slots[slot] != 0
        if stands and not inside:
            runs[count, 0] = place
            count += 1
        if stands:
            runs[count - 1, 1] = place + 1
        inside = stands
    return runs[:count]

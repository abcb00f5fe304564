"""Evidence: which stretches of a text stand in another one too (pure)."""

import numpy as np

from isnad.messages import Span
from isnad.similarity.shingles import SHINGLE_WORDS, Hashes
from isnad.text.words import Token

MOST_PASSAGES = 8


def passages(tokens: list[Token], hashes: Hashes, other: Hashes, most: int = MOST_PASSAGES) -> tuple[Span, ...]:
    """Return the longest stretches of a text that stand in another one, longest (in words) first, then in their order.

    A stretch is a run of shingles that all stand in the other text, from the first word of the first to the last word
    of the last: five words at least. Two may overlap, where the other text has them apart.

    Args:
        tokens: the text's words with their places.
        hashes: its shingles in the order of the text, as `shingle_hashes` gives them.
        other: the other text's distinct hashes, in rising order.
        most: at most so many stretches.
    """
    if not hashes.size or not other.size:
        return ()
    places = other.searchsorted(hashes)
    places[places == other.size] = 0
    edges = np.diff(np.concatenate([[False], other[places] == hashes, [False]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    longest = np.argsort(starts - ends, kind="stable")[:most]
    return tuple(
        Span(tokens[start].start, tokens[end + SHINGLE_WORDS - 2].end)
        for start, end in zip(starts[longest].tolist(), ends[longest].tolist(), strict=True)
    )

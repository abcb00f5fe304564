"""A long passage in windows that a model can read, cut at sentences (pure).

Neighbours overlap where a sentence or a cut one allows it, and each sub-word is judged where it stands nearest to a
window's middle, with the most to both sides: as BERT was put to long documents (Devlin et al. 2019, "max context").
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """Sub-words `start` to `end` (exclusive) are read together; from `owned` to the next window's they are judged."""

    start: int
    end: int
    owned: int


def windows(size: int, words: Sequence[int], sentences: Sequence[int], most: int, overlap: int) -> list[Window]:
    """Cut a passage of `size` sub-words; together the windows judge each of them once.

    Args:
        size: how many sub-words it has; 0 has no window.
        words: where words begin, ascending.
        sentences: where sentences begin, ascending.
        most: sub-words of a window.
        overlap: at most about so many sub-words stand in two windows; less than half of `most`.
    """
    found: list[Window] = []
    start = reached = 0
    while reached < size:
        end = _end(size, words, sentences, start + most, reached)
        found.append(Window(start, end, (start + reached + 1) // 2 if found else 0))
        start, reached = _next_start(words, sentences, end, max(start + 1, end - overlap)), end
    return found


def _end(size: int, words: Sequence[int], sentences: Sequence[int], limit: int, reached: int) -> int:
    """Where a window ends that must not pass `limit`: with the last sentence, or word, that ends in it."""
    if limit >= size:
        return size
    for cuts in (sentences, words):
        last = bisect_right(cuts, limit) - 1
        if last >= 0 and cuts[last] > reached:
            return cuts[last]
    return limit  # one word alone is longer than a window


def _next_start(words: Sequence[int], sentences: Sequence[int], end: int, earliest: int) -> int:
    """Where the next window starts: with the first whole sentence in reach, in a cut sentence with a word."""
    for cuts in (sentences, words):
        first = bisect_left(cuts, earliest)
        if first < len(cuts) and cuts[first] <= end:
            return cuts[first]
    return min(earliest, end)  # inside of one long word

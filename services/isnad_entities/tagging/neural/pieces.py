"""Passages cut into what the network reads at once: sentences, and windows of very long ones (pure).

The network sees a bounded number of words to either side. A window has at least as many more at each cut, so that the
answer is the same as if the sentence had been read whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from isnad_entities.tagging.neural.spellings import SENTENCE_ENDS, Mark

MOST_WORDS = 192
"""Words of a piece, with those that are only context."""
CONTEXT = 40
"""Words to either side of which the network may know, at most."""
BATCH_WORDS = 768
"""Words of a batch, filling included, so that what is calculated with stays near the processor."""
_LEAST_WORDS = 96
"""A batch of fewer is not closed because of its filling: a run costs something too."""
_FULL = 0.8
"""Share of a batch that is no filling, at least."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Of all passages' words `start` to `end` are read together and `first` to `last` count; ends are exclusive."""

    start: int
    end: int
    first: int
    last: int

    def __len__(self) -> int:
        return self.end - self.start


def sentences(spellings: Sequence[str], marks: Sequence[Mark]) -> list[int]:
    """Return where the sentences of a passage begin; a full stop behind a single letter ends none («أ. ف. ب»)."""
    return [
        place
        for place, mark in enumerate(marks)
        if not place or mark is Mark.LINE or (mark in SENTENCE_ENDS and len(spellings[place - 1]) > 1)
    ]


def pieces(starts: Sequence[int], size: int, offset: int) -> Iterator[Piece]:
    """Yield the pieces of a passage; together they count each of its words once.

    Args:
        starts: where its sentences begin.
        size: how many words it has.
        offset: how many words the passages before it have.
    """
    for start, end in pairwise([*starts, size]):
        if end - start <= MOST_WORDS:
            yield Piece(offset + start, offset + end, offset + start, offset + end)
            continue
        step = MOST_WORDS - 2 * CONTEXT
        for first in range(start, end, step):
            last = min(first + step, end)
            yield Piece(
                offset + max(start, first - CONTEXT), offset + min(end, last + CONTEXT), offset + first, offset + last
            )


@dataclass(frozen=True, slots=True)
class Batch:
    """Pieces that the network is given together."""

    words: NDArray[np.int64]
    """Rows by columns: which of all words stands where; -1 is filling."""
    counted: NDArray[np.bool_]
    """Which of them count here."""


def batches(cut: Sequence[Piece], most_words: int = BATCH_WORDS, order: Sequence[int] | None = None) -> Iterator[Batch]:
    """Put pieces of like lengths together.

    Args:
        cut: the pieces.
        most_words: of a batch, filling included; a longer piece is one by itself.
        order: in which they are taken, as numbers of pieces; None is the shortest first.
    """
    chosen: list[Piece] = []
    longest = words = 0
    for number in order or sorted(range(len(cut)), key=lambda number: len(cut[number])):
        size = len(cut[number])
        with_it = (len(chosen) + 1) * max(longest, size)
        if chosen and (with_it > most_words or (words >= _LEAST_WORDS and words + size < _FULL * with_it)):
            yield _batch(chosen)
            chosen, longest, words = [], 0, 0
        chosen.append(cut[number])
        longest, words = max(longest, size), words + size
    if chosen:
        yield _batch(chosen)


def _batch(chosen: Sequence[Piece]) -> Batch:
    starts = np.array([piece.start for piece in chosen])[:, None]
    words = starts + np.arange(max(map(len, chosen)))
    words[words >= np.array([piece.end for piece in chosen])[:, None]] = -1
    firsts = np.array([piece.first for piece in chosen])[:, None]
    lasts = np.array([piece.last for piece in chosen])[:, None]
    return Batch(words, (words >= firsts) & (words < lasts))

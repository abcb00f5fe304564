"""Pieces as a model's sub-words, by its own tokenizer."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

MOST_KNOWN = 200_000
"""Pieces whose sub-words are remembered, some 50 MB; a year of news has more, a day fewer."""


@dataclass(frozen=True, slots=True)
class Subwords:
    """The sub-words of several passages, one after the other."""

    ids: NDArray[np.int64]
    passages: NDArray[np.int64]
    """Where each passage begins in `ids`, and where the last one ends."""
    firsts: NDArray[np.int64]
    """Where a piece begins in `ids`; a piece that the tokenizer leaves nothing of is not there."""
    pieces: NDArray[np.int64]
    """Which of all pieces each of `firsts` is."""


class Cutter:
    """Cuts pieces into sub-words, each kind of piece once.

    What a tokenizer is given as words it cuts word by word, whatever stands around them, and most words of an article
    have been seen before.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, tuple[int, ...]] = {}

    def cut(self, passages: Sequence[Sequence[str]]) -> Subwords:
        """Return the sub-words of passages, each given as its pieces."""
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        self._learn(passages)
        cut = [self._known[piece] for passage in passages for piece in passage]
        sizes = np.fromiter(map(len, cut), np.int64, len(cut))
        ends = np.concatenate([[0], np.cumsum(sizes)])
        there = np.flatnonzero(sizes)
        return Subwords(
            ids=np.fromiter(chain.from_iterable(cut), np.int64, ends[-1]),
            passages=ends[np.concatenate([[0], np.cumsum([len(passage) for passage in passages], dtype=np.int64)])],
            firsts=ends[there],
            pieces=there,
        )

    def _learn(self, passages: Sequence[Sequence[str]]) -> None:
        new = list({piece for passage in passages for piece in passage if piece not in self._known})
        if new:
            alone = [[piece] for piece in new]
            cut = self._tokenizer.encode_batch_fast(alone, is_pretokenized=True, add_special_tokens=False)
            self._known.update((piece, tuple(one.ids)) for piece, one in zip(new, cut, strict=True))

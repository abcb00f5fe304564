"""Pieces as a model's sub-words, by its own tokenizer."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class Subwords:
    """The sub-words of several passages, one after the other."""

    ids: NDArray[np.int64]
    passages: NDArray[np.int64]
    """Where each passage begins in `ids`, and where the last one ends."""
    firsts: NDArray[np.int64]
    """Where a piece begins in `ids`; a piece that the tokenizer leaves nothing of is not there."""
    pieces: NDArray[np.int64]
    """Which piece of its passage each of `firsts` is of."""


def subwords(tokenizer: Tokenizer, passages: Sequence[list[str]]) -> Subwords:
    """Cut the pieces of passages into sub-words, all in one call of the tokenizer."""
    encoded = tokenizer.encode_batch(passages, is_pretokenized=True, add_special_tokens=False)
    sizes = np.fromiter(map(len, encoded), np.int64, len(encoded))
    size = int(sizes.sum())
    starts = np.concatenate([[0], np.cumsum(sizes)])
    # Without special sub-words each one is of some word.
    of_piece = np.fromiter(chain.from_iterable(one.word_ids for one in encoded), np.int64, size)
    begins = np.ones(size, bool)
    begins[1:] = of_piece[1:] != of_piece[:-1]
    begins[starts[:-1][sizes > 0]] = True
    firsts = np.flatnonzero(begins)
    return Subwords(
        ids=np.fromiter(chain.from_iterable(one.ids for one in encoded), np.int64, size),
        passages=starts,
        firsts=firsts,
        pieces=of_piece[firsts],
    )

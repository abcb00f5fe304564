"""Which texts share how much, by brute force: every shingle of every text is compared as words, without any hash."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.shingles import SHINGLE_WORDS
from isnad.text.words import words

Numbers = NDArray[np.int64]

LEAST_SHARE = 0.1
"""Pairs that share less of the smaller text are not kept."""


@dataclass(frozen=True)
class Truth:
    """All pairs of texts with a containment of `LEAST_SHARE` and more; a text is known by its place in the corpus."""

    sizes: Numbers
    """Distinct shingles of each text."""
    later: Numbers
    earlier: Numbers
    """The texts of each pair; `earlier` stands before `later` in the corpus."""
    shared: Numbers
    """Distinct shingles in both texts of each pair."""

    @cached_property
    def pairs(self) -> Numbers:
        """Each pair as one number, see `pair_numbers`."""
        return self.pair_numbers(self.later, self.earlier)

    @cached_property
    def containment(self) -> NDArray[np.float64]:
        """Shared shingles ÷ those of the smaller text."""
        return self.shared / np.minimum(self.sizes[self.later], self.sizes[self.earlier])

    @cached_property
    def jaccard(self) -> NDArray[np.float64]:
        """Shared shingles ÷ all shingles of both texts."""
        return self.shared / (self.sizes[self.later] + self.sizes[self.earlier] - self.shared)

    def pair_numbers(self, later: Numbers, earlier: Numbers) -> Numbers:
        """Return a number for each pair, by which sets of pairs are compared."""
        return later * self.sizes.size + earlier


def brute_force(texts: Sequence[str], advance: Callable[[], None] = lambda: None) -> Truth:
    """Count the shared shingles of all pairs; `advance` is called once for each text.

    Exact, because shingles are the same only where all their words are. A shingle that stands in k texts costs k²
    steps; memory is about 200 bytes for each word of the corpus.
    """
    words_of, text_of = _words(texts)
    text, shingle = _distinct(words_of, text_of)
    sizes = np.bincount(text, minlength=len(texts))

    # Posting lists one after the other, each with its texts in rising order: what stands before a text's own place in
    # a list are the earlier texts that hold the shingle.
    order = np.argsort(shingle, kind="stable")
    holders, in_lists = text[order], shingle[order]
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    list_start = np.searchsorted(in_lists, in_lists)[place]
    bounds = np.concatenate(([0], np.cumsum(sizes)))

    found: list[tuple[int, Numbers, Numbers]] = []
    for number, (first, end) in enumerate(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)):
        counts = np.bincount(holders[_ranges(list_start[first:end], place[first:end])])
        others = np.flatnonzero(counts)
        others = others[counts[others] >= LEAST_SHARE * np.minimum(sizes[others], sizes[number])]
        if others.size:
            found.append((number, others, counts[others]))
        advance()
    return Truth(
        sizes=sizes,
        later=np.fromiter(chain.from_iterable([number] * others.size for number, others, _ in found), np.int64),
        earlier=np.concatenate([others for _, others, _ in found] or [np.empty(0, np.int64)]),
        shared=np.concatenate([shared for *_, shared in found] or [np.empty(0, np.int64)]),
    )


def _words(texts: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Return the words of all texts one after the other, as numbers, and the text that each stands in."""
    known: dict[str, int] = {}
    numbers = [np.fromiter((known.setdefault(word, len(known)) for word in words(text)), np.int64) for text in texts]
    text_of = np.repeat(np.arange(len(texts)), [one.size for one in numbers])
    return np.concatenate(numbers or [np.empty(0, np.int64)]), text_of


def _distinct(words_of: Numbers, text_of: Numbers) -> tuple[Numbers, Numbers]:
    """Return the distinct shingles of each text, as numbers, text after text: (text, shingle)."""
    starts = max(words_of.size - SHINGLE_WORDS + 1, 0)
    two = _numbered(words_of[:-1], words_of[1:])
    four = _numbered(two[:-2], two[2:])
    five = _numbered(four[:starts], words_of[SHINGLE_WORDS - 1 :])
    inside = text_of[:starts] == text_of[SHINGLE_WORDS - 1 :]
    distinct = np.unique(text_of[:starts][inside] << 32 | five[inside])
    return distinct >> 32, distinct & 0xFFFFFFFF


def _numbered(some: Numbers, others: Numbers) -> Numbers:
    """Return a number for each pair of numbers (all below 2^31), the same only for the same pair."""
    numbers: Numbers = np.unique(some << 32 | others, return_inverse=True)[1]
    return numbers


def _ranges(starts: Numbers, ends: Numbers) -> Numbers:
    """Return start, start + 1 … end - 1 of each range, one range after the other."""
    lengths = ends - starts
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())

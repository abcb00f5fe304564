"""What the network is given of each spelling: its place among the frequent ones, its runs of letters, its facts."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from isnad.text.words import fold
from isnad_entities.lists.vocabulary import vocabulary
from isnad_entities.tagging.neural.facts import WordFacts
from isnad_entities.tagging.neural.rows import runs
from isnad_entities.training.default.text import Spellings

FREQUENT = 32_000
"""Spellings that have a row of their own, the first of which is nobody's."""
BUCKETS = 32_768
"""Rows of runs of letters."""


@dataclass(frozen=True, slots=True)
class Different:
    """The different words of a batch, as the network reads them."""

    frequent: Tensor
    """(words,): the row among the frequent ones, 0 for others."""
    runs: Tensor
    starts: Tensor
    """Where each word's runs begin."""
    facts: Tensor
    """(words, facts)."""


@dataclass(frozen=True, slots=True)
class Words:
    """All spellings."""

    spellings: list[str]
    counts: NDArray[np.int64]
    """How often each stands in what is trained on."""
    frequent: NDArray[np.int64]
    runs: NDArray[np.int32]
    starts: NDArray[np.int64]
    """Where each spelling's runs begin; the last is where they end."""
    facts: NDArray[np.float32]
    fact_names: tuple[str, ...]

    @classmethod
    def of(cls, known: Spellings, counts: NDArray[np.int64]) -> "Words":
        """Look the parts of all spellings up."""
        facts = WordFacts(vocabulary())
        written = list(known.number)
        counts = np.pad(counts, (0, len(written) - len(counts)))
        order = np.argsort(-counts, kind="stable")[: FREQUENT - 1]
        frequent = np.zeros(len(written), np.int64)
        order = order[counts[order] > 0]
        frequent[order] = np.arange(1, len(order) + 1)
        cut = [runs(spelling, BUCKETS) for spelling in written]
        return cls(
            spellings=written,
            counts=counts,
            frequent=frequent,
            runs=np.concatenate([np.array(row, np.int32) for row in cut]),
            starts=np.cumsum([0, *map(len, cut)], dtype=np.int64),
            facts=np.stack([facts.row(fold(spelling)) for spelling in written]).astype(np.float32),
            fact_names=facts.names,
        )

    def batch(self, numbers: NDArray[np.integer]) -> tuple[Different, Tensor]:
        """Return the different words among the numbers, and for each number which of them it is."""
        different, which = np.unique(numbers, return_inverse=True)
        starts = self.starts[different]
        sizes = self.starts[different + 1] - starts
        firsts = np.cumsum(sizes) - sizes
        places = np.repeat(starts - firsts, sizes) + np.arange(sizes.sum())
        read = Different(
            frequent=torch.from_numpy(self.frequent[different]),
            runs=torch.from_numpy(self.runs[places].astype(np.int64)),
            starts=torch.from_numpy(firsts),
            facts=torch.from_numpy(self.facts[different]),
        )
        return read, torch.from_numpy(which.reshape(numbers.shape))

    def most_frequent(self, size: int) -> NDArray[np.int64]:
        """Return the numbers of the most frequent spellings, the most frequent first."""
        return np.argsort(-self.counts, kind="stable")[:size]

"""A word as a row of numbers, by the word itself, its letters and what the lists know of it.

The row is the sum of three: that of the word if it is one of the frequent ones, the mean of those of its runs of two to
five letters (as in fastText, Bojanowski et al. 2017; a run is found by its hash, several may share a row), and what its
facts add. It does not depend on the words around, so it is worked out once for each spelling.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from isnad.text.words import fold
from isnad_entities.tagging.neural.facts import WordFacts

MOST_RUNS = 40
"""Runs of letters of a word that are read."""
_RUN_LENGTHS = (2, 3, 4, 5)
_ONLY_AT_ENDS = 2
_REMEMBERED = 200_000
"""Words of which the row is kept; a text has about 30,000 different ones in a million."""


def runs(spelling: str, buckets: int) -> list[int]:
    """Return the numbers of the rows of a word's runs of letters; the last is of the whole word."""
    word = f"<{fold(spelling)}>"
    cut = [
        word[start : start + length]
        for length in _RUN_LENGTHS
        for start in range(len(word) - length + 1)
        if length > _ONLY_AT_ENDS or start in (0, len(word) - length)
    ]
    return [zlib.crc32(run.encode()) % buckets for run in [*cut, word][:MOST_RUNS]]


@dataclass(frozen=True, slots=True)
class RowTables:
    """What rows are made of, as trained; a row has `width` numbers."""

    words: Mapping[str, int]
    """Which row of `word_rows` a frequent spelling has."""
    word_rows: NDArray[np.int8]
    word_scales: NDArray[np.float32]
    """By which a row's whole numbers are multiplied."""
    run_rows: NDArray[np.int8]
    run_scales: NDArray[np.float32]
    fact_rows: NDArray[np.float32]
    bias: NDArray[np.float32]

    @property
    def width(self) -> int:
        """Numbers in a row."""
        return int(self.bias.shape[0])


class WordRows:
    """Rows of spellings, kept once they are worked out."""

    def __init__(self, tables: RowTables, facts: WordFacts) -> None:
        self._tables = tables
        self._facts = facts
        self._places: dict[str, int] = {}
        self._kept = np.zeros((1024, tables.width), np.float32)
        self._lock = Lock()

    def of(self, spellings: Sequence[str]) -> NDArray[np.float32]:
        """Return the rows of spellings, in order; threads may ask at the same time."""
        with self._lock:
            places = self._places
            if len(places) >= _REMEMBERED:
                places.clear()
            for spelling in spellings:
                if spelling not in places:
                    self._keep(spelling)
            return self._kept[[places[spelling] for spelling in spellings]]

    def _keep(self, spelling: str) -> None:
        place = len(self._places)
        if place == len(self._kept):
            self._kept = np.concatenate([self._kept, np.zeros_like(self._kept)])
        self._kept[place] = self._row(spelling)
        self._places[spelling] = place

    def _row(self, spelling: str) -> NDArray[np.float32]:
        tables = self._tables
        found = runs(spelling, len(tables.run_rows))
        row: NDArray[np.float32] = 2 * (tables.run_scales[found] @ tables.run_rows[found]) / np.float32(len(found))
        row += tables.bias + self._facts.row(fold(spelling)) @ tables.fact_rows
        place = tables.words.get(spelling)
        if place is not None:
            row += tables.word_scales[place] * tables.word_rows[place]
        return row

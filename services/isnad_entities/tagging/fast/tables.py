"""What a row of words adds up to, by what is known of each word type (pure but for what it remembers).

Each word type is worked out once: the sum of the weights of its evidence, for itself and for the words up to two before
and behind it, lies in one row of a table. The emissions of a word are then five rows and a few columns' weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.compiled import compiled
from isnad_entities.lists.vocabulary import Vocabulary
from isnad_entities.tagging.fast.evidence import Evidence
from isnad_entities.tagging.fast.listed import CODES, NOWHERE, NameTrie, padded
from isnad_entities.tagging.fast.surroundings import OTHER, bridge, columns
from isnad_entities.tagging.labels import LABELS
from isnad_entities.tagging.lattice import STOP, Floats

OFFSETS = 5
"""A word's evidence counts for the second word before it up to the second behind it."""

MOST_TYPES = 200_000
"""Word types that are remembered (190 bytes each, and their spelling); after that all are worked out anew."""

_LETTERS_EACH = 20
"""Letters of their spellings, on the average: words without end, as a broken file may have, are not to fill memory."""

OUTSIDE = 0
"""The number of what stands before the first and behind the last word."""

_REACH = OFFSETS // 2
_STOPS = bytes([STOP]) * _REACH


class Weights(Protocol):
    """Weights by the name of a feature."""

    def of(self, rows: Sequence[Sequence[str]]) -> Floats:
        """Return the summed weights of rows of features, `[rows, OFFSETS × labels]`; unknown ones weigh nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Ready:
    """Word types that are worked out already: a model brings the most frequent ones."""

    words: Sequence[str]
    rows: Floats
    """`[words, OFFSETS × labels]`."""
    bridges: NDArray[np.uint8]
    """`surroundings.bridge`."""
    profiles: NDArray[np.uint16]
    """Numbers of profiles from 1 on; 0 is any other."""


class _Types:
    """The word types met so far. Only ever added to, so that others may read meanwhile."""

    def __init__(self, most: int) -> None:
        self.numbers: dict[str, int] = {}
        self.letters = 0
        self.rows = np.empty((most + 1, OFFSETS * len(LABELS)), np.float32)
        self.listed = np.empty(most + 1, np.int32)
        self.starts = np.empty((most + 1, len(padded(()))), np.int32)
        self.single = np.empty(most + 1, np.bool_)
        self.bridges = np.empty(most + 1, np.uint8)
        self.profiles = np.empty(most + 1, np.uint16)
        self.listed[OUTSIDE], self.starts[OUTSIDE] = NOWHERE, padded(())
        self.single[OUTSIDE], self.bridges[OUTSIDE], self.profiles[OUTSIDE] = False, OTHER, 0


class WordTables:
    """The tables, filled as words come; may be used by several threads at once."""

    def __init__(  # the parts of a model
        self,
        evidence: Evidence,
        trie: NameTrie,
        known: Vocabulary,
        profiles: Sequence[str],
        weights: Weights,
        column_weights: Floats,
        ready: Ready | None = None,
        most: int = MOST_TYPES,
    ) -> None:
        self._evidence = evidence
        self._trie = trie
        self._vocabulary = known
        self._profiles = {profile: number for number, profile in enumerate(profiles, start=1)}
        self._weights = weights
        self._column_weights = column_weights
        self._ready = ready
        self._most = most
        self._lock = Lock()
        self._types = self._new_types()

    @property
    def remembered(self) -> int:
        """Number of word types worked out and kept."""
        return len(self._types.numbers)

    def emissions(self, words: Sequence[str], gaps: NDArray[np.uint8]) -> Floats:
        """Return how much speaks for each label of each word, `[words, labels]`.

        Args:
            words: normalised words.
            gaps: what stands before each.
        """
        types, numbers = self._numbers(words)
        return self._emitted(types, numbers, gaps)

    def all_emissions(self, rows: Sequence[Sequence[str]], gaps: Sequence[bytes]) -> list[Floats]:
        """Return the emissions of several rows of words, the same as of each alone, with less work for each."""
        types, known = self._numbers([word for row in rows for word in row])
        sizes = np.array([len(row) for row in rows], np.int64)
        # Each row is followed by as much of what is no word as a word looks ahead.
        places = np.arange(len(known)) + _REACH * np.repeat(np.arange(len(rows)), sizes)
        numbers = np.full(len(known) + _REACH * len(rows), OUTSIDE, np.int32)
        numbers[places] = known
        found = self._emitted(types, numbers, np.frombuffer(_STOPS.join((*gaps, b"")), np.uint8))
        ends = np.cumsum(sizes + _REACH) - _REACH
        return [found[end - size : end] for end, size in zip(ends.tolist(), sizes.tolist(), strict=True)]

    def columns(self, words: Sequence[str], gaps: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Return the columns of a row of words, as training needs them."""
        types, numbers = self._numbers(words)
        return self._columns(types, numbers, gaps)

    def _emitted(self, types: _Types, numbers: NDArray[np.int32], gaps: NDArray[np.uint8]) -> Floats:
        return _sums(numbers, types.rows, self._columns(types, numbers, gaps), self._column_weights)

    def _columns(self, types: _Types, numbers: NDArray[np.int32], gaps: NDArray[np.uint8]) -> NDArray[np.int32]:
        listed = self._trie.codes(types.listed[numbers], types.starts[numbers], types.single[numbers], gaps)
        return columns(gaps, listed, types.bridges[numbers], types.profiles[numbers], len(self._profiles) + 1, CODES)

    def _numbers(self, words: Sequence[str]) -> tuple[_Types, NDArray[np.int32]]:
        types = self._types
        try:
            return types, np.array([types.numbers[word] for word in words], np.int32)
        except KeyError:
            with self._lock:
                types = self._with(words)
            return types, np.array([types.numbers[word] for word in words], np.int32)

    def _with(self, words: Sequence[str]) -> _Types:
        """Work out the words that are new, in new tables where the old ones are full."""
        types = self._types
        new = [word for word in dict.fromkeys(words) if word not in types.numbers]
        is_full = len(types.numbers) + len(new) > self._most
        if is_full or types.letters + sum(map(len, new)) > _LETTERS_EACH * self._most:
            new = list(dict.fromkeys(words))
            types = self._new_types(self._most + len(new))
            new = [word for word in new if word not in types.numbers]
        if new:  # else another thread was here first
            self._enter(types, self.worked_out(new))
        self._types = types
        return types

    def _new_types(self, most: int = 0) -> _Types:
        types = _Types(most or self._most)
        types.rows[OUTSIDE] = self._weights.of([[OUTSIDE_FEATURE]])[0]
        if self._ready:
            self._enter(types, self._ready)
        return types

    def worked_out(self, words: Sequence[str]) -> Ready:
        """Return what is known of words, to be ready another time."""
        profiles = [self._profiles.get(self._evidence.profile(word), 0) for word in words]
        bridges = [bridge(word, self._vocabulary.facts(word)) for word in words]
        rows = self._weights.of([self._evidence.of(word) for word in words])
        return Ready(words, rows, np.array(bridges, np.uint8), np.array(profiles, np.uint16))

    def _enter(self, types: _Types, ready: Ready) -> None:
        first, end = len(types.numbers) + 1, len(types.numbers) + 1 + len(ready.words)
        types.rows[first:end] = ready.rows
        types.bridges[first:end] = ready.bridges
        types.profiles[first:end] = ready.profiles
        for number, word in enumerate(ready.words, start=first):
            starts = self._trie.starts(word)
            types.listed[number] = starts.number
            types.starts[number] = padded(starts.nodes)
            types.single[number] = len(word) == 1
        types.letters += sum(map(len, ready.words))
        # Last, as others may look them up from now on.
        types.numbers.update(zip(ready.words, range(first, end), strict=True))


OUTSIDE_FEATURE = "outside"
"""The feature of what is no word."""


@compiled
def _sums(
    numbers: NDArray[np.int32], rows: Floats, column_numbers: NDArray[np.int32], column_weights: Floats
) -> NDArray[np.float32]:
    size, labels = len(numbers), column_weights.shape[1]
    reach = rows.shape[1] // labels // 2
    found = np.zeros((size, labels), np.float32)
    for place in range(size):
        for step in range(-reach, reach + 1):
            at = place + step
            number = numbers[at] if 0 <= at < size else 0
            start = (step + reach) * labels
            for label in range(labels):
                found[place, label] += rows[number, start + label]
        for column in column_numbers[place]:
            for label in range(labels):
                found[place, label] += column_weights[column, label]
    return found

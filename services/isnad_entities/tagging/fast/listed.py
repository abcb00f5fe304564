"""Where listed names stand in a row of words, by a trie over the numbers of words (pure).

The same names as `Lexicon.match` gives, the longest at each word and none inside another, but for one thing: an
abbreviation's dot is taken for any stop behind a single letter.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.compiled import compiled
from isnad_entities.lists.lexicon import SHORTEST_AFTER_CLITIC, Lexicon, Pattern
from isnad_entities.tagging.labels import TYPES
from isnad_entities.words.clitics import splits

_MOST_STARTS = 4
NOWHERE = -1

_SILENT = 3 * len(TYPES)
_ALONE, _ALONE_CUT, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4, 5
_PLACES = 5
CODES = 1 + _PLACES * (_SILENT + 1)
"""0: in no listed name; else the name's kind (type, and whether minor or framed) and the word's place in it."""

_MULTIPLIER = 0x9E3779B97F4A7C15
_EMPTY = -1


@dataclass(frozen=True, slots=True)
class Starts:
    """What the trie needs to know of a word type."""

    number: int
    """The word's own among the words of listed names, or `NOWHERE`."""
    nodes: tuple[int, ...]
    """Nodes that are reached by the word: the first for the word as it is, the others with clitics taken off."""


class NameTrie:
    """The listed names."""

    def __init__(self, listed: Lexicon) -> None:
        self._numbers: dict[str, int] = {}
        edges: dict[tuple[int, int], int] = {}
        kinds = [0]
        for pattern in listed:
            node = 0
            for word in pattern.words:
                number = self._numbers.setdefault(word, len(self._numbers))
                behind = edges.setdefault((node, number), len(kinds))
                if behind == len(kinds):
                    kinds.append(0)
                node = behind
            kinds[node] = kinds[node] or _kind(pattern)
        self._roots = {number: behind for (node, number), behind in edges.items() if node == 0}
        self._kinds = np.array(kinds, np.uint8)
        size = 1 << (2 * len(edges) + 1).bit_length()
        self._keys, self._nodes = np.full(size, _EMPTY, np.int64), np.zeros(size, np.int32)
        if edges:
            keys = np.array([node << 32 | number for node, number in edges], np.int64)
            _fill(self._keys, self._nodes, keys, np.array(list(edges.values()), np.int32))

    def starts(self, word: str) -> Starts:
        """Return where the trie goes from a normalised word."""
        own, *others = sorted(splits(word))
        nodes = [self._root(own[1])]
        nodes += [self._root(rest) for _, rest in others if len(rest) >= SHORTEST_AFTER_CLITIC]
        known = nodes[:1] + [node for node in nodes[1:] if node != NOWHERE]
        return Starts(self._numbers.get(word, NOWHERE), tuple(known[:_MOST_STARTS]))

    def codes(
        self,
        numbers: NDArray[np.int32],
        starts: NDArray[np.int32],
        single: NDArray[np.bool_],
        gaps: NDArray[np.uint8],
    ) -> NDArray[np.uint8]:
        """Return for each word of a row in which listed name it stands, below `CODES`.

        Args:
            numbers: `Starts.number` of each word.
            starts: `Starts.nodes` of each word, filled up with `NOWHERE`, `[words, most]`.
            single: whether the word is a single letter.
            gaps: what stands before each word.
        """
        return _codes(numbers, starts, single, gaps, self._keys, self._nodes, self._kinds)

    def _root(self, word: str) -> int:
        return self._roots.get(self._numbers.get(word, NOWHERE), NOWHERE)


def padded(nodes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the nodes of a word in the width that `NameTrie.codes` takes."""
    return nodes + (NOWHERE,) * (_MOST_STARTS - len(nodes))


def _kind(pattern: Pattern) -> int:
    """1 more than the number of a pattern's kind."""
    if pattern.silent:
        return _SILENT + 1
    return 3 * TYPES.index(pattern.entity.type) + (2 if pattern.framed else 1 if pattern.minor else 0) + 1


@compiled
def _fill(
    keys: NDArray[np.int64], values: NDArray[np.int32], new: NDArray[np.int64], numbers: NDArray[np.int32]
) -> None:
    """Put the edges into a table with open addressing, whose size is a power of two."""
    mask = len(keys) - 1
    for at in range(len(new)):
        slot = (np.uint64(new[at]) * np.uint64(_MULTIPLIER) >> np.uint64(32)) & np.uint64(mask)
        while keys[slot] != _EMPTY:
            slot = (slot + np.uint64(1)) & np.uint64(mask)
        keys[slot] = new[at]
        values[slot] = numbers[at]


@compiled
def _codes(
    numbers: NDArray[np.int32],
    starts: NDArray[np.int32],
    single: NDArray[np.bool_],
    gaps: NDArray[np.uint8],
    keys: NDArray[np.int64],
    values: NDArray[np.int32],
    kinds: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    size = len(numbers)
    mask = np.uint64(len(keys) - 1)
    found = np.zeros(size, np.uint8)
    place = 0
    while place < size:
        longest, kind, cut = 0, 0, False
        for start in range(starts.shape[1]):
            node = starts[place, start]
            if node < 0:
                continue
            at = place
            while True:
                if kinds[node] and at - place + 1 > longest:
                    longest, kind, cut = at - place + 1, kinds[node], start > 0
                at += 1
                if at == size or numbers[at] < 0 or not (gaps[at] <= 1 or (gaps[at] == 4 and single[at - 1])):
                    break
                key = np.int64(node) << 32 | np.int64(numbers[at])
                slot = (np.uint64(key) * np.uint64(_MULTIPLIER) >> np.uint64(32)) & mask
                while keys[slot] != _EMPTY and keys[slot] != key:
                    slot = (slot + np.uint64(1)) & mask
                if keys[slot] == _EMPTY:
                    break
                node = values[slot]
        if longest == 0:
            place += 1
            continue
        base = _PLACES * (kind - 1)
        if longest == 1:
            found[place] = base + (_ALONE_CUT if cut else _ALONE)
        else:
            for inside in range(longest):
                found[place + inside] = base + (_FIRST if inside == 0 else _MIDDLE if inside < longest - 1 else _LAST)
        place += longest
    return found

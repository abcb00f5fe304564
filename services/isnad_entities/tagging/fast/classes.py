"""What unlabelled news knows of a word: which words stand where it stands, and how often rules call it a name (pure).

Words are put into classes by their neighbours (k-means of word2vec vectors, as Guo et al. 2014 found best of several
ways to use vectors in a linear model); a class lies in coarser ones. A rare word is looked up without its clitics.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from isnad_entities.tagging.labels import TYPES
from isnad_entities.words.clitics import splits

STEPS = (0.01, 0.05, 0.2, 0.5, 0.8)
"""Shares of a word's occurrences, from which on the rules' opinion counts as one step more."""

FIRST, INSIDE, BOTH = range(3)
"""Where in names a word stands: three times as often first as inside, the other way round, or neither."""

_ENDINGS = ("ها", "هم", "ه", "ي", "ا", "ين", "ون", "ات")
_SHORTEST = 3
_MARKS = "BIM"
_DIGITS = str.maketrans("123456789", "0" * 9)


@dataclass(frozen=True)
class Classes:
    """The classes of frequent words of news."""

    words: Sequence[str]
    """Normalised words, digits as 0."""
    finest: NDArray[np.uint16]
    """The class of each word."""
    coarser: NDArray[np.uint16]
    """For each of the finest classes those that it lies in, `[classes, depths]`."""
    opinions: NDArray[np.uint8]
    """For each word and type how often the rules see it in such a name, as 3 × steps + where, `[words, types]`."""
    often: NDArray[np.uint8]
    """How often each word stands in the news, as twice the decimal logarithm."""

    @cached_property
    def _places(self) -> dict[str, int]:
        return {word: place for place, word in enumerate(self.words)}

    def of(self, word: str) -> Iterator[str]:
        """Yield the features of a normalised word."""
        word = without_digits(word)
        place = self._place(word)
        if place is None:
            yield "class=none"
        else:
            yield from self._classes[self.finest[place]]
        yield from self._opinion(word, "opinion")
        for cut, rest in splits(word):
            if cut:
                yield from self._opinion(rest, "opinion of rest")
        own = self._places.get(word)
        yield f"often={self.often[own] if own is not None else 0}"

    def _opinion(self, word: str, name: str) -> tuple[str, ...]:
        place = self._places.get(word)
        return _opinion(name, None if place is None else self.opinions[place].tobytes())

    @cached_property
    def _classes(self) -> list[tuple[str, ...]]:
        """The features of each of the finest classes."""
        return [
            (f"class={finest}", *(f"class {depth}={one}" for depth, one in enumerate(row)))
            for finest, row in enumerate(self.coarser.tolist())
        ]

    def _place(self, word: str) -> int | None:
        """The word itself, else without clitics, else without its ending."""
        for _, rest in splits(word):
            if rest in self._places:
                return self._places[rest]
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
                place = self._places.get(word[: -len(ending)])
                if place is not None:
                    return place
        return None


@cache
def _opinion(name: str, row: bytes | None) -> tuple[str, ...]:
    """The features of what the rules think; there are some hundreds of different rows."""
    if row is None:
        return (f"{name}=none",)
    if not any(row):
        return (f"{name}=no name",)
    return tuple(
        feature
        for kind, value in zip(TYPES, row, strict=True)
        if value
        for feature in (f"{name}={kind} {value // 3}", f"{name}={kind} {value // 3}{_MARKS[value % 3]}")
    )


def without_digits(word: str) -> str:
    """Return the word with 0 for every digit: numbers are one to the news' classes."""
    return word.translate(_DIGITS)

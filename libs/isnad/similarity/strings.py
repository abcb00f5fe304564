"""A list of very many strings (pure).

Python's collector of garbage goes through every list again and again, and so looks at every string of it: with a
million of them that is a twentieth of a second each time, in which nothing is matched. It does not look into arrays.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

_LEAST_ROOM = 64
_GROWTH = 8
"""A full list grows by one in so many."""


class Strings:
    """A list of strings, as far as it is needed here."""

    def __init__(self, strings: Sequence[str] = ()) -> None:
        """Begin with some."""
        self._array: NDArray[np.object_] = np.empty(_LEAST_ROOM, np.object_)
        self._end = 0
        self.extend(strings)

    def __len__(self) -> int:
        return self._end

    def __getitem__(self, place: int) -> str:
        """Return the string of a place from 0 on."""
        string: str = self._array[place]
        return string

    def __setitem__(self, place: int, string: str) -> None:
        self._array[place] = string

    def __contains__(self, string: object) -> bool:
        return any(one == string for one in self)

    def __iter__(self) -> Iterator[str]:
        return (self[place] for place in range(self._end))

    def extend(self, strings: Sequence[str]) -> None:
        """Add some at the end."""
        end = self._end + len(strings)
        if end > self._array.size:
            # In place, as nobody else has the array: no string is touched.
            self._array.resize(max(end, self._array.size + self._array.size // _GROWTH), refcheck=False)
        self._array[self._end : end] = strings
        self._end = end

    def to_list(self) -> list[str]:
        """Return a copy as a list."""
        copied: list[str] = self._array[: self._end].tolist()
        return copied

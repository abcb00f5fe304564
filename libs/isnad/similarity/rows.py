"""Rows by number: facts about the texts of a window, a few bytes each, in flat arrays (pure).

The numbers of a log only grow, and the window forgets from its start, so the rows of a window are one stretch of
numbers. What a dictionary would need 100 bytes for takes as many as the facts have.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_LEAST_ROOM = 64
_GROWTH = 4
"""A full table grows by one in so many rows: that much of it may stand empty."""


class Rows:
    """A table whose rows are numbered from `base` up to, not including, `end`.

    `rows["column"][rows.place(number)]` is one fact, to read and to set. An array taken from here is good until the
    next `make` or `forget`.
    """

    def __init__(self, **columns: DTypeLike) -> None:
        """Begin empty, with these columns; a column of several values has a dtype with a shape."""
        self._columns: dict[str, NDArray[Any]] = {name: np.zeros(_LEAST_ROOM, dtype) for name, dtype in columns.items()}
        self._room = _LEAST_ROOM
        self.base = 0
        self.end = 0

    def __len__(self) -> int:
        return self.end - self.base

    def __contains__(self, number: int) -> bool:
        return self.base <= number < self.end

    def __getitem__(self, column: str) -> NDArray[Any]:
        """Return a column's array, which may be longer than the table; the row of `base` is its first."""
        return self._columns[column]

    def place(self, number: int) -> int:
        """Return where in its columns a number's row is.

        Raises:
            KeyError: the number has no row, or none any more.
        """
        if not self.base <= number < self.end:
            raise KeyError(number)
        return number - self.base

    def make(self, number: int) -> int:
        """Make rows up to that of a number, filled with zeros, and return its place; the first may begin anywhere.

        Raises:
            KeyError: the number was forgotten.
        """
        if self.base <= number < self.end:
            return number - self.base
        if self.base == self.end:
            self.base = self.end = max(self.end, number)
        if number < self.base:
            raise KeyError(number)
        place = number - self.base
        if place >= self._room:
            self._resize(0, len(self), max(place + 1, self._room + self._room // _GROWTH))
        self.end = number + 1
        return place

    def forget(self, before: int) -> None:
        """Forget the rows of all numbers before this one."""
        gone = min(before, self.end) - self.base
        if gone <= 0:
            return
        kept = len(self) - gone
        self._resize(gone, kept, max(_LEAST_ROOM, kept))
        self.base += gone

    def capture(self) -> tuple[int, dict[str, NDArray[Any]]]:
        """Return the first number, and a copy of each column."""
        return self.base, {name: array[: len(self)].copy() for name, array in self._columns.items()}

    def restore(self, base: int, columns: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `capture` gave; the arrays are kept, not copied.

        Raises:
            ValueError: these are not the columns of this table.
        """
        lengths = {array.shape[0] for array in columns.values()}
        same = {name: array.dtype for name, array in columns.items()} == {
            name: array.dtype for name, array in self._columns.items()
        }
        if not same or len(lengths) != 1:
            raise ValueError(f"rows of {', '.join(self._columns)} can't be made from {', '.join(columns)}")
        self._columns = dict(columns)
        self._room = lengths.pop()
        self.base = base
        self.end = base + self._room

    def _resize(self, first: int, kept: int, room: int) -> None:
        self._room = room
        # One column after the other, so that not all of them are in memory twice.
        for name, array in self._columns.items():
            resized = np.zeros((room, *array.shape[1:]), array.dtype)
            resized[:kept] = array[first : first + kept]
            self._columns[name] = resized

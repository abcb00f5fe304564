"""Memory of an array that is given back from the front while what stands behind is still in use."""

import mmap
from contextlib import suppress
from typing import Self

import numpy as np
from numpy.typing import NDArray

_WORD_BYTES = 8

_AT_ONCE = 1 << 22
"""Bytes are given back in pieces of so many: less would break up the large pages that the system gives."""


class Memory:
    """An array of words, which may be of memory of its own; see `zeros` and `of`."""

    def __init__(self, words: NDArray[np.uint64], pages: mmap.mmap | None) -> None:
        """Hold an array, and what it lies in where part of that can be given back."""
        self.words = words
        self._pages = pages
        self._given_back = 0

    @classmethod
    def zeros(cls, count: int) -> Self:
        """Return so many words, all zero, that take room from when they are written to.

        Raises:
            MemoryError: there is none.
        """
        try:
            pages = mmap.mmap(-1, count * _WORD_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        except OSError as exc:
            raise MemoryError(f"no room for {count * _WORD_BYTES:,} bytes") from exc
        if len(pages) >= _AT_ONCE and hasattr(mmap, "MADV_HUGEPAGE"):  # on Linux
            with suppress(OSError):  # whose kernel may be without them
                pages.madvise(mmap.MADV_HUGEPAGE)
        return cls(np.frombuffer(pages, np.uint64), pages)

    @classmethod
    def of(cls, words: NDArray[np.uint64]) -> Self:
        """Return an array as it is; nothing of it is given back before all of it."""
        return cls(words, None)

    @property
    def bytes_held(self) -> int:
        """What was not given back."""
        return self.words.nbytes - self._given_back

    def give_back(self, end: int) -> None:
        """Give back the words before one of them: nobody will ask what stood there."""
        end_byte = end * _WORD_BYTES // _AT_ONCE * _AT_ONCE
        if self._pages is None or end_byte <= self._given_back or not hasattr(mmap, "MADV_DONTNEED"):
            return
        self._pages.madvise(mmap.MADV_DONTNEED, self._given_back, end_byte - self._given_back)
        self._given_back = end_byte

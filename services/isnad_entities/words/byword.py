"""What is known of words, worked out once for each and kept, within bounds."""

from collections.abc import Callable
from typing import Generic, TypeVar

LONGEST = 40
"""Letters of the longest word of which anything is kept; in news hardly any is longer, and others may be very long."""

V = TypeVar("V")


class ByWord(dict[str, V], Generic[V]):
    """Values by word: `known[word]` looks one up, and works it out where it is not there.

    Several threads may ask at once; at worst one value is worked out twice. It holds at most `most` words of at most
    `LONGEST` letters (250 bytes each at the worst, beside the values) and begins anew when it is full; a text has about
    30,000 different words in a million.
    """

    def __init__(self, work_out: Callable[[str], V], most: int = 200_000) -> None:
        """Begin empty.

        Args:
            work_out: gives a word's value, always the same.
            most: words that are kept.
        """
        super().__init__()
        self._work_out = work_out
        self._most = most

    def __missing__(self, word: str) -> V:
        value = self._work_out(word)
        if len(word) <= LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[word] = value
        return value

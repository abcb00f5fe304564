"""Twins: articles in the window whose short texts are the same, title included (pure)."""

from bisect import bisect_left
from collections.abc import Callable
from itertools import takewhile

import msgspec

TextKey = tuple[bytes, bytes]
"""What makes two short texts the same: a digest of the body's normalised words, and of the title's."""


class Twins:
    """Which articles have a short text, by number.

    Memory: about 450 bytes for each of them (two digests of 16 bytes, in Python's own objects); in the news a few
    articles in a hundred are so short.
    """

    def __init__(self) -> None:
        self._texts: dict[int, TextKey] = {}
        self._numbers: dict[TextKey, list[int]] = {}
        """Ascending, as the texts came."""

    def first(self, text: TextKey) -> int | None:
        """Return the oldest article that has this text, None if there is none."""
        numbers = self._numbers.get(text)
        return numbers[0] if numbers else None

    def enter(self, number: int, text: TextKey) -> None:
        """Take in the text of an article whose number is the greatest so far."""
        self._texts[number] = text
        self._numbers.setdefault(text, []).append(number)

    def leave(self, number: int) -> None:
        """Forget the text of one article, where it has a short one."""
        text = self._texts.pop(number, None)
        if text is not None:
            numbers = self._numbers[text]
            # They ascend; thousands may have the same text, and looking through them all takes longer each time.
            del numbers[bisect_left(numbers, number)]
            self._tidy(text)

    def forget(self, before: int) -> None:
        """Forget all articles of lower numbers than this."""
        gone = list(takewhile(lambda number: number < before, self._texts))
        for text in {self._texts.pop(number) for number in gone}:
            numbers = self._numbers[text]
            del numbers[: bisect_left(numbers, before)]
            self._tidy(text)

    def capture(self) -> Callable[[], bytes]:
        """Return what makes the bytes that `restore` takes, as of now, also in another thread."""
        texts = self._texts.copy()
        return lambda: msgspec.msgpack.encode(texts)

    def restore(self, data: bytes) -> None:
        """Take the place of what was captured."""
        self._texts.clear()
        self._numbers.clear()
        for number, text in msgspec.msgpack.decode(data, type=dict[int, TextKey]).items():
            self.enter(number, text)

    def _tidy(self, text: TextKey) -> None:
        if not self._numbers[text]:
            del self._numbers[text]

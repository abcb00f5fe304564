"""Paragraphs, and what was found in those seen before: reprints cost next to nothing (pure).

Names are found paragraph by paragraph, so that what a copy shares with its original need not be tagged again. Only what
takes the whole article (short forms, ambiguous names) is worked out for each.
"""

import hashlib
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from isnad_entities.found import Found
from isnad_entities.words.passage import Passage

_MOST_REMEMBERED = 20_000
"""Paragraphs; about 200 bytes each, without their names."""

_MOST_NAMES = 300_000
"""Names in them, of some 280 bytes: a list of names may be one paragraph."""

_LETTERS_OF_A_NAME = 200
"""A name of more letters counts as several."""

_DIGEST_BYTES = 16


@dataclass(frozen=True)
class Paragraph:
    """Words of a passage between two line breaks."""

    passage: Passage
    first: int
    """Word of the passage with which it begins."""
    behind: int
    start: int
    """Offset in the passage's text."""
    end: int

    @cached_property
    def key(self) -> bytes:
        """Equal for equal texts."""
        text = self.passage.text[self.start : self.end]
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()

    def alone(self) -> Passage:
        """Return it as a passage of its own."""
        whole = self.passage
        if self.end - self.start == len(whole.text):
            return whole
        return whole.part(self.first, self.behind, self.start, self.end)

    def put_back(self, name: Found) -> Found:
        """Return a name of the paragraph as one of the passage."""
        return name.moved(self.passage, self.first)


def paragraphs(passage: Passage) -> Iterator[Paragraph]:
    """Yield the paragraphs that have words."""
    first, start, text = 0, 0, passage.text
    while first < len(passage):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        behind = bisect_left(passage.starts, end, first)
        if behind > first:
            yield Paragraph(passage, first, behind, start, end)
        first, start = behind, end + 1


class Remembered:
    """Names by paragraph, as many as there is room for; those longest not asked for go first.

    Several threads may use it at once. At its fullest it takes some 120 MB; where names are up to 200 letters long, as
    no news has them, 240.
    """

    def __init__(self, most: int = _MOST_REMEMBERED, most_names: int = _MOST_NAMES) -> None:
        self._most = most
        self._most_names = most_names
        self._names = 0
        self._held: OrderedDict[bytes, tuple[Found, ...]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: bytes) -> tuple[Found, ...] | None:
        """Return what was found in a paragraph, if it is remembered."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: bytes, found: tuple[Found, ...]) -> None:
        """Remember what was found; the names are not to hold on to the text."""
        with self._lock:
            self._names += _room(found) - _room(self._held.pop(key, ()))
            self._held[key] = found
            while len(self._held) > self._most or self._names > self._most_names:
                _, forgotten = self._held.popitem(last=False)
                self._names -= _room(forgotten)


def _room(found: tuple[Found, ...]) -> int:
    return sum(1 + len(name.entity.canonical) // _LETTERS_OF_A_NAME for name in found)


NOWHERE = Passage("body", "", [], [], [], b"")
"""Stands for the text of names that are remembered."""

"""A title or a body as words, with what stands between them (pure)."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from isnad.text.words import Token, tokens

FieldName = Literal["title", "body"]


class Gap(IntEnum):
    """What stands between a word and the one before it, the loosest wins."""

    SPACE = 0
    JOINT = 1
    """A hyphen, a full stop or an apostrophe without spaces: «جان-ايف», «أ.ف.ب»."""
    QUOTE = 2
    """Quotation marks or brackets."""
    COMMA = 3
    """Commas, dashes, slashes."""
    STOP = 4
    """The end of a sentence or a paragraph, a colon."""


_QUOTES = frozenset("«»\"“”„‟'‘’()[]{}‹›<>*+")
_STOPS = frozenset(".!?؟:؛;…\n\r۔|")
_IGNORED = frozenset("ـ\u200b\u200c\u200d\u200e\u200f\ufeff_")


@lru_cache(maxsize=4096)
def classify(between: str) -> Gap:
    """Return what a stretch between two words is."""
    marks = {mark for mark in between if mark not in _IGNORED}
    bare = {mark for mark in marks if not mark.isspace()}
    if not bare:
        return Gap.STOP if "\n" in marks or "\r" in marks else Gap.SPACE
    if len(between.strip()) == len(between) == 1 and between in "-‐‑.'’/":
        return Gap.JOINT if between != "/" else Gap.COMMA
    if marks & _STOPS:
        return Gap.STOP
    return Gap.QUOTE if bare <= _QUOTES else Gap.COMMA


@dataclass(frozen=True, slots=True)
class Passage:
    """One field of an article, read into words."""

    field: FieldName
    text: str
    tokens: list[Token]
    gaps: list[Gap]
    """`gaps[i]` stands before word i; the first is a STOP."""

    @classmethod
    def of(cls, field: FieldName, text: str) -> "Passage":
        """Read a text."""
        row = tokens(text)
        gaps = [Gap.STOP]
        for left, right in pairwise(row):
            gaps.append(
                Gap.SPACE
                if right.start - left.end == 1 and text[left.end] == " "
                else classify(text[left.end : right.start])
            )
        return cls(field, text, row, gaps)

    def __len__(self) -> int:
        return len(self.tokens)

    def word(self, place: int) -> str:
        """The normalised word, or an empty one outside the passage."""
        return self.tokens[place].word if 0 <= place < len(self.tokens) else ""

    def gap(self, place: int) -> Gap:
        """What stands before a word; a STOP at either end."""
        return self.gaps[place] if 0 <= place < len(self.gaps) else Gap.STOP

    def between(self, place: int) -> str:
        """The characters before a word, back to the word before it; after the last word, those to the end."""
        start = self.tokens[place - 1].end if place > 0 else 0
        end = self.tokens[place].start if place < len(self.tokens) else len(self.text)
        return self.text[start:end]

    def tight(self, place: int) -> bool:
        """Whether a word goes on with the name before it: only a space, a hyphen or an abbreviation's dot between."""
        gap = self.gap(place)
        return gap <= Gap.JOINT or (
            gap is Gap.STOP
            and 0 < place < len(self.tokens)
            and len(self.tokens[place - 1].word) == 1
            and self.between(place) in (". ", ".")
        )

    def places(self, start: int, end: int) -> range:
        """The words that lie in a stretch of the text, wholly or in part."""
        first = bisect_right(self.tokens, start, key=lambda token: token.end)
        return range(first, bisect_left(self.tokens, end, key=lambda token: token.start))

    def written(self, first: int, last: int) -> str:
        """The text from the first to the last word."""
        return self.text[self.tokens[first].start : self.tokens[last].end]

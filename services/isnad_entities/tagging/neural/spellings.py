"""A passage as the network reads it: how each word is spelled, and what stands before it (pure).

Other than the normalised word of `isnad.text.words`, a spelling keeps hamza, ta marbuta and alef maqsura: «على» is a
preposition, «علي» a name. Marks of vowels, tatweel and control characters vanish, digits are all the same.
"""

import unicodedata
from enum import IntEnum
from functools import lru_cache

from isnad_entities.words.passage import Gap, Passage

_SAME_DIGIT = "0"
_REMEMBERED = 262_144
_LONGEST = 40
"""Letters of a word that are read."""


class Mark(IntEnum):
    """What stands before a word. The numbers are what a model is trained with: they never change."""

    SPACE = 0
    LINE = 1
    JOINT = 2
    QUESTION = 3
    COLON = 4
    FULL_STOP = 5
    OPEN_BRACKET = 6
    CLOSE_BRACKET = 7
    OPEN_QUOTE = 8
    CLOSE_QUOTE = 9
    QUOTE = 10
    COMMA = 11
    QUOTE_AND_COMMA = 12
    DASH = 13
    SLASH = 14
    OTHER = 15


_JOINTS = frozenset("-‐‑.'’")
_QUESTIONS = frozenset("؟?!")
_FULL_STOPS = frozenset(".…؛;۔|")
_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")
_QUOTES = frozenset("\"“”„‟'‘’«»‹›<>")
_COMMAS = frozenset("،,")
_DASHES = frozenset("-–—‐‑−")
_SLASHES = frozenset("/\\")
SENTENCE_ENDS = frozenset({Mark.LINE, Mark.QUESTION, Mark.FULL_STOP})


def _folding_table() -> dict[int, str | None]:
    table: dict[int, str | None] = {ord("ـ"): None}
    for code in range(0x10000):
        category = unicodedata.category(chr(code))
        if category in ("Mn", "Me", "Cf"):
            table[code] = None
        elif category == "Nd":
            table[code] = _SAME_DIGIT
    return table


_FOLD = _folding_table()


@lru_cache(maxsize=_REMEMBERED)
def spelled(written: str) -> str:
    """Return how a written word is spelled; never empty."""
    return written[:_LONGEST].translate(_FOLD).lower() or "_"


@lru_cache(maxsize=4096)
def mark_of(between: str) -> Mark:
    """Return what a stretch between two words is."""
    marks = {character for character in between if not character.isspace()}
    has_line = "\n" in between or "\r" in between
    if not marks:
        return Mark.LINE if has_line else Mark.SPACE
    if between in _JOINTS:
        return Mark.JOINT
    if has_line:
        return Mark.LINE
    for kinds, mark in ((_QUESTIONS, Mark.QUESTION), ({":"}, Mark.COLON), (_FULL_STOPS, Mark.FULL_STOP)):
        if marks & kinds:
            return mark
    for kinds, mark in ((_OPENING, Mark.OPEN_BRACKET), (_CLOSING, Mark.CLOSE_BRACKET)):
        if marks & kinds:
            return mark
    if marks & _QUOTES:
        return _quote(marks)
    for kinds, mark in ((_COMMAS, Mark.COMMA), (_DASHES, Mark.DASH), (_SLASHES, Mark.SLASH)):
        if marks & kinds:
            return mark
    return Mark.OTHER


def _quote(marks: set[str]) -> Mark:
    if marks & _COMMAS:
        return Mark.QUOTE_AND_COMMA
    if "«" in marks or ("“" in marks and "”" not in marks):
        return Mark.OPEN_QUOTE
    return Mark.CLOSE_QUOTE if marks & {"»", "”"} else Mark.QUOTE


def spellings(passage: Passage) -> list[str]:
    """Return how each word of a passage is spelled."""
    text = passage.text
    return [spelled(text[token.start : token.end]) for token in passage.tokens]


def marks(passage: Passage) -> list[Mark]:
    """Return what stands before each word of a passage; before the first, the start of a line."""
    found = [Mark.SPACE] * len(passage)
    for place, gap in enumerate(passage.gaps[: len(passage)]):
        if gap is not Gap.SPACE:
            found[place] = mark_of(passage.between(place)) if place else Mark.LINE
    return found

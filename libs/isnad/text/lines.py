"""A page as lines of text: where each stood, and whether a gap was before it (pure)."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from isnad.text.words import words

_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
_LINE_ENDS = "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
"""What `str.splitlines` splits at."""
_SENTENCE_END = (".", "؟", "?", "!")
_ELLIPSIS = ("…", "...", "..", "[…]", "[...]", "(...)")
_RUNNING_ON = (":", "،", ",", "؛", ";", "-", "–", "—", "…", "...")
_CLOSING = "»”“\"')]’ \u200e\u200f©*"
_PARAGRAPH_CHARACTERS = 160
_STATEMENT_CHARACTERS = 60
_SENTENCE_CHARACTERS = 120
_LONGEST_HEADLINE = 150
_HEADLINE_WORDS = range(2, 26)


@dataclass(frozen=True)
class Line:
    """A line that is not blank, its white space made single spaces."""

    text: str
    number: int
    """Its place in the page, counted over all lines; the first is 0."""
    apart: bool
    """A blank line, or something that was cut, stands before it; true for the first."""

    @cached_property
    def words(self) -> list[str]:
        """Its normalised words."""
        return words(self.text)

    @property
    def ends_open(self) -> bool:
        """It breaks off with an ellipsis, as teasers do."""
        return self.text.rstrip(_CLOSING).endswith(_ELLIPSIS) or self.text.endswith(_ELLIPSIS)

    @property
    def ends_sentence(self) -> bool:
        """It ends as a sentence does, closing quotes and brackets apart."""
        return not self.ends_open and self.text.rstrip(_CLOSING).endswith(_SENTENCE_END)

    @property
    def ends_statement(self) -> bool:
        """It ends with a full stop."""
        return self.ends_sentence and self.text.rstrip(_CLOSING).endswith(".")

    @cached_property
    def is_prose(self) -> bool:
        """It is a paragraph of running text, by its length or as a whole sentence."""
        length = len(self.text)
        # Headlines ask and exclaim as well, at greater length.
        least = _STATEMENT_CHARACTERS if self.ends_statement else _SENTENCE_CHARACTERS
        return length >= _PARAGRAPH_CHARACTERS or (length >= least and self.ends_sentence)

    @cached_property
    def is_headline(self) -> bool:
        """It can be a headline: a few words that neither run on nor, but for a short one, end as a sentence."""
        if not (len(self.text) <= _LONGEST_HEADLINE and len(self.words) in _HEADLINE_WORDS):
            return False
        return not self.is_prose and not self.text.endswith(_RUNNING_ON)


def unprintable(text: str) -> str:
    """Return the characters of the text that no article can hold: controls, lone surrogates, byte order marks."""
    return "".join(_UNPRINTABLE.findall(text))


def printable(text: str) -> str:
    """Return the text without its unprintable characters, on one line, with single spaces."""
    return " ".join(_UNPRINTABLE.sub("", text).split())


def count_lines(text: str) -> int:
    """Return how many lines the text has, blank ones among them, without making them."""
    ends = sum(map(text.count, _LINE_ENDS)) - text.count("\r\n")
    return ends + (text[-1:] not in _LINE_ENDS)


def read_lines(text: str) -> list[Line]:
    """Return the lines that are not blank; unprintable characters are left out."""
    lines: list[Line] = []
    apart = True
    for number, written in enumerate(_UNPRINTABLE.sub("", text).splitlines()):
        line = " ".join(written.split())
        if line:
            lines.append(Line(line, number, apart))
        apart = not line
    return lines


def has_letters(text: str) -> bool:
    """Tell whether the text holds any letter or digit."""
    return any(unicodedata.category(character)[0] in "LN" for character in text)

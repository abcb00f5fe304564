"""Normalised words of a text, and where each stands in it (pure).

Two writings of the same word give the same normalised word: alef with any hamza or madda is bare alef, hamza on waw
or ya is waw or ya, ta marbuta is ha, alef maqsura and the Persian ya are ya, the Persian and Urdu kaf and ha are the
Arabic ones, digits are ASCII, presentation forms are the letters they show; tatweel, vowel marks, zero-width characters
and bidi controls vanish; Latin is lower case. These are the steps of Lucene's ArabicNormalizer (after Larkey,
Ballesteros and Connell 2002) and DecimalDigitFilter, with hamza carriers, presentation forms (Unicode NFKC) and the
Persian letters added. `deploy/elasticsearch` folds the same way; a contract test holds both together.
"""

import re
import sys
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_LETTERS = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ٲ": "ا", "ٳ": "ا", "ٵ": "ا",
    "ؤ": "و", "ٶ": "و", "ۆ": "و", "ۇ": "و", "ۋ": "و",
    "ئ": "ي", "ٸ": "ي", "ى": "ي", "ی": "ي", "ې": "ي", "ۍ": "ي", "ے": "ي", "ۓ": "ي",
    "ة": "ه", "ۃ": "ه", "ہ": "ه", "ۂ": "ه", "ھ": "ه", "ە": "ه", "ۀ": "ه",
    "ک": "ك", "ڪ": "ك",
    # These three would change length or depend on their neighbours under str.lower().
    "İ": "i", "Σ": "σ", "ς": "σ",
}  # fmt: skip


def _folding_table() -> dict[int, str]:
    table = {ord(letter): folded for letter, folded in _LETTERS.items()}
    for code in range(0x10000):
        character = chr(code)
        category = unicodedata.category(character)
        if category in ("Mn", "Me", "Cf") or character == "ـ":
            table[code] = ""
        elif category == "Nd":
            table[code] = str(unicodedata.digit(character))
    for block in (range(0xFB50, 0xFE00), range(0xFE70, 0xFF00)):
        for code in block:
            character = chr(code)
            if unicodedata.category(character).startswith("L"):
                letters = unicodedata.normalize("NFKC", character).translate(table)
                table[code] = "".join(letter for letter in letters if letter.isalnum())
    return table


_FOLD = _folding_table()
_IGNORED = "".join(re.escape(chr(code)) for code, folded in _FOLD.items() if not folded)
_WORD = re.compile(r"[^\W_]+")
_WORD_IN_TEXT = re.compile(rf"(?:(?![{_IGNORED}])[^\W_])+(?:[{_IGNORED}]+(?:(?![{_IGNORED}])[^\W_])+)*")


def fold(text: str) -> str:
    """Return the text in one spelling; its length may differ, so offsets into it are not offsets into `text`."""
    return text.translate(_FOLD).lower()


def letters_of(character: str) -> str | None:
    """Return the letters and digits that one character counts as; None separates words, "" vanishes from them."""
    folded = fold(character)
    return folded if folded.isalnum() or not folded else None


def words(text: str) -> list[str]:
    """Return the normalised words in order: maximal runs of letters and digits after folding."""
    return _WORD.findall(fold(text))


class Token(NamedTuple):
    """A normalised word; `text[start:end]` is how it is written in the text (code points, end exclusive)."""

    word: str
    start: int
    end: int


@lru_cache(maxsize=65536)
def _fold_word(written: str) -> str:
    return sys.intern(fold(written))


def tokens(text: str) -> list[Token]:
    """Return the same words as `words(text)`, each with its place in the text."""
    return [Token(_fold_word(match.group()), match.start(), match.end()) for match in _WORD_IN_TEXT.finditer(text)]

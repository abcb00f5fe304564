"""What a person types into the search field, understood (pure).

All words must stand in the article, in any of the spellings that the index knows. «…» or "…" asks for the words one
after another and as they are spelled; `-word` or `-"…"` for articles without it; `a | b` for either. Everything else is
text: there is no syntax that can be wrong.
"""

import re
from dataclasses import dataclass

from isnad.errors import RequestError
from isnad.text.words import words

MAX_CHARACTERS = 500
MAX_TERMS = 32

_QUOTES = str.maketrans(dict.fromkeys("«»“”„‟″＂", '"'))
_PARTS = re.compile(r'(?P<without>(?<!\S)-(?=["\w]))?(?:"(?P<phrase>[^"]*)"?|(?P<either>\|)|(?P<word>[^\s"|]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or words that must follow one another."""

    text: str
    phrase: bool
    """As spelled, only in one writing of its letters (فندق is not الفندق)."""

    @property
    def words(self) -> list[str]:
        """Its normalised words."""
        return words(self.text)


@dataclass(frozen=True, slots=True)
class Question:
    """What must and what must not stand in an article; without either, every article is meant."""

    all_of: tuple[tuple[Term, ...], ...] = ()
    """Of each group one term must stand in the article."""
    none_of: tuple[Term, ...] = ()


def understand(text: str) -> Question:
    """Return what is asked; blank text asks for everything.

    Raises:
        RequestError: it is too long, or holds no word.
    """
    if not text.strip():
        return Question()
    if len(text) > MAX_CHARACTERS:
        raise RequestError(f"The search has {len(text):,} characters; {MAX_CHARACTERS} are the most.")
    groups: list[tuple[Term, ...]] = []
    without: list[Term] = []
    either = False
    for part in _PARTS.finditer(text.translate(_QUOTES)):
        if part["either"]:
            either = bool(groups)
            continue
        quoted = part["phrase"] is not None
        term = Term((part["phrase"] if quoted else part["word"]).strip(), quoted)
        if not term.words:
            continue
        if part["without"]:
            without.append(term)
        elif either:
            groups[-1] += (term,)
        else:
            groups.append((term,))
        either = False
    terms = sum(map(len, groups)) + len(without)
    if not terms:
        raise RequestError("The search holds no word: write at least one letter or digit.")
    if terms > MAX_TERMS:
        raise RequestError(f"The search has {terms} words; {MAX_TERMS} are the most.")
    return Question(tuple(groups), tuple(without))

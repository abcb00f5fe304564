"""Small words written together with the next one: و ف ب ل ك, and the article that ل swallows (pure).

A normalised word is split in every way that the orthography allows; which split is meant, the lexicon decides. The cut
is given in letters of the normalised word, and `offset_after` finds it in the text as written.
"""

from collections.abc import Iterator

from isnad.text.words import fold
from isnad_entities.words.byword import ByWord

_CONJUNCTIONS = ("", "و", "ف")
_PREPOSITIONS = ("", "ب", "ل", "ك")
_SHORTEST = 2
"""Letters that must be left of a word."""


def splits(word: str) -> tuple[tuple[int, str], ...]:
    """Return (letters cut, the rest) for every way to take clitics off, the word itself first.

    «للرقة» gives `(2, "الرقه")` too: the article is written into the preposition, the name begins after both.
    """
    return _splits[word]


def _split(word: str) -> tuple[tuple[int, str], ...]:
    found: dict[str, int] = {word: 0}
    for conjunction in _CONJUNCTIONS:
        if not word.startswith(conjunction):
            continue
        after = word[len(conjunction) :]
        for preposition in _PREPOSITIONS:
            cut = len(conjunction) + len(preposition)
            if after.startswith(preposition) and len(word) - cut >= _SHORTEST:
                found.setdefault(word[cut:], cut)
        if after.startswith("لل") and len(after) > _SHORTEST + 2:
            found.setdefault("ال" + after[2:], len(conjunction) + 2)
    return tuple((cut, rest) for rest, cut in found.items())


_splits = ByWord(_split, 65_536)


def holds_article(word: str, cut: int) -> bool:
    """Whether the letters cut off a normalised word hold the article of what is left: «لل» of «للرقة»."""
    return word[:cut].endswith("لل")


def without_clitics(word: str, cut: int) -> str:
    """Return the rest of a normalised word behind so many letters of clitics, as `splits` gives it."""
    return "ال" + word[cut:] if holds_article(word, cut) else word[cut:]


def with_clitics(word: str) -> Iterator[str]:
    """Yield the forms in which a text can have a normalised word: those that `splits` takes apart into it."""
    for conjunction in _CONJUNCTIONS:
        yield from (conjunction + preposition + word for preposition in _PREPOSITIONS)
        if word.startswith("ال"):
            yield conjunction + "لل" + word[2:]


def offset_after(text: str, start: int, end: int, letters: int) -> int | None:
    """Return where the word written in `text[start:end]` goes on after so many letters of its normalised form.

    None where one written character stands for letters on both sides of the cut, as the ligature ﻼ does.
    """
    at = start
    while letters > 0 and at < end:
        letters -= len(fold(text[at]))
        at += 1
    while at < end and not fold(text[at]):
        at += 1  # vowel marks and tatweel belong to the letter before them
    return at if letters == 0 and at < end else None

"""One canonical spelling for names that are on no list (pure).

What writers vary in without meaning anything: vowel marks and tatweel go, «عبدالرحمن» becomes «عبد الرحمن», and words
known from the list of names take its hamza and ya («احمد» becomes «أحمد», «علي» and «على» «علي»).
"""

import re
import unicodedata

from isnad.text.words import fold
from isnad_entities.lists.vocabulary import Vocabulary

_SERVANT = re.compile(r"\bعبدال(?=\w\w)")
_SAME = str.maketrans("جقطصثذظشض", "غكتسسزسسد")
_VOWELS = re.compile("[اويهىء]")
_KUNYA = {"ابا": "ابو", "ابي": "ابو", "ابو": "ابو"}
"""«أبا» and «أبي» are «أبو» in other cases."""

_SPACES = re.compile(r"\s+")
_BARE = re.compile("[ء-غف-يa-zA-Z0-9]+(?: [ء-غف-يa-zA-Z0-9]+)*")
_PRESENTATION_FORM = re.compile("[\ufb50-\ufdfb\ufe70-\ufefe]")


def canonical_name(written: str, known: Vocabulary) -> str:
    """Return the spelling under which a person written like this is listed."""
    first, *more = _SERVANT.sub("عبد ال", bare(written)).split(" ")
    if more and fold(first) in _KUNYA:
        first = "أبو"
    return " ".join(_word(word, known) for word in (first, *more))


def plain_kunya(row: tuple[str, ...]) -> tuple[str, ...]:
    """Return normalised words with «أبا» and «أبي» at their start as «أبو»."""
    return (_KUNYA[row[0]], *row[1:]) if len(row) > 1 and row[0] in _KUNYA else row


def is_kunya(word: str) -> bool:
    """Return whether a normalised word is «أبو», in any case."""
    return word in _KUNYA


def canonical_body(written: str, known: Vocabulary) -> str:
    """Return the spelling under which an organisation written like this is listed: its nationality has only one."""
    return " ".join(known.nationality_spellings.get(fold(word), word) for word in bare(written).split(" "))


def sound(row: tuple[str, ...]) -> str:
    """Return what is left of a name when the ways to transliterate it are taken out: «بوتين» and «بوتن» sound the same.

    Long vowels go but at a word's start, and letters that stand for the same foreign sound become one. Good for names
    that came from other scripts only: in Arabic names the vowels tell «صالح» from «صلاح».
    """
    return " ".join(word[:1].translate(_SAME) + _VOWELS.sub("", word[1:].translate(_SAME)) for word in row)


def bare(written: str) -> str:
    """Return a text without vowel marks, tatweel, invisible characters and underscores, its spaces single.

    Presentation forms, as texts out of PDF files have them, become the letters that they show.
    """
    if _BARE.fullmatch(written):
        return written
    shown = _PRESENTATION_FORM.sub(_letters_shown, written)
    kept = "".join(
        letter for letter in shown if letter != "ـ" and unicodedata.category(letter) not in ("Mn", "Me", "Cf")
    ).replace("_", " ")
    return _SPACES.sub(" ", kept).strip()


def _letters_shown(form: re.Match[str]) -> str:
    """One of them may show a whole phrase («ﷺ»), which is one word as in `isnad.text.words`."""
    letters = "".join(letter for letter in unicodedata.normalize("NFKC", form[0]) if letter.isalnum())
    return letters or form[0]


def _word(word: str, known: Vocabulary) -> str:
    return known.name_spellings.get(fold(word), word)

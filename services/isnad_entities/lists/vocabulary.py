"""What is known of a word by itself: ordinary, a given name, a title, a nationality … (pure; the lists are in `data/`).

Facts are worked out once per normalised word and remembered, so the cost per word of a text is one look-up.
"""

from dataclasses import dataclass
from functools import cache

from isnad.text.words import fold
from isnad_entities.lists.files import sections, spellings, table, written_words
from isnad_entities.words.byword import ByWord
from isnad_entities.words.clitics import splits
from isnad_entities.words.inflection import Inflection, is_described, is_misshapen

_NATIONALITY_PREFIXES = ("", "ال", "لل", "بال", "وال", "فال", "كال", "ولل", "و", "ب", "ل")
_NATIONALITY_SUFFIXES = ("", "ه", "ون", "ين", "ات", "ان", "تين", "تان", "و")
_ALI = "علي"
"""A name and, where ya and alef maqsura are one, a preposition."""

_NO_WORD_LISTS = frozenset({"country follows", "adjective follows", "place, compound"})
"""Triggers among which names stand."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one normalised word."""

    ordinary: bool
    """A word of the language, or a clitic with one; no name by itself."""
    verb: bool
    given: int
    """2: a given name; 1: a given name that is an ordinary word as well; 0: none."""
    family: bool
    particle: bool
    """A small word inside a name: بن, أبو, آل, دي."""
    nationality: bool
    title: bool
    between: bool
    """May stand between a title and the name."""
    misshapen: bool
    """Its form is no name's: digits, a verb's or a verbal noun's form, clitics."""
    unlike_name: bool
    """Its form is no person's name: misshapen, or a plural or an adjective with the article."""
    name_cuts: tuple[int, ...]
    """After how many letters a given name begins; empty where none does."""

    @property
    def of_person(self) -> bool:
        """Known as a part of personal names."""
        return self.given > 0 or self.family

    @property
    def unknown(self) -> bool:
        """No list has it and its form speaks for a name: what a title may license."""
        return not (self.ordinary or self.nationality or self.unlike_name or self.title)


class Vocabulary:
    """The lists of words, and the facts of each word."""

    def __init__(self) -> None:
        ordinary = sections("ordinary")
        names = sections("names")
        self.triggers = sections("triggers")
        stems = frozenset().union(
            *ordinary.values(), *(held for kind, held in self.triggers.items() if kind not in _NO_WORD_LISTS)
        )
        self._inflection = Inflection(stems, ordinary["verbs"])
        self._listed = frozenset().union(*ordinary.values())
        self._given = (names["given"] | names["ordinary too"]) - (ordinary["particles"] - {_ALI})
        self._weak_given = self._given & (names["ordinary too"] | self._listed)
        self._family = names["family"]
        self._particles = names["particle"]
        self._nationalities = _nationalities()
        self.country_of = _countries()
        """The country (ISO 3166-1 alpha-2) of adjectives of nationality, in all their forms."""
        self.nationality_spellings = _nationality_spellings()
        """The adjectives with the article, by normalised word, each in one spelling: «الأميركية» for «الأمريكية»."""
        self._facts = ByWord(self._find)
        self.name_spellings = written_words("names", "family") | written_words("names", "given")

    def facts(self, word: str) -> Facts:
        """Return what is known of a normalised word."""
        return self._facts[word]

    def is_trigger(self, word: str, kind: str) -> bool:
        """Whether the word, clitics taken off, is listed under this section of the triggers."""
        held = self.triggers[kind]
        return word in held or any(rest in held for _, rest in splits(word))

    def _find(self, word: str) -> Facts:
        given = 1 if word in self._weak_given else 2 if word in self._given else 0
        family = word in self._family
        nationality = word in self._nationalities
        listed = word in self._listed
        ordinary = listed or given == 1 or (not (given or family) and self._inflection.is_ordinary(word))
        cuts = [
            cut
            for cut, rest in splits(word)
            if cut
            and not rest.startswith("ال")
            and (rest in self._given or rest in ("ابو", "ابي"))
            and not (given or listed)
        ]
        return Facts(
            ordinary=ordinary,
            verb=self._inflection.is_verb(word),
            given=given,
            family=family,
            particle=word in self._particles,
            nationality=nationality,
            title=any(rest in self.triggers["title"] for _, rest in splits(word)),
            between=any(rest in self.triggers["between"] for _, rest in splits(word)),
            misshapen=not (given or family) and is_misshapen(word),
            unlike_name=not (given or family) and (is_misshapen(word) or is_described(word)),
            name_cuts=((0,) if given else ()) + tuple(cuts),
        )


def _nationalities() -> frozenset[str]:
    stems = {fold(adjective) for row in table("territories") for adjective in spellings(row["adjectives"])}
    more = sections("nationalities")
    stems |= more["adjectives"]
    forms = {
        prefix + stem + suffix
        for stem in stems
        if " " not in stem
        for prefix in _NATIONALITY_PREFIXES
        for suffix in _NATIONALITY_SUFFIXES
    }
    peoples = {prefix + people for people in more["peoples"] for prefix in _NATIONALITY_PREFIXES}
    return frozenset(forms | peoples)


def _countries() -> dict[str, str]:
    return {
        prefix + fold(adjective) + suffix: row["iso"]
        for row in table("territories")
        for adjective in spellings(row["adjectives"])
        if " " not in adjective
        for prefix in _NATIONALITY_PREFIXES
        for suffix in _NATIONALITY_SUFFIXES
    }


def _nationality_spellings() -> dict[str, str]:
    return {
        fold(f"ال{adjective}{ending}"): f"ال{adjectives[0]}{ending}"
        for row in table("territories")
        if (adjectives := spellings(row["adjectives"]))
        for adjective in adjectives
        for ending in ("", "ة")
    }


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary of the data files, read once."""
    return Vocabulary()

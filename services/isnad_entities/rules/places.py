"""Places that are on no list, after the words that say so: «بلدة خشام», «بلدات سقبا وحمورية وعربين» (pure)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from isnad_entities.lists.lexicon import Lexicon, Match
from isnad_entities.lists.vocabulary import Vocabulary
from isnad_entities.words.passage import Gap, Passage

_MOST_IN_A_ROW = 12
_DESCRIPTION = re.compile(r"[^ا]..+يه|م...+ه")
"""Adjectives and participles that describe a place: «منطقة حدودية», «مناطق متفرقة»."""

_CLITICS = ("و", "ف", "ب", "ل", "ك", "وب", "ول", "فب", "فل")


@dataclass(frozen=True, slots=True)
class PlaceName:
    """Words `first` to `last` name a place; `match` where it is on a list."""

    first: int
    last: int
    cut: int
    match: Match | None = None


class Places:
    """Finds the places after trigger words."""

    def __init__(self, lexicon: Lexicon, vocabulary: Vocabulary) -> None:
        self._lexicon = lexicon
        self._vocabulary = vocabulary
        triggers = vocabulary.triggers
        self._one = triggers["place"] | triggers["place, loosely"]
        self._loose = triggers["place, loosely"] | triggers["places, loosely"]
        self._many = triggers["places"] | triggers["places, loosely"]
        self._inside = triggers["place, inside the name"]
        self._frames = self._one | self._many | self._inside
        self._directions = triggers["place, known"]
        self._compound = triggers["place, compound"]

    def licenses(self, word: str) -> bool:
        """Whether the word says that a place follows."""
        return any(rest in self._frames for rest in _forms(word))

    def frames(self, passage: Passage, place: int, *, minor: bool) -> bool:
        """Whether the word before says that an ordinary word here is a place's name (of a `minor` town, for sure)."""
        if passage.gap(place) not in (Gap.SPACE, Gap.QUOTE):
            return False
        # «شرقي المدينة» is the town's east, not Medina's.
        frames = self._frames if minor or passage.word(place).startswith("ال") else self._frames | self._directions
        before = frozenset(_forms(passage.word(place - 1)))
        return bool(before & frames) and not (minor and before & self._loose)

    def after(self, passage: Passage, place: int) -> Iterator[PlaceName]:
        """Yield the places that the trigger word at `place` announces."""
        forms = frozenset(_forms(passage.word(place)))
        whole = self._inside_name(passage, place) if forms & self._inside else None
        if whole:
            yield whole
        elif forms & self._many:
            yield from self._row(passage, place + 1)
        elif forms & self._one:
            name = self._name(passage, place + 1, 0, loose=bool(forms & self._loose))
            if name:
                yield name

    def _row(self, passage: Passage, place: int) -> Iterator[PlaceName]:
        """«سقبا وحمورية، عربين»: one name after another."""
        name = self._name(passage, place, 0, loose=False)
        for _ in range(_MOST_IN_A_ROW):
            if name is None:
                return
            yield name
            following = name.last + 1
            joined = passage.word(following).startswith("و")
            gap = passage.gap(following)
            if not (gap is Gap.COMMA or (gap is Gap.SPACE and joined)):
                return
            name = self._name(passage, following, 1 if joined else 0, loose=True)

    def _inside_name(self, passage: Passage, place: int) -> PlaceName | None:
        """«جبل الشيخ», «تل الجعابي»: the trigger is the name's first word."""
        word = passage.word(place)
        cut = next((len(word) - len(rest) for rest in _forms(word) if rest in self._inside), 0)
        following = self._vocabulary.facts(passage.word(place + 1))
        if not passage.tight(place + 1) or (not following.unknown and not following.of_person):
            return None
        return PlaceName(place, place + 1, cut)

    def _name(self, passage: Passage, place: int, cut: int, *, loose: bool) -> PlaceName | None:
        if place > 0 and passage.gap(place) is Gap.STOP:
            return None
        for match in self._lexicon.match(passage, place):
            if match.pattern.framed and match.pattern.minor and loose:
                continue  # «جبهة الساحل» is no town
            if match.entity.type == "LOC" and match.cut in (0, cut):
                if match.length == 1 and self._vocabulary.facts(passage.word(place)).nationality:
                    return None  # «مناطق سورية»
                return PlaceName(place, match.last, match.cut, match)
        word = passage.word(place)[cut:]
        facts = self._vocabulary.facts(word)
        if word in self._compound and passage.tight(place + 1):
            second = self._vocabulary.facts(passage.word(place + 1))
            if not (second.verb or second.between or second.misshapen):
                return PlaceName(place, place + 1, cut)
        if facts.ordinary or facts.nationality or facts.title or facts.misshapen or facts.given == 1 or len(word) < 3:
            return None
        if _DESCRIPTION.fullmatch(word) or (loose and word.endswith(("يه", "ي"))):
            return None
        return PlaceName(place, place, cut)


def _forms(word: str) -> tuple[str, ...]:
    """The word, and the word without conjunction and preposition."""
    cut = (word[len(clitic) :] for clitic in _CLITICS if word.startswith(clitic) and len(word) > len(clitic) + 1)
    return (word, *cut)

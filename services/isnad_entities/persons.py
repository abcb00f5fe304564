"""Persons that are on no list: after a title, or by a given name (pure).

A name goes on for as long as its words are known parts of names, or are unknown and look like none of the language's
ordinary words. What starts one: a given name with a second name behind it, a kunya («أبو محمد …»), or any unknown word
that a title licenses («المتحدث باسم الوزارة، أنور جيناكوف»).
"""

from dataclasses import dataclass
from enum import IntEnum

from isnad_entities.lexicon import Lexicon
from isnad_entities.passage import Gap, Passage
from isnad_entities.vocabulary import Facts, Vocabulary

_LONGEST = 6
_MOST_UNKNOWN = 3
_SHORTEST_ALONE = 4
"""Letters of an unknown word that a title may make a name of by itself."""

_KUNYA = frozenset({"ابو", "ابي", "ابا"})
_BEFORE_GOD = frozenset(
    {"نصر", "عبد", "فضل", "حمد", "خير", "جار", "عطا", "رحمه", "سعد", "فتح", "عنايه", "روح", "ضيف", "حسب", "جاد", "رزق"}
)
_SERVANT = "عبد"
_PLACELIKE = ("ستان", "لاند", "اباد", "غراد", "بورغ", "بورج", "فيل")


class Licence(IntEnum):
    """How much the words before a place speak for a person's name."""

    NONE = 0
    FAR = 1
    """A title stands before, with other words between."""
    NEAR = 2
    """A title, or its adjective, stands right before."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words `first` to `last` are a person's name; `cut` letters of clitics stand before it."""

    first: int
    last: int
    cut: int

    @property
    def length(self) -> int:
        """Number of words."""
        return self.last - self.first + 1


class Persons:
    """Finds persons' names by their words."""

    def __init__(self, lexicon: Lexicon, vocabulary: Vocabulary) -> None:
        self._lexicon = lexicon
        self._vocabulary = vocabulary

    def at(self, passage: Passage, place: int, facts: Facts, licence: Licence) -> Run | None:
        """Return the person's name that begins at a word, if one does."""
        if facts.between and passage.word(place) not in _KUNYA:
            return None
        for cut in facts.name_cuts:
            run = self._by_given_name(passage, place, cut, licence)
            if run:
                return run
        if facts.particle and passage.word(place) in _KUNYA:
            return self._by_kunya(passage, place, 0, licence)
        if licence and facts.family and not facts.title:
            return Run(place, self._end(passage, place, unknown=0), 0)
        if licence and facts.unknown and not self._is_elsewhere(passage, place):
            return self._by_title(passage, place, licence)
        return None

    def _by_given_name(self, passage: Passage, place: int, cut: int, licence: Licence) -> Run | None:
        word = passage.word(place)[cut:]
        if word in _KUNYA:
            return self._by_kunya(passage, place, cut, licence)
        if word == _SERVANT and not passage.word(place + 1).startswith("ال"):
            return None
        if _is_preposition(passage, place):
            return None
        given = self._vocabulary.facts(word).given
        last = self._end(passage, place, unknown=0)
        if last == place:
            return None
        second = self._vocabulary.facts(passage.word(place + 1))
        surname = second.family or second.particle or self._is_surname(passage, place + 1)
        if given == 2 or licence is Licence.NEAR or surname or (second.given == 2 and (licence or last > place + 1)):
            return Run(place, last, cut)
        return None

    def _by_kunya(self, passage: Passage, place: int, cut: int, licence: Licence) -> Run | None:
        if not passage.tight(place + 1):
            return None
        second = self._vocabulary.facts(passage.word(place + 1))
        if not (second.of_person or (licence and second.unknown)):
            return None
        last = self._end(passage, place + 1, unknown=0)
        following = self._vocabulary.facts(passage.word(last + 1))
        # «أبو إسلام البلجيكي»: such men go by where they come from.
        if (
            last == place + 1
            and passage.tight(last + 1)
            and passage.word(last + 1).startswith("ال")
            and following.nationality
        ):
            last += 1
        return Run(place, last, cut)

    def _by_title(self, passage: Passage, place: int, licence: Licence) -> Run | None:
        last = self._end(passage, place, unknown=1)
        word = passage.word(place)
        if last > place:
            return Run(place, last, 0)
        alone = licence is Licence.NEAR and len(word) >= _SHORTEST_ALONE and not word.startswith(("ال", "ل"))
        return Run(place, last, 0) if alone and not word.endswith(_PLACELIKE) else None

    def _end(self, passage: Passage, place: int, unknown: int) -> int:
        """The last word of a name of which one word is known, `unknown` of them on no list."""
        last = place
        while last - place + 1 < _LONGEST and passage.tight(last + 1):
            word = passage.word(last + 1)
            facts = self._vocabulary.facts(word)
            if word == "الله":
                if passage.word(last) not in _BEFORE_GOD:
                    break
            elif facts.particle and not facts.given:
                if not self._goes_on(passage, last + 2):
                    break
                last += 1
            elif _is_preposition(passage, last + 1):
                break
            elif not (facts.of_person or self._is_surname(passage, last + 1)):
                if not facts.unknown or unknown >= _MOST_UNKNOWN or self._is_elsewhere(passage, last + 1):
                    break
                if passage.text[passage.tokens[last + 1].end - 1] == "ً":
                    break
                unknown += 1
            last += 1
        return last

    def _goes_on(self, passage: Passage, place: int) -> bool:
        """Whether the word behind a particle belongs to the name."""
        facts = self._vocabulary.facts(passage.word(place))
        return passage.tight(place) and (
            facts.of_person
            or facts.particle
            or not (facts.ordinary or facts.unlike_name)
            or passage.word(place) == "الله"
        )

    def _is_surname(self, passage: Passage, place: int) -> bool:
        """Whether a listed person goes by this word alone."""
        return any(
            not cut and pattern.entity.type == "PER" and len(pattern.words) == 1
            for cut, pattern in self._lexicon.starts(passage.word(place))
        )

    def _is_elsewhere(self, passage: Passage, place: int) -> bool:
        """Whether something else than a person begins here: a place, an organisation, a clitic before a name."""
        if any(
            match.entity.type != "PER" and not match.pattern.framed for match in self._lexicon.match(passage, place)
        ):
            return True
        word = passage.word(place)
        return any(cut and not pattern.framed for cut, pattern in self._lexicon.starts(word)) or (
            passage.gap(place) > Gap.JOINT and word.startswith(("و", "ف"))
        )


def _is_preposition(passage: Passage, place: int) -> bool:
    """Whether «علي» is the preposition «على»; in Egypt both are written with ya, and only luck tells them apart."""
    return passage.word(place) == "علي" and passage.written(place, place).endswith("ى")

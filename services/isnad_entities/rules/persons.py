"""Persons that are on no list: after a title, or by a given name (pure).

A name goes on for as long as its words are known parts of names, or are unknown and look like none of the language's
ordinary words. What starts one: a given name with a second name behind it, a kunya («أبو محمد …»), or any unknown word
that a title licenses («المتحدث باسم الوزارة، أنور جيناكوف»).
"""

from dataclasses import dataclass
from enum import IntEnum

from isnad_entities.lists.lexicon import Lexicon
from isnad_entities.lists.vocabulary import Facts, Vocabulary
from isnad_entities.words.passage import Gap, Passage

_LONGEST = 6
_MOST_UNKNOWN = 3
_MOST_PARTICLES = 4
_SHORTEST_ALONE = 4
"""Letters of an unknown word that a title may make a name of by itself."""

_KUNYA = frozenset({"ابو", "ابي", "ابا"})
_BEFORE_GOD = frozenset(
    {"نصر", "عبد", "فضل", "حمد", "خير", "جار", "عطا", "رحمه", "سعد", "فتح", "عنايه", "روح", "ضيف", "حسب", "جاد", "رزق"}
)
_SERVANT = "عبد"
_HOUSE = "ال"
"""«آل ثاني», «آل صباح»: any word may be the house's name."""

_SON = frozenset({"بن", "ابن"})
_ENDINGS = frozenset({"الدين", "اوغلو", "اغلو", "زاده"})
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
        if licence and facts.family and not (facts.title or facts.nationality):
            return Run(place, self._end(passage, place, unknown=0), 0)
        if licence and facts.unknown and not self._is_elsewhere(passage, place):
            return self._by_title(passage, place, licence)
        return None

    def end(self, passage: Passage, place: int) -> int:
        """Return the last word of a name of which the word at `place` is known to be a part."""
        return self._end(passage, place, unknown=0)

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
        if last == place or (word == _SERVANT and last == place + 1):
            return None
        if word == _SERVANT:
            return Run(place, last, cut)
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
        word = passage.word(place)
        facts = self._vocabulary.facts(word)
        if word.startswith("ل") and word[1] not in "اوي" and not facts.of_person:
            return None  # «لمحترفي …»: the preposition, rather than «لودريان»
        last = self._end(passage, place, unknown=1)
        if last > place:
            return Run(place, last, 0)
        # One given name tells nobody apart.
        alone = (
            licence is Licence.NEAR and len(word) >= _SHORTEST_ALONE and not word.startswith("ال") and not facts.given
        )
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
            elif word in _ENDINGS or (passage.word(last) == _SERVANT and word.startswith("ال")):
                pass
            elif facts.particle and not facts.given:
                behind = self._behind_particles(passage, last + 1)
                if behind is None:
                    break
                last = behind - 1
            elif last > place and facts.title and facts.given:
                break  # «كريستوفر هيل مساعد وزيرة …»
            elif _is_preposition(passage, last + 1):
                break
            elif not (facts.of_person or self._is_surname(passage, last + 1)):
                if not facts.unknown or unknown >= _MOST_UNKNOWN or self._is_elsewhere(passage, last + 1, inside=True):
                    break
                if passage.text[passage.tokens[last + 1].end - 1] == "ً":
                    break
                unknown += 1
            last += 1
        return last

    def _behind_particles(self, passage: Passage, place: int) -> int | None:
        """The word of the name behind a row of particles («بن أبي وقاص»), or None where they belong to no name."""
        particle, start = "", place
        while passage.tight(place) and place - start < _MOST_PARTICLES:
            word = passage.word(place)
            facts = self._vocabulary.facts(word)
            if facts.particle and not facts.given:
                particle, place = word, place + 1
                continue
            if facts.of_person or word == "الله" or particle == _HOUSE:
                return place
            strange = facts.misshapen and particle not in _SON
            return None if facts.ordinary or facts.title or strange else place
        return None

    def _is_surname(self, passage: Passage, place: int) -> bool:
        """Whether a listed person goes by this word alone."""
        return any(
            not cut and pattern.entity.type == "PER" and len(pattern.words) == 1
            for cut, pattern in self._lexicon.starts(passage.word(place))
        )

    def _is_elsewhere(self, passage: Passage, place: int, *, inside: bool = False) -> bool:
        """Whether something else than a person begins here: a place, an organisation, a clitic before a name."""
        if any(
            match.entity.type != "PER" and not (match.pattern.framed or (match.pattern.minor and inside))
            for match in self._lexicon.match(passage, place)
        ):
            return True
        word = passage.word(place)
        return any(cut and not (pattern.framed or pattern.minor) for cut, pattern in self._lexicon.starts(word)) or (
            passage.gap(place) > Gap.JOINT and word.startswith(("و", "ف"))
        )


def _is_preposition(passage: Passage, place: int) -> bool:
    """Whether «علي» is the preposition «على»; in Egypt both are written with ya, and only luck tells them apart."""
    return passage.word(place) == "علي" and passage.written(place, place).endswith("ى")

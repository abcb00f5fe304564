"""Organisations and events that are on no list, by the words that announce them (pure).

«وزارة الدفاع الروسية», «الجيش السوري», «الخارجية التركية», «حزب النور», «شركة كذا», and what stands in quotation marks
after such a word: «حزب «…»», «عملية «…»».
"""

from dataclasses import dataclass

from isnad.messages import EntityType
from isnad_entities.lists.lexicon import Lexicon, Match
from isnad_entities.lists.vocabulary import Vocabulary
from isnad_entities.words.passage import Gap, Passage

_LONGEST_QUOTED = 6
_LONGEST_MINISTRY = 5
_LONGEST_PARTY = 4
_MINISTRIES = frozenset({"وزاره", "وزارتي", "وزارتا"})
_FEMININE = frozenset({"الاستخبارات", "المخابرات"})
_RELATIVE = frozenset({"الذي", "التي", "الذين"})
_PARTY = "حزب"
_CLITICS = ("وب", "ول", "فب", "فل", "و", "ف", "ب", "ل", "ك")
_OPENING = frozenset("«\"“„‟'‘([")
_CLOSING = frozenset("»\"”“'’)]")


@dataclass(frozen=True, slots=True)
class Body:
    """Words `first` to `last` name an organisation or an event."""

    first: int
    last: int
    cut: int
    type: EntityType
    prefix: str = ""
    """What the canonical name begins with beyond the words."""


class Organisations:
    """Finds organisations by their announcing words."""

    def __init__(self, lexicon: Lexicon, vocabulary: Vocabulary) -> None:
        self._lexicon = lexicon
        self._vocabulary = vocabulary
        self._triggers = vocabulary.triggers
        self._starting = _MINISTRIES.union(
            *(
                held
                for kind, held in self._triggers.items()
                if kind.startswith(("organisation", "ministry", "national", "event"))
            )
        )

    def frames(self, passage: Passage, place: int) -> bool:
        """Whether the word before says that an ordinary word here is an organisation's name."""
        before = self._bare(passage.word(place - 1))
        return passage.gap(place) in (Gap.SPACE, Gap.QUOTE) and before in self._triggers["organisation"]

    def names_office(self, passage: Passage, match: Match) -> bool:
        """Whether a ministry's name belongs to its head's office: «وزيرة الخارجية الأميركية»."""
        if passage.word(match.first)[match.cut :] not in self._triggers["ministry, by itself"]:
            return False
        return passage.tight(match.first) and self._vocabulary.facts(passage.word(match.first - 1)).title

    def at(self, passage: Passage, place: int) -> Body | None:
        """Return the organisation or event that begins at, or is announced by, the word."""
        word = passage.word(place)
        bare = self._bare(word)
        cut = len(word) - len(bare)
        if bare in _MINISTRIES:
            return self._ministry(passage, place, cut)
        if bare in self._triggers["ministry, by itself"] or bare in self._triggers["national body"]:
            return self._national(passage, place, cut, bare)
        if bare in self._triggers["organisation"]:
            return (
                self._quoted(passage, place, "ORG")
                or (self._party(passage, place, cut) if bare == _PARTY else None)
                or self._announced(passage, place, cut, bare)
            )
        if bare in self._triggers["event"]:
            return self._quoted(passage, place, "MISC")
        return None

    def starts(self, word: str) -> bool:
        """Whether the word can announce an organisation or an event."""
        return self._bare(word) in self._starting

    def _bare(self, word: str) -> str:
        """The word without conjunction and preposition."""
        if word not in self._starting:
            for clitic in _CLITICS:
                if word.startswith(clitic) and word[len(clitic) :] in self._starting:
                    return word[len(clitic) :]
        return word

    def _ministry(self, passage: Passage, place: int, cut: int) -> Body | None:
        last = place
        while (
            last - place < _LONGEST_MINISTRY
            and passage.tight(last + 1)
            and passage.word(last + 1) in self._triggers["ministry"]
        ):
            last += 1
        if last == place:
            return None
        if passage.tight(last + 1) and self._is_national(passage.word(last + 1)):
            last += 1
        return Body(place, last, cut, "ORG")

    def _national(self, passage: Passage, place: int, cut: int, bare: str) -> Body | None:
        if not (passage.tight(place + 1) and self._is_national(passage.word(place + 1))):
            return None
        ministry = bare in self._triggers["ministry, by itself"]
        if bare in _FEMININE and not passage.word(place + 1).endswith("ه"):
            return None  # «رئيس الاستخبارات الروسي»
        # «وزير الخارجية التركي»: the adjective is the minister's.
        if ministry and not passage.word(place + 1).endswith("ه"):
            return None
        if ministry and place and passage.tight(place) and self._vocabulary.facts(passage.word(place - 1)).title:
            return None
        return Body(place, place + 1, cut, "ORG", "وزارة " if ministry else "")

    def _is_national(self, word: str) -> bool:
        return word.startswith("ال") and self._vocabulary.facts(word).nationality

    def _quoted(self, passage: Passage, place: int, kind: EntityType) -> Body | None:
        opening = passage.between(place + 1)
        if passage.gap(place + 1) is not Gap.QUOTE or not _OPENING & set(opening) or "(" in opening:
            return None
        for last in range(place + 1, min(place + 1 + _LONGEST_QUOTED, len(passage))):
            if last > place + 1 and passage.gap(last) > Gap.JOINT:
                return None
            if _CLOSING & set(passage.between(last + 1).strip()[:2]):
                word = passage.word(last)
                alone = last == place + 1 and self._vocabulary.facts(word).ordinary
                # «صحيفة «السفير»», but not «منظمة «إرهابية»».
                titled = word.startswith("ال") and self._bare(passage.word(place)) in self._triggers["medium"]
                return None if alone and not titled else Body(place + 1, last, 0, kind)
        return None

    def _party(self, passage: Passage, place: int, cut: int) -> Body | None:
        """«حزب العمل», «حزب الحرية والعدالة المصري»: definite words, until something else comes."""
        last = place
        while last - place < _LONGEST_PARTY and passage.tight(last + 1):
            word = passage.word(last + 1)
            facts = self._vocabulary.facts(word)
            definite = word.startswith("ال") or (last > place and word.startswith("وال"))
            if (
                not definite
                or word in _RELATIVE
                or facts.verb
                or facts.title
                or (last > place and not word.startswith("وال") and not word.endswith(("ي", "يه")))
            ):
                break
            last += 1
        return Body(place, last, cut, "ORG") if last > place else None

    def _announced(self, passage: Passage, place: int, cut: int, bare: str) -> Body | None:
        """«شركة كذا»: one unknown word, or a listed place as in «جامعة القاهرة»."""
        if bare not in self._triggers["organisation, alone"] or not passage.tight(place + 1):
            return None
        inside = bare in self._triggers["organisation, inside the name"]
        for match in self._lexicon.match(passage, place + 1):
            if match.cut == 0 and match.entity.type in ("LOC", "PER") and inside:
                return Body(place, match.last, cut, "ORG")
            if not match.pattern.framed:
                return None
        facts = self._vocabulary.facts(passage.word(place + 1))
        if not facts.unknown or facts.of_person:
            return None
        return Body(place, place + 1, cut, "ORG") if inside else Body(place + 1, place + 1, 0, "ORG")

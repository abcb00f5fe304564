"""What a stretch of words is made of: agencies, places, outlets, «المصدر» and the like, or anything else (pure).

A sign-off or a by-line is a row of segments between dashes, slashes, commas, brackets and quotation marks, as in
«ي.ب/ ع.غ (أ ف ب، رويترز)» or «القدس - وكالات».
"""

from dataclasses import dataclass

from isnad.text.dateline_names import COUNTRIES, MONTHS, PLACES
from isnad.text.words import words
from isnad_entities.lists.lexicon import Entity, Lexicon, Match
from isnad_entities.wires.agencies import Agencies
from isnad_entities.words.passage import Gap, Passage

_SOURCE = frozenset(words("المصدر مصدر المصادر مصادر نقلا"))
_PICTURES = frozenset(words("صورة الصورة صور الصور تصوير فيديو الفيديو عدسة بعدسة لقطة"))
_FILL = _SOURCE | frozenset(
    words(
        """
        عن من و في مع إعداد خاص متابعة متابعات مراسل مراسلو مراسلنا تحرير ترجمة مكتب خدمة بالاتفاق بالتعاون الأنباء
        أنباء صحف مواقع وصحف ومواقع عواصم عالمية دولية عربية ت غ السبت الأحد الاثنين الثلاثاء الأربعاء الخميس الجمعة
        """
    )
)
_PLACES = PLACES | COUNTRIES
_LONGEST_PLACE = max(map(len, _PLACES))
_BESIDE = _FILL | _PICTURES | MONTHS
_TATWEEL = "ـ"
_NO_DOMAIN = frozenset(words("نت كوم أورغ net com org"))
_SHORTEST_WORD = 3
"""Letters of a word behind a full stop without a space that is no abbreviation."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Words `first` to `last` of a passage, and what they are."""

    first: int
    last: int
    agencies: tuple[Match, ...]
    known: bool
    """Nothing in it but agencies, places, outlets and words that stand beside these."""
    place: bool
    source: bool
    """It says «المصدر» or «نقلا»."""
    picture: bool

    @property
    def of_agencies(self) -> bool:
        """It names agencies and holds nothing unknown."""
        return self.known and bool(self.agencies)


class Segments:
    """Reads stretches of words into segments."""

    def __init__(self, agencies: Agencies, lexicon: Lexicon) -> None:
        self._agencies = agencies
        self._lexicon = lexicon

    def read(self, passage: Passage, first: int, last: int) -> list[Segment]:
        """Return the segments of the words `first` to `last`, in order."""
        found: list[Segment] = []
        at = first
        while at <= last:
            found.append(self._segment(passage, at, last))
            at = found[-1].last + 1
        return found

    def may_hold(self, passage: Passage, place: int) -> bool:
        """Whether a known segment can hold the agency that begins at a word: a quick test of the word before it."""
        before = passage.word(place - 1)
        return (
            place == 0
            or is_apart(passage, place)
            or before in _FILL
            or len(before) == 1
            or bool(self._lexicon.starts(before))
        )

    def town(self, match: Match) -> Entity | None:
        """Return the town that has an agency's name: «قنا» lies in Egypt, and is Qatar's agency."""
        if not match.pattern.framed:
            return None
        listed = self._lexicon.known(match.pattern.words)
        return listed.entity if listed is not None and listed.entity.type == "LOC" else None

    def countries(self, passage: Passage, first: int, last: int, but: Match) -> set[str]:
        """Return the countries of the listed places among the words `first` to `last`, leaving out those of a match."""
        return {
            match.entity.country
            for at in range(first, last + 1)
            if not but.first <= at <= but.last
            for match in self._lexicon.match(passage, at)
            if match.entity.type == "LOC" and match.entity.country and not match.pattern.framed and match.last <= last
        }

    def _segment(self, passage: Passage, first: int, limit: int) -> Segment:
        agencies: list[Match] = []
        known, place, source, picture = True, False, False, False
        at = first
        while at <= limit and (at == first or not is_apart(passage, at)):
            agency = self._agencies.framed(passage, at)
            if agency and agency.last <= limit:
                agencies.append(agency)
                at = agency.last + 1
                continue
            word = passage.word(at)
            if word in _BESIDE or word.isdigit() or len(word) == 1:
                source = source or word in _SOURCE
                picture = picture or word in _PICTURES
                at += 1
                continue
            name = self._name(passage, at, limit)
            if name:
                place = place or name[1]
                at = name[0]
            known = known and name is not None
            at += 1
        return Segment(first, at - 1, tuple(agencies), known, place, source, picture)

    def _name(self, passage: Passage, at: int, limit: int) -> tuple[int, bool] | None:
        """The last word of the place or outlet that begins at a word, if one does, and whether it is a place."""
        for match in self._lexicon.match(passage, at):
            if (
                match.entity.type in ("LOC", "ORG")
                and not match.pattern.framed
                and match.last <= limit
                and match.cut <= passage.word(at).startswith("و")
            ):
                return match.last, match.entity.type == "LOC"
        for length in range(min(_LONGEST_PLACE, limit - at + 1), 0, -1):
            if tuple(passage.word(at + step) for step in range(length)) in _PLACES:
                return at + length - 1, True
        return None


def is_apart(passage: Passage, place: int) -> bool:
    """Whether a word begins a new segment: anything but a space, or a full stop of an abbreviation, is before it."""
    gap = passage.gap(place)
    mark = passage.between(place)
    if gap is Gap.SPACE:
        return _TATWEEL in mark  # between spaces it is a dash
    if gap is not Gap.JOINT:
        return True
    if mark != ".":
        return mark not in ("'", "’")
    before, after = passage.word(place - 1), passage.word(place)
    return min(len(before), len(after)) >= _SHORTEST_WORD and after not in _NO_DOMAIN

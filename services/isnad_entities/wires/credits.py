"""Which news agencies an article credits as its source, and which it merely quotes (pure).

A credit stands where no sentence is (`frames` says where). Everything else that names an agency, «لوكالة فرانس برس» or
«ونقلت رويترز», quotes it. Where it can't be told, it is called quoted: to say who had a report first takes certainty.

Names that are ordinary words too («معا», «واس», «وكالات») count only inside such a frame, behind «وكالة», or where
somebody cites them («حسبما نقلت واس»).
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from isnad.messages import Credit, Dateline
from isnad.text.words import words
from isnad_entities.lists.lexicon import Lexicon, Match
from isnad_entities.wires.agencies import Agencies
from isnad_entities.wires.frames import SCORES, Framed, Frames
from isnad_entities.wires.segments import Segments
from isnad_entities.words.clitics import offset_after, splits
from isnad_entities.words.passage import Gap, Passage

MOST_CREDITS = 200
"""Credits kept of one article."""

_QUOTED = 0.99
"""How surely an agency that is called quoted is that; see `SCORES`."""

_AGENCY = frozenset(words("وكالة وكالتي الوكالة للوكالة وكالتا"))
_CITING = frozenset(
    words(
        """
        نقلت نقلته نقلتها ذكرت ذكرته ذكرتها أفادت أوردت أوردته أوردتها بثت بثته بثتها نشرت نشرته نشرتها حسب بحسب وفق
        مراسل مراسلة مراسلي مصور موفد مندوب
        """
    )
)
_SAYING = frozenset(words("قالت أضافت أكدت أوضحت"))
_THAT = frozenset(words("إن أن إنه إنها"))
_AGENCIES_AT_LARGE = "وكالات"
_REACH_BACK = 5
"""Words back to «وكالة» that a quoted name may stand: «وكالة أنباء النظام «سانا»»."""


class Credits:
    """Finds agencies and tells credit from quotation."""

    def __init__(self, agencies: Agencies, names: Lexicon) -> None:
        self._agencies = agencies
        self._frames = Frames(agencies, Segments(agencies, names))

    def find(self, passages: Sequence[Passage], dateline: Dateline | None, author: str | None) -> list[Credit]:
        """Return the agencies that an article names, in the order in which they stand, the author's last.

        Without a dateline one is looked for.
        """
        found: list[Credit] = []
        for passage in passages:
            places = self._agencies.places(passage)
            if not places:
                continue
            framed: Iterator[Framed] = iter(())
            if passage.field == "body":
                framed = self._frames.body(passage, places, dateline)
            found.extend(islice(self._read(passage, places, framed), MOST_CREDITS))
        if author:
            passage = Passage.of("body", author)
            found.extend(self._credit(passage, one, "author") for one in self._frames.author(passage))
        return found[:MOST_CREDITS]

    def _read(self, passage: Passage, places: Sequence[int], framed: Iterator[Framed]) -> Iterator[Credit]:
        credited = {one.match.first: one for one in framed}
        behind = 0
        for place in places:
            if place < behind:
                continue
            one = credited.get(place)
            if one:
                behind = one.match.last + 1
                yield self._credit(passage, one, "body")
                continue
            match = self._quoted(passage, place)
            if match is None:
                continue
            behind = match.last + 1
            start = offset_after(passage.text, passage.starts[match.first], passage.ends[match.first], match.cut)
            if start is not None:
                end = passage.ends[match.last]
                yield Credit(
                    agency=match.entity.canonical,
                    role="quoted",
                    text=passage.text[start:end],
                    field=passage.field,
                    start=start,
                    end=end,
                    score=_QUOTED,
                )

    def _quoted(self, passage: Passage, place: int) -> Match | None:
        for match in self._agencies.match(passage, place):
            if not match.pattern.framed or (
                not match.cut and (self._behind_agency(passage, match) or self._cited(passage, match))
            ):
                return match
        return None

    def _behind_agency(self, passage: Passage, match: Match) -> bool:
        """Whether the word is named as an agency: «وكالة سانا», «وكالة الأنباء اليمنية (سبأ)»."""
        place = match.first
        before = passage.gap(place)
        if before is Gap.SPACE:
            if self._agencies.is_doubtful(match) and passage.word(match.last + 1).startswith("ل"):
                return False  # «الوكالة الوطنية للتشغيل», «الوكالة الفرنسية للتنمية»
            return passage.word(place - 1) == "انباء" or _without_clitics(passage.word(place - 1), _AGENCY)
        if before is not Gap.QUOTE or passage.gap(match.last + 1) is Gap.SPACE:
            return False
        for back in range(place - 1, max(place - 1 - _REACH_BACK, -1), -1):
            if _without_clitics(passage.word(back), _AGENCY):
                return True
            if passage.gap(back) > Gap.JOINT:
                return False
        return False

    def _cited(self, passage: Passage, match: Match) -> bool:
        """Whether somebody cites what it reported: «حسبما نقلت وام», «نقلا عن الأناضول», a headline «بلومبرغ: …»."""
        if self._agencies.is_doubtful(match) or match.entity.canonical == _AGENCIES_AT_LARGE:
            return False
        if match.first == 0:
            return passage.field == "title" and ":" in passage.between(match.last + 1)
        if passage.gap(match.first) > Gap.QUOTE:
            return False
        before = passage.word(match.first - 1)
        if _without_clitics(before, _SAYING):
            return passage.word(match.last + 1) in _THAT
        return _without_clitics(before, _CITING) or (before == "عن" and passage.word(match.first - 2) == "نقلا")

    def _credit(self, passage: Passage, framed: Framed, field: str) -> Credit:
        match = framed.match
        opening = passage.starts[match.first]
        start = offset_after(passage.text, opening, passage.ends[match.first], match.cut)
        start = opening if start is None else start
        end = passage.ends[match.last]
        return Credit(
            agency=match.entity.canonical,
            role="credit",
            text=passage.text[start:end],
            field="author" if field == "author" else "body",
            start=start,
            end=end,
            score=SCORES[framed.kind],
        )


def _without_clitics(word: str, held: frozenset[str]) -> bool:
    return any(rest in held for _, rest in splits(word))

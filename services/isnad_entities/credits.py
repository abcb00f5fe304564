"""Which news agencies an article credits as its source, and which it merely quotes (pure).

A credit stands where no sentence is: in the dateline («باريس – أ ف ب –»), in brackets behind the last sentence
(«… (دمشق، واشنطن – وكالات)»), in a line of its own, or in the author's field. Everything else that names an agency,
«لوكالة فرانس برس» or «ونقلت رويترز», quotes it. Where it can't be told, it is called quoted: to say who had a report
first takes certainty.

Names that are ordinary words too («معا», «واس», «وكالات») count only inside such a frame, or behind «وكالة».
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from isnad.messages import Credit, Dateline
from isnad.text.dateline import find_dateline
from isnad.text.words import words
from isnad_entities.clitics import offset_after
from isnad_entities.lexicon import Lexicon, Match
from isnad_entities.passage import Gap, Passage

MOST_CREDITS = 200
"""Credits kept of one article."""

_LONGEST_LINE = 12
"""Words of a line that only names agencies and places."""

_LONGEST_BRACKET = 12
_LONGEST_AUTHOR = 12
_SOURCE = frozenset(
    words("المصدر مصدر المصادر مصادر نقلا عن من إعداد خاص متابعة متابعات مراسل مراسلنا تحرير ترجمة مكتب")
)
_FILL = _SOURCE | frozenset(words("و في الأنباء أنباء صحف مواقع وصحف ومواقع عواصم عالمية دولية عربية"))
_AGENCY = frozenset(words("وكالة لوكالة ووكالة بوكالة وكالتي لوكالتي الوكالة للوكالة"))
_GOVERNORS = _AGENCY | frozenset(
    words(
        """
        ل لـ الى إلى عن مع من على في قناة صحيفة موقع مراسل مراسلة مصور لمراسل لمصور بحسب حسب حسبما وفق وفقا نقلت ونقلت
        ذكرت وذكرت أفادت وأفادت قالت وقالت أوردت وأوردت أعلنت نشرت ونشرت بثت وبثت أضافت وأضافت أبلغ أخبر كتبت وكتبت
        نسبت ونسبت أكدت أوضحت صورة الصورة صور الصور
        """
    )
)
_OPENING, _CLOSING = frozenset("([（"), frozenset(")]）")
_SENTENCE_END = frozenset(".…!؟?")
_REACH_OF_GOVERNORS = 8
"""Words back to what makes a bracket a quotation: «بحسب وكالة الأنباء السعودية (واس).»"""

_REACH_BACK = 5
"""Words back to «وكالة» that a quoted name may stand: «وكالة أنباء النظام «سانا»»."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Words `first` to `last` are no sentence: a dateline, a sign-off, a line of its own."""

    first: int
    last: int


class Credits:
    """Finds agencies and tells credit from quotation."""

    def __init__(self, agencies: Lexicon, lexicon: Lexicon) -> None:
        self._agencies = agencies
        self._lexicon = lexicon

    def find(self, passages: Sequence[Passage], dateline: Dateline | None, author: str | None) -> list[Credit]:
        """Return the agencies that an article names, in the order in which they stand, the author's last."""
        found: list[Credit] = []
        for passage in passages:
            frames = self._frames(passage, dateline) if passage.field == "body" else ()
            found.extend(islice(self._read(passage, frames), MOST_CREDITS))
        found.extend(self._author(author))
        return found[:MOST_CREDITS]

    def _read(self, passage: Passage, frames: Iterable[_Frame]) -> Iterator[Credit]:
        inside = {at for frame in frames for at in range(frame.first, frame.last + 1)}
        place = 0
        while place < len(passage):
            if not self._agencies.starts(passage.tokens[place].word):
                place += 1
                continue
            framed = place in inside
            match = self._match(passage, place, framed=framed)
            if match is None:
                place += 1
                continue
            opening = passage.tokens[match.first]
            start = offset_after(passage.text, opening.start, opening.end, match.cut)
            if start is not None:
                end = passage.tokens[match.last].end
                yield Credit(
                    agency=match.entity.canonical,
                    role="credit" if framed else "quoted",
                    text=passage.text[start:end],
                    field=passage.field,
                    start=start,
                    end=end,
                )
            place = match.last + 1

    def _match(self, passage: Passage, place: int, *, framed: bool) -> Match | None:
        for match in self._agencies.match(passage, place):
            if framed and match.cut > 1:
                continue
            if (
                not match.pattern.framed
                or framed
                or (not match.cut and self._behind_agency(passage, place, match.last))
            ):
                return match
        return None

    def _behind_agency(self, passage: Passage, place: int, last: int) -> bool:
        """Whether the word is named as an agency: «وكالة سانا», «وكالة الأنباء اليمنية (سبأ)»."""
        before = passage.gap(place)
        if before is Gap.SPACE:
            return passage.word(place - 1) in _AGENCY | {"انباء"}
        if before is not Gap.QUOTE or passage.gap(last + 1) is Gap.SPACE:
            return False
        for back in range(place - 1, max(place - 1 - _REACH_BACK, -1), -1):
            if passage.word(back) in _AGENCY:
                return True
            if passage.gap(back) > Gap.JOINT:
                return False
        return False

    def _frames(self, passage: Passage, dateline: Dateline | None) -> Iterator[_Frame]:
        if not len(passage):
            return
        line = dateline or find_dateline(passage.text)
        if line:
            inside = [
                at
                for at, token in enumerate(passage.tokens[:64])
                if token.start >= line.start and token.end <= line.end
            ]
            if inside:
                yield _Frame(inside[0], inside[-1])
        first = 0
        for place in range(1, len(passage) + 1):
            if place == len(passage) or (passage.gap(place) is Gap.STOP and "\n" in passage.between(place)):
                yield from self._paragraph(passage, first, place - 1)
                first = place

    def _paragraph(self, passage: Passage, first: int, last: int) -> Iterator[_Frame]:
        """The frames of one paragraph: the whole of it, or the brackets at its end."""
        if last - first < _LONGEST_LINE and self._only_names(passage, first, last):
            whole = last - first > 0 or not self._is_ordinary_line(passage, first)
            if whole:
                yield _Frame(first, last)
            return
        if _CLOSING & set(passage.between(last + 1)):
            opening = next(
                (
                    at
                    for at in range(last, max(last - _LONGEST_BRACKET, first), -1)
                    if _OPENING & set(passage.between(at))
                ),
                None,
            )
            if (
                opening is not None
                and self._only_names(passage, opening, last)
                and self._ends_sentence(passage, opening)
            ):
                yield _Frame(opening, last)
            return
        yield from self._tail(passage, first, last)

    def _tail(self, passage: Passage, first: int, last: int) -> Iterator[_Frame]:
        """«… في المدينة. رويترز», at the very end of the article."""
        if last != len(passage) - 1:
            return
        for place in range(last, max(last - _LONGEST_BRACKET, first), -1):
            if passage.gap(place) is Gap.STOP and len(passage.word(place - 1)) != 1:
                if self._only_names(passage, place, last) and ":" not in passage.between(place):
                    yield _Frame(place, last)
                return

    def _ends_sentence(self, passage: Passage, opening: int) -> bool:
        """Whether the bracket stands behind a sentence and not inside it: «لوكالة (رويترز).» is inside."""
        if _SENTENCE_END & set(passage.between(opening)):
            return True
        for back in range(opening - 1, max(opening - 1 - _REACH_OF_GOVERNORS, -1), -1):
            if passage.word(back) in _GOVERNORS or next(self._agencies.match(passage, back), None):
                return False
            if passage.gap(back) is Gap.STOP:
                break
        return True

    def _only_names(self, passage: Passage, first: int, last: int) -> bool:
        """Whether the words are agencies, at least one, places, outlets and such words as «المصدر»."""
        agency = False
        place = first
        while place <= last:
            match = next(
                (one for one in self._agencies.match(passage, place) if one.cut <= 1 and one.last <= last), None
            )
            if match:
                agency, place = True, match.last + 1
                continue
            known = next(
                (
                    one
                    for one in self._lexicon.match(passage, place)
                    if one.entity.type in ("LOC", "ORG")
                    and not one.pattern.framed
                    and one.cut <= 1
                    and one.last <= last
                ),
                None,
            )
            if known:
                place = known.last + 1
            elif passage.word(place) in _FILL:
                place += 1
            else:
                return False
        return agency

    def _is_ordinary_line(self, passage: Passage, place: int) -> bool:
        """A line of one word that is a name only in a frame, such as «معا» or «فارس»."""
        return passage.word(place) not in _ALONE and all(
            match.pattern.framed for match in self._agencies.match(passage, place)
        )

    def _author(self, author: str | None) -> Iterator[Credit]:
        """The agencies in the author's field, where it holds nothing else."""
        if not author:
            return
        passage = Passage.of("body", author)
        if len(passage) > _LONGEST_AUTHOR or not len(passage) or not self._only_names(passage, 0, len(passage) - 1):
            return
        for credit in self._read(passage, [_Frame(0, len(passage) - 1)]):
            yield Credit(
                agency=credit.agency,
                role="credit",
                text=credit.text,
                field="author",
                start=credit.start,
                end=credit.end,
            )


_ALONE = frozenset(words("وكالات واس"))

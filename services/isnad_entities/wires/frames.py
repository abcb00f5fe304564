"""Where an article names its sources outside of its sentences (pure).

A frame is a dateline («باريس – أ ف ب –»), a line of its own («فرانس24/ أ ف ب»), brackets behind the last sentence of a
paragraph («… (دمشق، واشنطن – وكالات)»), a few words behind the last sentence of all («… -وات-»), or the author's field.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from isnad.messages import Dateline
from isnad.text.dateline import LONGEST_DATELINE, MOST_HEADLINES, find_dateline
from isnad.text.words import words
from isnad_entities.lists.lexicon import Match
from isnad_entities.wires.agencies import Agencies
from isnad_entities.wires.segments import Segment, Segments
from isnad_entities.words.clitics import splits
from isnad_entities.words.passage import Gap, Passage

_LONGEST = 14
"""Words of a line, of brackets or of a tail that name nothing but sources and places."""

_LONGEST_UNKNOWN = 4
"""Words of an unknown outlet or writer beside an agency."""

_LONGEST_AUTHOR = 14
_LATEST_DATELINE = 64
"""Words of headlines and dateline."""

_REACH_OF_GOVERNORS = 8
"""Words back to what makes brackets a quotation: «بحسب وكالة الأنباء السعودية (واس).»"""

_GOVERNORS = frozenset(
    words(
        """
        وكالة وكالتي الوكالة إلى عن مع من على في قناة صحيفة موقع مراسل مراسلة مصور مصورة موفد مندوب صحفي صحافي تصريح
        بحسب حسب حسبما وفق وفقا نقلت نقلته ذكرت ذكرته أفادت أفاد قالت أوردت أوردته أعلنت نشرت نشرته بثت بثته أضافت أبلغ
        أخبر كتبت نسبت أكدت أوضحت صورة الصورة صور الصور فيديو الفيديو
        """
    )
)
_HOLDING = frozenset({"()", "[]", "（）", "//"})
_OPENING, _CLOSING = frozenset("([（"), frozenset(")]）")
_SENTENCE_END = frozenset(".…!؟?\n")
_DASHES = frozenset("-–—−ـ/|")


class Kind(Enum):
    """The kinds of frames."""

    DATELINE = auto()
    LINE = auto()
    BRACKETS = auto()
    TAIL = auto()
    AUTHOR = auto()


SCORES = {Kind.DATELINE: 0.99, Kind.LINE: 0.99, Kind.BRACKETS: 0.95, Kind.TAIL: 0.96, Kind.AUTHOR: 0.99}
"""How surely a credit in such a frame is one: (right + 1) / (read + 2) of those read by eye, see docs/entities.md."""


@dataclass(frozen=True, slots=True)
class Framed:
    """An agency in a frame."""

    match: Match
    kind: Kind


class Frames:
    """Finds the agencies that stand in frames."""

    def __init__(self, agencies: Agencies, segments: Segments) -> None:
        self._agencies = agencies
        self._segments = segments

    def body(self, passage: Passage, places: Sequence[int], dateline: Dateline | None) -> Iterator[Framed]:
        """Yield the agencies in the frames of a body; names of agencies begin at no other words than `places`.

        Without a dateline one is looked for.
        """
        likely = [place for place in places if self._segments.may_hold(passage, place)]
        if dateline is None and _may_open(passage, likely):
            dateline = find_dateline(passage.text)
        if dateline:
            yield from self._dateline(passage, places, dateline)
        for paragraph in _paragraphs(passage, likely):
            yield from self._end(passage, paragraph)

    def author(self, passage: Passage) -> Iterator[Framed]:
        """Yield the agencies in the author's field: each has a segment to itself («سعيد علي - رويترز»)."""
        if not 0 < len(passage) <= _LONGEST_AUTHOR:
            return
        row = self._segments.read(passage, 0, len(passage) - 1)
        if any(segment.last - segment.first >= _LONGEST_UNKNOWN for segment in row if not segment.known):
            return
        named = [match for segment in row for match in segment.agencies]
        if len(row) > 1 and len(named) == 1 and self._is_town(passage, named[0], 0, len(passage) - 1):
            return
        yield from self._credited(row, Kind.AUTHOR)

    def _dateline(self, passage: Passage, places: Sequence[int], dateline: Dateline) -> Iterator[Framed]:
        behind = 0
        named: list[Match] = []
        for place in places:
            if place < behind or passage.starts[place] < dateline.start:
                continue
            if passage.ends[place] > dateline.end or place >= _LATEST_DATELINE:
                break
            match = self._agencies.framed(passage, place)
            if match and passage.ends[match.last] <= dateline.end:
                behind = match.last + 1
                named.append(match)
        if len(named) == 1:
            inside = passage.places(dateline.start, dateline.end)
            if self._is_town(passage, named[0], inside[0], inside[-1]):
                return
        yield from (Framed(match, Kind.DATELINE) for match in named)

    def _is_town(self, passage: Passage, match: Match, first: int, last: int) -> bool:
        """Whether the only agency among these words is a town instead: «قنا - ضبطت», «الأقصر - قنا», «قنا - محمد سمير».

        It is the agency in brackets or between slashes, and beside a place of the agency's country or of a third one:
        «الدوحة - قنا», «باريس - قنا».
        """
        town = self._segments.town(match)
        held = passage.between(match.first)[-1:] + passage.between(match.last + 1)[:1]
        if town is None or held in _HOLDING:
            return False
        beside = self._segments.countries(passage, first, last, but=match)
        return match.entity.country not in beside and beside <= {town.country}

    def _end(self, passage: Passage, paragraph: "_Paragraph") -> Iterator[Framed]:
        """The agencies at the end of a paragraph, or in the whole of a short one."""
        first, last = paragraph.first, paragraph.last
        opening = max(first, last - _LONGEST + 1)
        row = self._segments.read(passage, opening, last)
        known: list[Segment] = []
        for segment in reversed(row):
            if not segment.known:
                break
            known.insert(0, segment)
        if known and known[0].first == first:
            yield from self._credited(known, Kind.LINE)
            return
        while known and known[0].first == opening:
            known.pop(0)  # it may have begun before the window
        for start, segment in enumerate(known):
            kind = self._behind_sentence(passage, segment.first, paragraph)
            if kind:
                yield from self._credited(known[start:], kind)
                return

    def _behind_sentence(self, passage: Passage, place: int, paragraph: "_Paragraph") -> Kind | None:
        """What the words from here to the end of the paragraph are, where a sentence has ended before them."""
        marks = set(passage.between(place))
        ended = bool(marks & _SENTENCE_END) and (len(passage.word(place - 1)) > 1 or "\n" in marks)
        if marks & _OPENING and _CLOSING & set(passage.between(paragraph.last + 1)):
            return Kind.BRACKETS if ended or not self._is_governed(passage, place) else None
        if ":" in marks:
            return None
        if marks & _DASHES and passage.gap(place) > Gap.JOINT:
            signed = set(passage.between(paragraph.last + 1)) & _DASHES
            if signed or paragraph.is_last:
                return Kind.TAIL if ended or not self._is_governed(passage, place) else None
        return Kind.TAIL if ended and paragraph.is_last else None

    def _is_governed(self, passage: Passage, place: int) -> bool:
        """Whether a word before it makes the name a part of the sentence: «لوكالة (رويترز).», «فيديو (أ ف ب)»."""
        for back in range(place - 1, max(place - 1 - _REACH_OF_GOVERNORS, -1), -1):
            word = passage.word(back)
            if any(rest in _GOVERNORS for _, rest in splits(word)) or next(self._agencies.match(passage, back), None):
                return True
            if passage.gap(back) is Gap.STOP:
                return False
        return False

    def _credited(self, row: Sequence[Segment], kind: Kind) -> Iterator[Framed]:
        """The agencies of a frame; doubtful ones count beside a place, a surer agency or «المصدر»."""
        named: list[Match] = []
        pictured = False
        for segment in row:
            if segment.of_agencies and not (pictured or segment.picture):
                named.extend(segment.agencies)
            pictured = segment.picture
        sure = any(segment.place or segment.source for segment in row) or not all(
            map(self._agencies.is_doubtful, named)
        )
        yield from (Framed(match, kind) for match in named if sure)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    first: int
    last: int
    is_last: bool
    """No paragraph of more than a few words comes after it."""


def _may_open(passage: Passage, places: Sequence[int]) -> bool:
    """Whether a word is near enough to the beginning of a paragraph, near the body's, to be in a dateline."""
    above = 0
    for line in passage.text.split("\n", MOST_HEADLINES)[:MOST_HEADLINES]:
        first = bisect_left(places, _word_at(passage, above))
        if first < len(places) and passage.starts[places[first]] - above <= min(LONGEST_DATELINE, len(line)):
            return True
        above += len(line) + 1
    return False


def _paragraphs(passage: Passage, places: Sequence[int]) -> Iterator[_Paragraph]:
    """The paragraphs in which one of the places is near the end."""
    behind, closing = -1, -1
    for place in places:
        if place <= behind:
            continue
        start = passage.starts[place]
        stop = passage.text.find("\n", start)
        last = (_word_at(passage, stop) if stop >= 0 else len(passage)) - 1
        if place > last - _LONGEST:
            behind = last
            first = _word_at(passage, passage.text.rfind("\n", 0, start) + 1)
            closing = _last_prose(passage) if closing < 0 else closing
            yield _Paragraph(first, last, first >= closing)


def _last_prose(passage: Passage) -> int:
    """The first word of the last paragraph that has more than a few."""
    end, stop = len(passage), len(passage.text)
    while stop > 0:
        above = passage.text.rfind("\n", 0, stop)
        first = _word_at(passage, above + 1)
        if end - first > _LONGEST:
            return first
        end, stop = first, above
    return 0


def _word_at(passage: Passage, offset: int) -> int:
    """The first word that begins there or later."""
    return bisect_left(passage.starts, offset)

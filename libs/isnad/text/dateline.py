"""The opening that says where a report was written and by whom, as in «دمشق – أ ف ب –» or «القاهرة (رويترز) -» (pure).

A paragraph's start is read as a row of short segments between dashes, colons, slashes, commas, quotes and brackets. A
segment is known when it is made of places, agencies and dates only. The dateline ends at the last dash, colon, slash or
closing bracket up to which every segment is known, but for one short one (a correspondent, a newspaper) beside others.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from isnad.messages import Dateline
from isnad.text.dateline_names import AGENCIES, COUNTRIES, MONTHS, PAPERS, PLACES
from isnad.text.lines import Line
from isnad.text.words import tokens, words

LONGEST_DATELINE = 110
"""Characters."""

_LONGEST_UNKNOWN_WORDS = 4
MOST_HEADLINES = 8
"""Lines above the paragraph that a dateline opens."""

_OPENING_MARKS = '(«"“['
_CLOSING_MARKS = ":/|)]"
_DASHES = "–—−-"
_MARKS = re.escape("،,؛»”" + _OPENING_MARKS + _CLOSING_MARKS + _DASHES)
_SEGMENT = re.compile(rf"(?P<text>[^{_MARKS}]+)(?P<marks>[{_MARKS}][{_MARKS}\s]*|$)")
_NAMES = (
    dict.fromkeys(COUNTRIES, "country")
    | dict.fromkeys(PLACES, "place")
    | dict.fromkeys(PAPERS, "paper")
    | dict.fromkeys(AGENCIES, "agency")
)
_LONGEST_NAME = max(map(len, _NAMES))
_PICTURES = "صور"
_FILL = frozenset(words("في من مكتب مراسل مراسلنا مراسلتنا مراسلو"))


@dataclass(frozen=True, slots=True)
class Opening:
    """A dateline at the start of a paragraph; `end` is its length in code points."""

    end: int
    places: tuple[str, ...]
    agencies: tuple[str, ...]
    whole: bool
    """Nothing else stands in the paragraph."""
    topic: bool
    """It is a single name before a colon, as headlines have it too: «باريس: …», «رويترز: …»."""

    def opens(self, line: Line) -> bool:
        """Tell whether a line with this opening is the first of a report, and no headline."""
        return self.whole or line.is_prose or (bool(self.agencies) and not self.topic)


@dataclass(frozen=True, slots=True)
class _Segment:
    text: str
    names: tuple[tuple[str, str], ...]
    """Kind and written form of each name in it."""
    known: bool
    quoted: bool
    stop: int
    """Where the next segment begins."""
    end: int
    """Where it ends with the mark that closes it, as an offset into the paragraph; 0 where no mark does."""
    mark: str
    """That mark: a dash, `:`, `/`, `|`, or a bracket where no dash follows it."""

    @property
    def bracket(self) -> bool:
        return self.mark in (")", "]")


def find_dateline(body: str) -> Dateline | None:
    """Return the dateline of a body, or None: it opens the first paragraph, under any headlines that stand above it."""
    start = 0
    for paragraph in body.split("\n", MOST_HEADLINES)[:MOST_HEADLINES]:
        opening, line = read_opening(paragraph), Line(paragraph, 0, apart=True)
        if opening is not None and opening.opens(line):
            end = start + opening.end
            return Dateline(
                text=body[start:end], start=start, end=end, places=opening.places, agencies=opening.agencies
            )
        if line.is_prose:
            return None
        start += len(paragraph) + 1
    return None


def read_opening(paragraph: str) -> Opening | None:
    """Return the dateline that the paragraph starts with, or None."""
    # Tatweel between spaces is a dash: «القاهرة ـ رويترز ـ».
    head = paragraph[: LONGEST_DATELINE + 1].rstrip().replace(" ـ ", " – ")
    complete = len(head) <= LONGEST_DATELINE
    row: list[_Segment] = []
    best: tuple[list[_Segment], int] | None = None
    for segment in _segments(head):
        row.append(segment)
        if sum(not one.known for one in row) > 1:
            break
        last = complete and segment.stop == len(head)
        end = len(head) if last else segment.end
        if end and _is_dateline(row, last=last):
            best = (list(row), end)
    if best is None:
        return None
    used, end = best
    names = [name for segment in used for name in segment.names]
    places = tuple(written for kind, written in names if kind in ("place", "country"))
    papers = tuple(segment.text for segment in used if not segment.known and segment.quoted)
    agencies = tuple(written for kind, written in names if kind in ("agency", "paper")) + papers
    whole = complete and end == len(head)
    return Opening(end, places, agencies, whole, topic=len(names) == 1 and not whole and head[end - 1] == ":")


def _is_dateline(row: Sequence[_Segment], *, last: bool) -> bool:
    """Tell whether the segments are a dateline; `last` says that nothing follows them in the paragraph."""
    kinds = {kind for segment in row for kind, _ in segment.names}
    *earlier, closing = row
    if not kinds & {"place", "agency"}:
        return False
    if any(not (segment.known or segment.end) for segment in earlier):
        return False
    if not closing.known:
        if closing.quoted and not closing.bracket:
            return bool(closing.end)  # A newspaper: «القاهرة – «الراي» –».
        if "agency" in kinds:
            return False
        # A correspondent: «القاهرة - سعيد علي:», or with the line to themselves «القاهرة - سعيد علي».
        return closing.mark in (":", "/", "|") or (last and bool(earlier) and earlier[-1].mark in ("/", "|", *_DASHES))
    if last:
        return len(row) > 1 or "agency" in kinds
    if closing.bracket:
        # «القاهرة (رويترز) قال …» is a dateline; «حلب (سوريا) مدينة …» and «ذكرت الوكالة (سونا) أن …» are none.
        return "agency" in kinds and all(segment.known for segment in row)
    return bool(closing.names)


def _segments(text: str) -> Iterator[_Segment]:
    for match in _SEGMENT.finditer(text):
        written, marks = match["text"].strip(), match["marks"]
        if not written:
            continue
        names = _names(written)
        if names is None and not _may_be_a_writer(written):
            return
        closing = _closing_mark(match["text"], marks, text[match.end("marks") :])
        yield _Segment(
            text=written,
            names=names or (),
            known=names is not None,
            quoted=match.start() > 0 and text[match.start() - 1] in _OPENING_MARKS,
            stop=match.end(),
            end=match.start("marks") + closing + 1 if closing >= 0 else 0,
            mark=_mark(marks, closing) if closing >= 0 else "",
        )


def _mark(marks: str, closing: int) -> str:
    dashes = [mark for mark in marks if mark in _DASHES]
    return dashes[-1] if marks[closing] in ")]" and dashes else marks[closing]


def _may_be_a_writer(written: str) -> bool:
    """A segment that is made of no known names can still be that of a correspondent or of a newspaper."""
    return len(words(written)) <= _LONGEST_UNKNOWN_WORDS and not any(letter.isdigit() for letter in written)


def _closing_mark(before: str, marks: str, after: str) -> int:
    """The place in `marks` of the last one that can end a dateline, or -1."""
    for place in range(len(marks) - 1, -1, -1):
        mark = marks[place]
        if mark in _CLOSING_MARKS:
            return place
        # A hyphen inside a compound has no space on either side.
        left = marks[place - 1] if place else before[-1:]
        right = marks[place + 1] if place + 1 < len(marks) else after[:1]
        if mark in _DASHES and (left.isspace() or right.isspace() or left in '»)"”' or not right):
            return place
    return -1


def _names(written: str) -> tuple[tuple[str, str], ...] | None:
    """Kind and written form of the names that a segment is made of; None where it holds anything else."""
    row = tokens(written)
    if len(row) > 1 and row[0].word == _PICTURES:
        return None  # «صور رويترز» are pictures, «صور - رويترز» is Tyre
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(row):
        # «القاهرة ورويترز»: a name may have «and» before it.
        for skipped in ("", "و"):
            first = row[at].word.removeprefix(skipped)
            length, kind = _longest_name([first, *(token.word for token in row[at + 1 : at + _LONGEST_NAME])])
            if length:
                found.append((kind, written[row[at].start + len(skipped) : row[at + length - 1].end]))
                at += length
                break
        else:
            if not (row[at].word.isdigit() or row[at].word in MONTHS or row[at].word in _FILL):
                return None
            at += 1
    return tuple(found) if row else None


def _longest_name(row: Sequence[str]) -> tuple[int, str]:
    for length in range(min(_LONGEST_NAME, len(row)), 0, -1):
        kind = _NAMES.get(tuple(row[:length]))
        if kind:
            return length, kind
    return 0, ""

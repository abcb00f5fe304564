"""A page into its articles (pure).

Some pages hold several reports one after the other, with nothing between them but a blank line and the next headline;
and articles hold subheads and pull quotes that look the same. So each place where a headline stands apart is judged by
what speaks for a new article there and what speaks against it (`EVIDENCE`); it is one where the weights reach `ENOUGH`.
When in doubt the page stays whole: two reports in one are found by search all the same, half a report is not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from isnad.messages import Cut
from isnad.text.clean import CleanPage, PlacedCut
from isnad.text.dateline import Opening, read_opening
from isnad.text.furniture import NOTES
from isnad.text.lines import Line
from isnad.text.openings import goes_on
from isnad.text.rules import is_report_label, is_section_label, starts_with

ENOUGH = 4
_LONGEST_TITLE = 200
_TIGHT_SHARE = 0.6
_LEAST_ABOVE_CHARACTERS = 400
_COMPARED_PARAGRAPHS = 12
_UNRELATED_SHARE = 0.08
_LEAST_LETTERS = 4
_MOST_LABELS = 2
_BULLETS = "*•·-–—>»+#"
_SIGNS_OF_AN_END = frozenset(
    {"uuid", "rights", "signature", "sharing", "comments", "tags", "counter", "date", "byline", "breadcrumbs"}
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One article of a page: its headline where it has one, the lines of its body, what was cut around it."""

    title: str | None
    lines: tuple[Line, ...]
    cuts: tuple[Cut, ...]
    section: str | None = None
    """The section that the page names above the headline; it is among the cuts as well."""


@dataclass(frozen=True)
class Gap:
    """A place where one article may end and the next begin, with all that is known about it."""

    above: tuple[Line, ...]
    """All lines of the article above so far."""
    headlines: tuple[Line, ...]
    """The headline, and those that stand under it."""
    below: tuple[Line, ...]
    """The paragraphs below, at most `_COMPARED_PARAGRAPHS`; the first is the lead."""
    opening: Opening | None
    """The dateline of that paragraph."""
    rules_between: frozenset[str]
    """The rules of what was cut between `before` and `lead`."""
    tight: bool
    """Paragraphs of this page follow each other without blank lines, so a blank line says something."""
    collection: bool
    """Another article begins with a dateline elsewhere on the page, not counting the first."""

    @property
    def before(self) -> Line:
        """The last line above."""
        return self.above[-1]

    @property
    def lead(self) -> Line:
        """The first paragraph below."""
        return self.below[0]

    @cached_property
    def shared_words(self) -> float:
        """How much of the words of the smaller side stand on the other side too, 0 to 1; short words are left out."""
        above, below = _vocabulary(self.above), _vocabulary(self.below)
        return len(above & below) / max(1, min(len(above), len(below)))


def opens_with_agency(gap: Gap) -> bool:
    """The paragraph has a dateline that names an agency."""
    return gap.opening is not None and bool(gap.opening.agencies)


def opens_with_place(gap: Gap) -> bool:
    """The paragraph has a dateline without an agency."""
    return gap.opening is not None and not gap.opening.agencies


def closed_with_credit(gap: Gap) -> bool:
    """The paragraph above ends with its sources in brackets: «(دمشق، موسكو – وكالات)»."""
    text = gap.before.text.rstrip(". ")
    if not text.endswith(")"):
        return False
    credit = read_opening(text[text.rfind("(") + 1 : -1])
    return credit is not None and credit.whole and bool(credit.agencies)


def closed_by_furniture(gap: Gap) -> bool:
    """Something that stands at the end or the top of a page was cut here: a date, a copyright line, share buttons."""
    return bool(gap.rules_between & _SIGNS_OF_AN_END)


def closed_by_related(gap: Gap) -> bool:
    """A box of other articles was cut here; those also stand inside an article."""
    return "related" in gap.rules_between and not closed_by_furniture(gap)


def headline_is_a_sentence(gap: Gap) -> bool:
    """Subheads are shorter."""
    return len(gap.headlines[0].words) >= 6


def blank_lines_are_rare(gap: Gap) -> bool:
    """On this page a blank line says something."""
    return gap.tight


def words_change(gap: Gap) -> bool:
    """Hardly a word of what stands above comes again below (M. Hearst, TextTiling, 1997).

    Between unrelated articles of the ANT corpus the share is below the limit in three of four cases, at subheads inside
    an article in one of a hundred.
    """
    return gap.shared_words < _UNRELATED_SHARE


def page_is_a_collection(gap: Gap) -> bool:
    """Another article surely begins elsewhere on the page."""
    return gap.collection


def paragraph_leads(gap: Gap) -> bool:
    """The paragraph does not go on from an earlier one."""
    return not goes_on(gap.lead.words)


def paragraph_goes_on(gap: Gap) -> bool:
    """The paragraph goes on from an earlier one: «وأضاف …», «من جهته …»."""
    return gap.opening is None and goes_on(gap.lead.words)


def above_is_open(gap: Gap) -> bool:
    """What stands above does not end as an article ends."""
    return not (gap.before.ends_sentence or gap.before.text[-1] in ')»”"' or closed_by_furniture(gap))


def little_stands_above(gap: Gap) -> bool:
    """The article above would be a paragraph or two; pull quotes stand there."""
    return sum(len(line.text) for line in gap.above) < _LEAST_ABOVE_CHARACTERS


def headline_is_short(gap: Gap) -> bool:
    """Subheads are often of one to three words."""
    return len(gap.headlines[0].words) <= 3


def headline_is_a_paragraph(gap: Gap) -> bool:
    """It ends with a full stop, on a page where every paragraph stands apart."""
    return gap.headlines[0].ends_statement and not gap.tight


Evidence = tuple[Callable[[Gap], bool], int]

EVIDENCE: tuple[Evidence, ...] = (
    (opens_with_agency, 3),
    (opens_with_place, 2),
    (closed_with_credit, 2),
    (closed_by_furniture, 2),
    (words_change, 2),
    (closed_by_related, 1),
    (headline_is_a_sentence, 1),
    (blank_lines_are_rare, 1),
    (page_is_a_collection, 1),
    (paragraph_leads, 1),
    (paragraph_goes_on, -3),
    (above_is_open, -2),
    (little_stands_above, -2),
    (headline_is_short, -1),
    (headline_is_a_paragraph, -2),
)


def split(page: CleanPage) -> list[Piece]:
    """Return the articles of a page in order; at least one, unless nothing is left of the page."""
    lines = list(page.lines)
    if not lines:
        return []
    starts = [0, *_boundaries(page, lines)]
    ends = [*starts[1:], len(lines)]
    pieces: list[Piece] = []
    for start, end in zip(starts, ends, strict=True):
        first = lines[start].number if start else 0
        last = lines[end].number if end < len(lines) else None
        cuts = [placed for placed in page.cuts if placed.number >= first and (last is None or placed.number < last)]
        pieces.append(_piece(lines[start:end], cuts))
    return pieces


def explain(gap: Gap) -> dict[str, int]:
    """Return the evidence that holds at a gap, with its weights."""
    return {test.__name__: weight for test, weight in EVIDENCE if test(gap)}


def gaps(page: CleanPage) -> list[tuple[int, Gap]]:
    """Return the places of a page where an article may begin, each with the index of its first line."""
    lines = list(page.lines)
    tight = _is_tight(lines)
    found: list[tuple[int, Gap]] = []
    place = _title_lines(lines)
    while place < len(lines):
        gap = _gap_at(page, lines, place, tight=tight)
        if gap is not None:
            found.append((place, gap))
            place += len(gap.headlines)
        else:
            place += 1
    return found


def _boundaries(page: CleanPage, lines: Sequence[Line]) -> list[int]:
    candidates = gaps(page)
    accepted: set[int] = set()
    # Twice: the second time it is known whether the page is a collection.
    for _ in range(2):
        certain = {place for place, gap in candidates if place in accepted and opens_with_agency(gap)}
        since = 0
        now: set[int] = set()
        for place, gap in candidates:
            judged = replace(gap, above=tuple(lines[since:place]), collection=bool(certain - {place}))
            if sum(explain(judged).values()) >= ENOUGH:
                now.add(place)
                since = place + len(gap.headlines)
        accepted = now
    return sorted(accepted)


def _gap_at(page: CleanPage, lines: Sequence[Line], place: int, *, tight: bool) -> Gap | None:
    """The gap whose headline is this line; None where this line can be no headline of a new article."""
    end = place
    while end < len(lines) and _heads(lines[end]):
        end += 1
    if place in (0, end) or end == len(lines):
        return None
    headlines, lead = lines[place:end], lines[end]
    opening = read_opening(lead.text)
    if not (lead.is_prose or _opens_report(lead)):
        return None
    if not (headlines[0].apart and lead.apart) and (
        # Where lines are not set apart, only an agency's dateline tells; and what stands apart is the headline.
        not (opening and opening.agencies) or any(line.apart for line in headlines[1:])
    ):
        return None
    first, last = lines[place - 1].number, lead.number
    return Gap(
        above=tuple(lines[:place]),
        headlines=tuple(headlines),
        below=tuple(lines[end : end + _COMPARED_PARAGRAPHS]),
        opening=opening,
        rules_between=frozenset(placed.cut.rule for placed in page.cuts if first < placed.number < last),
        tight=tight,
        collection=False,
    )


def _vocabulary(lines: Sequence[Line]) -> set[str]:
    return {
        word.removeprefix("و").removeprefix("ال")
        for line in lines
        for word in line.words
        if len(word) >= _LEAST_LETTERS
    }


def _heads(line: Line) -> bool:
    """The line can be the headline of an article that is not the page's first."""
    if not line.is_headline or line.text[0] in _BULLETS or goes_on(line.words):
        return False
    return starts_with(line.words, NOTES) is None and not _opens_report(line)


def _opens_report(line: Line) -> bool:
    opening = read_opening(line.text)
    return opening is not None and opening.opens(line)


def _is_tight(lines: Sequence[Line]) -> bool:
    pairs = [below for above, below in pairwise(lines) if above.is_prose and below.is_prose]
    return len(pairs) >= 3 and sum(not below.apart for below in pairs) >= _TIGHT_SHARE * len(pairs)


def _title_lines(lines: Sequence[Line]) -> int:
    """How many lines at the top are labels and headlines of the first article."""
    place = 0
    while place < len(lines) and not lines[place].is_prose and not _opens_report(lines[place]):
        place += 1
    return max(place, 1)


def _piece(lines: Sequence[Line], cuts: Sequence[PlacedCut]) -> Piece:
    labels = _labels(lines)
    rest = lines[len(labels) :]
    title = rest[0].text if _is_title(rest) else None
    placed = sorted([*cuts, *labels], key=lambda placed: placed.number)
    sections = [label.cut.text for label in labels if label.cut.rule == "section_label"]
    return Piece(
        title=title,
        lines=tuple(rest[1:] if title is not None else rest),
        cuts=tuple(one.cut for one in placed),
        section=sections[-1] if sections else None,
    )


def _labels(lines: Sequence[Line]) -> list[PlacedCut]:
    """The labels above the headline; never the only line."""
    labels: list[PlacedCut] = []
    for line, below in pairwise(lines[: _MOST_LABELS + 1]):
        if is_report_label(line):
            rule = "report_label"
        elif is_section_label(line, before_headline=below.is_headline):
            rule = "section_label"
        else:
            break
        labels.append(PlacedCut(line.number, Cut(rule, line.text)))
    return labels


def _is_title(lines: Sequence[Line]) -> bool:
    if not lines:
        return False
    first = lines[0]
    if first.is_prose or len(first.text) > _LONGEST_TITLE or _opens_report(first):
        return False
    return not first.ends_statement or (len(lines) > 1 and lines[1].apart)

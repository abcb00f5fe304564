"""Where on a page one article ends and the next begins (pure).

Some pages hold several reports one after the other, with nothing between them but a blank line and the next headline;
and articles hold subheads and pull quotes that look the same. So each place where a headline stands apart is judged by
what speaks for a new article there and what speaks against it (`EVIDENCE`); it is one where the weights reach `ENOUGH`.
When in doubt the page stays whole: two reports in one are found by search all the same, half a report is not.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from isnad.text.clean import CleanPage
from isnad.text.dateline import Opening, read_opening
from isnad.text.furniture import NOTES
from isnad.text.lines import Line
from isnad.text.openings import goes_on
from isnad.text.rules import is_section_label, starts_with

ENOUGH = 4
_BULLETS = "*•·-–—>»+#"
_TIGHT_SHARE = 0.6
_LEAST_ABOVE_CHARACTERS = 400
_COMPARED_LINES = 40
_COMPARED_PARAGRAPHS = 12
_UNRELATED_SHARE = 0.08
_LEAST_LETTERS = 4
_SIGNS_OF_AN_END = frozenset(
    {"uuid", "rights", "signature", "sharing", "comments", "tags", "counter", "date", "byline", "breadcrumbs"}
)


@dataclass(frozen=True)
class Gap:
    """A place where one article may end and the next begin, with all that is known about it."""

    place: int
    """Index of the first line below: a section label, or the headline."""
    above: tuple[Line, ...]
    """The last lines of the article above, at most `_COMPARED_LINES`."""
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


def explain(gap: Gap) -> dict[str, int]:
    """Return the evidence that holds at a gap, with its weights."""
    return {test.__name__: weight for test, weight in EVIDENCE if test(gap)}


def boundaries(page: CleanPage) -> list[int]:
    """Return the indices of the lines of a page at which an article begins, but for the first."""
    candidates = list(gaps(page))
    accepted: dict[int, Gap] = {}
    # Twice: the second time it is known whether the page is a collection.
    for _ in range(2):
        certain = {place for place, gap in accepted.items() if opens_with_agency(gap)}
        since, now = 0, {}
        for gap in candidates:
            above = page.lines[max(since, gap.place - _COMPARED_LINES) : gap.place]
            judged = replace(gap, above=above, collection=bool(certain - {gap.place}))
            if sum(explain(judged).values()) >= ENOUGH:
                now[gap.place] = judged
                since = gap.place
        accepted = now
    return sorted(accepted)


def gaps(page: CleanPage) -> Iterator[Gap]:
    """Yield the places of a page where an article may begin, in order."""
    lines = page.lines
    tight = _is_tight(lines)
    place = first_paragraph(lines)
    while place < len(lines):
        end = place
        while end < len(lines) and _heads(lines[end]):
            end += 1
        if 0 < place < end < len(lines):
            gap = _gap(page, range(place, end), tight=tight)
            if gap is not None:
                yield gap
        place = end + 1


def first_paragraph(lines: Sequence[Line]) -> int:
    """Return the index of the first line that is no label or headline."""
    return next((place for place, line in enumerate(lines) if line.is_prose or opens_report(line)), len(lines))


def opens_report(line: Line) -> bool:
    """Tell whether the line is the first of a report, by its dateline."""
    opening = read_opening(line.text)
    return opening is not None and opening.opens(line)


def _gap(page: CleanPage, block: range, *, tight: bool) -> Gap | None:
    """The gap at a block of headlines; None where they can't be those of a new article."""
    lines = page.lines
    lead = lines[block.stop]
    opening = read_opening(lead.text)
    if not (lead.is_prose or opens_report(lead)):
        return None
    apart = next((place for place in block if lines[place].apart), None)
    set_apart = apart is not None and lead.apart
    # Where lines are not set apart, only an agency's dateline tells.
    if not set_apart and (opening is None or not opening.agencies):
        return None
    start = block.start if apart is None else apart
    headlines = lines[start : block.stop]
    while len(headlines) > 1 and is_section_label(headlines[0], before_headline=True):
        headlines = headlines[1:]
    numbers = [placed.number for placed in page.cuts]
    between = page.cuts[bisect_right(numbers, lines[start - 1].number) : bisect_left(numbers, lead.number)]
    return Gap(
        place=start,
        above=lines[max(0, start - _COMPARED_LINES) : start],
        headlines=headlines,
        below=lines[block.stop : block.stop + _COMPARED_PARAGRAPHS],
        opening=opening,
        rules_between=frozenset(placed.cut.rule for placed in between),
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
    return starts_with(line.words, NOTES) is None and not opens_report(line)


def _is_tight(lines: Sequence[Line]) -> bool:
    pairs = [below for above, below in pairwise(lines) if above.is_prose and below.is_prose]
    return len(pairs) >= 3 and sum(not below.apart for below in pairs) >= _TIGHT_SHARE * len(pairs)

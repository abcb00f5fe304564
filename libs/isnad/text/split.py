"""A page into its articles, each with its headline and with what was cut around it (pure)."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from isnad.messages import Cut
from isnad.text.boundaries import boundaries, opens_report
from isnad.text.clean import CleanPage, PlacedCut
from isnad.text.lines import Line
from isnad.text.rules import is_report_label, is_section_label

_LONGEST_TITLE = 200
_MOST_LABELS = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """One article of a page: its headline where it has one, the lines of its body, what was cut around it."""

    title: str | None
    lines: tuple[Line, ...]
    cuts: tuple[Cut, ...]
    section: str | None = None
    """The section that the page names above the headline; it is among the cuts as well."""


def split(page: CleanPage) -> list[Piece]:
    """Return the articles of a page in order; at least one, unless nothing is left of the page."""
    lines = page.lines
    if not lines:
        return []
    starts = [0, *boundaries(page)]
    numbers = [placed.number for placed in page.cuts]
    # What was cut above a headline goes to the article before, but for the page's first.
    cuts_from = [0, *(bisect_left(numbers, lines[start].number) for start in starts[1:])]
    pieces = zip(starts, [*starts[1:], len(lines)], cuts_from, [*cuts_from[1:], len(numbers)], strict=True)
    return [_piece(lines[start:end], page.cuts[first:last]) for start, end, first, last in pieces]


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
    if first.is_prose or len(first.text) > _LONGEST_TITLE or opens_report(first):
        return False
    return not first.ends_statement or (len(lines) > 1 and lines[1].apart)

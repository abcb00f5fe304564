"""A page without its furniture: what is left, line by line, and what was cut, by which rule (pure).

Nothing disappears: every character that is not white space stands in a line that is left or in a cut.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import get_args

from isnad.messages import Cut
from isnad.text import furniture
from isnad.text.dateline import read_opening
from isnad.text.furniture import Phrase
from isnad.text.lines import Line, read_lines, unprintable
from isnad.text.openings import goes_on, tells
from isnad.text.rules import LONGEST_FURNITURE, RULES, Rule, Where, starts_with
from isnad.text.words import tokens

_LONGEST_TEASER = 400
_LONGEST_TAG_WORDS = 4
_LONGEST_NAME_WORDS = 4
_QUOTED = re.compile(r"\"[^\"]*\"|«[^»]*»|“[^”]*”")
_MARKER_SIGNS = ":-–—|؛»"
_SPEAKING = frozenset({"ايضا", "كذلك", "also"})
"""A heading with one of these can share its line with a title, no sign between them."""


@dataclass(frozen=True, slots=True)
class PlacedCut:
    """A cut, and the number of the line where it stood."""

    number: int
    cut: Cut


@dataclass(frozen=True, slots=True)
class CleanPage:
    """What is left of a page, and what is not."""

    lines: tuple[Line, ...]
    cuts: tuple[PlacedCut, ...]


def clean(text: str) -> CleanPage:
    """Take the furniture out of a page."""
    lines = read_lines(text)
    sheet = _Sheet(lines, [None] * len(lines))
    for step in (_cut_anywhere, _cut_boxes, _cut_signatures, _cut_edges, _cut_edges):
        step(sheet)
    cuts = [PlacedCut(line.number, Cut(rule, line.text)) for line, rule in sheet.pairs() if rule is not None]
    controls = unprintable(text)
    if controls:
        cuts.insert(0, PlacedCut(0, Cut("unprintable", controls)))
    return CleanPage(tuple(sheet.left()), tuple(cuts))


@dataclass
class _Sheet:
    """The page while it is being cleaned: for each line the rule that cut it, if any."""

    lines: list[Line]
    rules: list[str | None]

    def pairs(self) -> list[tuple[Line, str | None]]:
        return list(zip(self.lines, self.rules, strict=True))

    def left(self) -> list[Line]:
        left: list[Line] = []
        gap = False
        for line, rule in self.pairs():
            if rule is None:
                left.append(replace(line, apart=True) if gap and not line.apart else line)
            gap = rule is not None
        return left

    def prose(self) -> range:
        """From the first to the last paragraph of running text; empty where there is none."""
        places = [place for place, (line, rule) in enumerate(self.pairs()) if rule is None and line.is_prose]
        return range(places[0], places[-1] + 1) if places else range(0)


_RULES: dict[Where, tuple[Rule, ...]] = {
    where: tuple(rule for rule in RULES if rule.where == where) for where in get_args(Where)
}


def _cut_anywhere(sheet: _Sheet) -> None:
    for place, line in enumerate(sheet.lines):
        sheet.rules[place] = _first_match(line, "anywhere")


def _first_match(line: Line, where: Where) -> str | None:
    if len(line.text) > LONGEST_FURNITURE:
        return None
    return next((rule.name for rule in _RULES[where] if rule.matches(line)), None)


def _cut_boxes(sheet: _Sheet) -> None:
    """Cut the boxes that show other articles, keywords and comments: their heading, and what stands under it."""
    prose_seen = False
    place = 0
    while place < len(sheet.lines):
        line = sheet.lines[place]
        box = _box(line) if sheet.rules[place] is None else None
        if box is None:
            prose_seen = prose_seen or (sheet.rules[place] is None and line.is_prose)
            place += 1
            continue
        end = place + 1
        # Above the article such a heading is part of a menu, and what follows may be the article's own headline.
        if box.heading_only and prose_seen:
            end = _end_of_box(sheet, end, box)
        for inside in range(place, end):
            sheet.rules[inside] = sheet.rules[inside] or box.rule
        place = end


@dataclass(frozen=True, slots=True)
class _Box:
    rule: str
    holds: Callable[[Line, Line | None], bool]
    """A line still belongs to the box, under a line of it, or under its heading."""
    most_lines: int
    """Under the heading; what stands below is no part of the box, whatever it looks like."""
    heading_only: bool
    """The heading has the line for itself."""


def _box(line: Line) -> _Box | None:
    """The box that the line opens, if it does."""
    if len(line.text) > LONGEST_FURNITURE:
        return None
    for rule, headings, holds, most_lines in _BOXES:
        heading = starts_with(line.words, headings)
        if heading is None:
            continue
        if len(heading) == len(line.words):
            return _Box(rule, holds, most_lines, heading_only=True)
        if _shares_its_line(line, heading):
            return _Box(rule, holds, most_lines, heading_only=False)
    return None


def _shares_its_line(line: Line, heading: Phrase) -> bool:
    """«اقرأ أيضاً: …», «للمزيد - …», and without a sign «شاهد أيضاً …» where no sentence follows."""
    rest = line.text[tokens(line.text)[len(heading) - 1].end :].lstrip()
    if rest[:1] and rest[0] in _MARKER_SIGNS:
        return True
    return bool(_SPEAKING & set(heading)) and line.is_headline


def _end_of_box(sheet: _Sheet, start: int, box: _Box) -> int:
    """Where the box ends whose first line is `start`: at the first line that belongs to an article again."""
    within: Line | None = None
    held = 0
    for place in range(start, len(sheet.lines)):
        line = sheet.lines[place]
        if sheet.rules[place] is not None:
            continue
        opening = read_opening(line.text)
        if opening is not None and (line.is_prose or opening.whole) and opening.agencies:
            # Another report begins here; the headline above it is its own.
            above = sheet.lines[place - 1]
            return place - 1 if place > start and above.is_headline and above.apart else place
        if held == box.most_lines or not box.holds(line, within):
            return place
        next_box = _box(line)
        # Comments have several headings: theirs, and that of the form for one more.
        if next_box is not None and not (next_box.rule == box.rule == "comments"):
            return place
        within = line
        held += 1
    return len(sheet.lines)


def _is_teaser(line: Line, _: Line | None) -> bool:
    """A headline, a text that breaks off, or what says when it was published; not a paragraph, were it a short one."""
    if goes_on(line.words):
        return False
    if line.ends_open:
        return len(line.text) <= _LONGEST_TEASER
    if len(line.words) < 2 or _first_match(line, "edge"):
        return not line.is_prose
    return line.is_headline and not (line.ends_statement or "،" in _QUOTED.sub("", line.text) or tells(line.words))


def _is_tag(line: Line, _: Line | None) -> bool:
    return len(line.words) <= _LONGEST_TAG_WORDS and not line.ends_sentence


def _is_comment(line: Line, above: Line | None) -> bool:
    """It stands under its writer's name or its date, or is one; text under text is an article's."""
    return _heads_comment(line) or (above is not None and _heads_comment(above))


def _heads_comment(line: Line) -> bool:
    if len(line.words) <= _LONGEST_NAME_WORDS and not line.ends_sentence:
        return True
    return starts_with(line.words, furniture.FORM) is not None or _first_match(line, "edge") is not None


_BOXES = (
    ("related", furniture.RELATED, _is_teaser, 20),
    ("comments", furniture.COMMENTS, _is_comment, 100),
    ("tags", furniture.TAGS, _is_tag, 20),
)


def _cut_signatures(sheet: _Sheet) -> None:
    """Cut the outlet's name where it stands above a copyright line that names it too."""
    for place in range(1, len(sheet.lines)):
        above, line = sheet.lines[place - 1], sheet.lines[place]
        if (
            sheet.rules[place] == "rights"
            and sheet.rules[place - 1] is None
            and 1 < len(above.words) <= len(line.words)
        ):
            named = " ".join(line.words)
            if " ".join(above.words) in named:
                sheet.rules[place - 1] = "signature"


def _cut_edges(sheet: _Sheet) -> None:
    prose = sheet.prose()
    for place, line in enumerate(sheet.lines):
        if sheet.rules[place] is not None:
            continue
        below = place >= prose.stop
        rule = _first_match(line, "edge")
        if rule and (below or place < prose.start or _beside_furniture(sheet, place) or _under_headline(sheet, place)):
            sheet.rules[place] = rule
        elif below:
            sheet.rules[place] = _first_match(line, "tail")


def _beside_furniture(sheet: _Sheet, place: int) -> bool:
    around = sheet.rules[max(place - 1, 0) : place] + sheet.rules[place + 1 : place + 2]
    return any(rule not in (None, "ornament", "link", "image_name") for rule in around)


def _under_headline(sheet: _Sheet, place: int) -> bool:
    """Between a headline that stands apart and a paragraph."""
    if place == 0 or place + 1 >= len(sheet.lines):
        return False
    above, below = sheet.lines[place - 1], sheet.lines[place + 1]
    return above.is_headline and above.apart and below.is_prose

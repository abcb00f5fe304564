"""A page without its furniture: what is left, line by line, and what was cut, by which rule (pure).

Nothing disappears: every character that is not white space stands in a line that is left or in a cut.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import get_args

from isnad.messages import Cut
from isnad.text import furniture
from isnad.text.dateline import read_opening
from isnad.text.furniture import Phrase
from isnad.text.lines import Line, read_lines, unprintable
from isnad.text.rules import LONGEST_FURNITURE, RULES, Rule, Where, starts_with
from isnad.text.words import tokens

_LONGEST_TEASER = 400
_LONGEST_TAG_WORDS = 4
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
    holds: Callable[[Line], bool]
    """A line under the heading still belongs to the box."""
    heading_only: bool
    """The heading has the line for itself."""


def _box(line: Line) -> _Box | None:
    """The box that the line opens, if it does."""
    if len(line.text) > LONGEST_FURNITURE:
        return None
    for rule, headings, holds in _BOXES:
        heading = starts_with(line.words, headings)
        if heading is None:
            continue
        if len(heading) == len(line.words):
            return _Box(rule, holds, heading_only=True)
        if _shares_its_line(line, heading):
            return _Box(rule, holds, heading_only=False)
    return None


def _shares_its_line(line: Line, heading: Phrase) -> bool:
    """«اقرأ أيضاً: …», «للمزيد - …», and without a sign «شاهد أيضاً …» where no sentence follows."""
    rest = line.text[tokens(line.text)[len(heading) - 1].end :].lstrip()
    if rest[:1] and rest[0] in _MARKER_SIGNS:
        return True
    return bool(_SPEAKING & set(heading)) and line.is_headline


def _end_of_box(sheet: _Sheet, start: int, box: _Box) -> int:
    """Where the box ends whose first line is `start`: at the first line that belongs to an article again."""
    for place in range(start, len(sheet.lines)):
        line = sheet.lines[place]
        if sheet.rules[place] is not None:
            continue
        opening = read_opening(line.text)
        if opening is not None and (line.is_prose or opening.whole) and opening.agencies:
            # Another report begins here; the headline above it is its own.
            above = sheet.lines[place - 1]
            return place - 1 if place > start and above.is_headline and above.apart else place
        if not box.holds(line) or (box.rule != "comments" and _box(line) is not None):
            return place
    return len(sheet.lines)


def _is_teaser(line: Line) -> bool:
    return not line.is_prose or (line.ends_open and len(line.text) <= _LONGEST_TEASER)


def _is_tag(line: Line) -> bool:
    return len(line.words) <= _LONGEST_TAG_WORDS and not line.ends_sentence


def _is_comment(_: Line) -> bool:
    return True


_BOXES = (
    ("related", furniture.RELATED, _is_teaser),
    ("comments", furniture.COMMENTS, _is_comment),
    ("tags", furniture.TAGS, _is_tag),
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

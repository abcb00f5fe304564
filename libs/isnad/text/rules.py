"""The rules by which lines of a page are furniture and not article (pure).

Each rule is a name, where it holds, and a small function of one line. `clean` applies them; a cut line is kept under
its rule's name.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from isnad.text import furniture
from isnad.text.furniture import Phrase
from isnad.text.lines import Line, has_letters
from isnad.text.words import tokens, words

Where = Literal["anywhere", "edge", "tail"]
"""`edge`: before the first paragraph, after the last, under a headline, or beside other furniture; `tail`: after the
last paragraph."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of furniture."""

    name: str
    where: Where
    matches: Callable[[Line], bool]


LONGEST_FURNITURE = 250
"""Characters; no rule looks at longer lines."""

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONG_HEX = re.compile(r"[0-9a-fA-F]{16,64}")
_LINK = re.compile(r"(https?://|www\.)\S+")
_CAMERA_NAME = re.compile(
    r"(DSC[NF]?|IMG|DSCF|PIC|MVI|GOPR|SAM|CAM|VID|P)[ _-]?\d{3,}([ _-]_*[^\W_]{1,12})*_*(\(\d+\))?", re.IGNORECASE
)
"""An underscore stands between parts and never in one: in either, a row of them would take forever to be no name."""
_IMAGE_FILE = re.compile(
    r"[^\s«»\"]{1,80}( [^\s«»\"]{1,40}){0,6}\.(jpe?g|png|gif|webp|bmp|tiff?|mp4|mp3|pdf)", re.IGNORECASE
)
_IMAGE_NAME = re.compile(
    r"(WhatsApp (Image|Video) [\d\- at.]+|Screenshot[ _][\d\-_. at]+|photo_[\d\-_]+|image\d{1,4}"
    r"|unnamed( \(\d+\))?|\d{5,}_\d{5,}_\w+|maxresdefault|hqdefault|thumb(nail)?\w{0,4})",
    re.IGNORECASE,
)
_COUNTER = re.compile(r"\d[\d.,٬٫]{0,6}[KkMm]?")
_LONGEST_COUNTER_WORDS = 6
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?/ ?\d{1,2}:\d{2}(:\d{2})?)?")
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(19|20)\d\d")
_COMMA = re.compile("[،,;؛]")
_NEIGHBOUR_SIGNS = frozenset(":-–—|/>»›←→")
_BETWEEN_PARTS = re.compile(r" [-–—|] ")
_BETWEEN_CRUMBS = re.compile(r"[/»«>›|\\]|\s[-–]\s")


def starts_with(row: Sequence[str], phrases: frozenset[Phrase]) -> Phrase | None:
    """Return the longest of the phrases that the row of words starts with."""
    for length in range(min(len(row), furniture.LONGEST_PHRASE), 0, -1):
        if tuple(row[:length]) in phrases:
            return tuple(row[:length])
    return None


def _is_uuid(line: Line) -> bool:
    return bool(_UUID.fullmatch(line.text.strip("{}()"))) or bool(
        _LONG_HEX.fullmatch(line.text) and _DIGIT.search(line.text)
    )


def _is_ornament(line: Line) -> bool:
    return not has_letters(line.text)


def _is_link(line: Line) -> bool:
    return bool(_LINK.fullmatch(line.text))


def _is_image_name(line: Line) -> bool:
    return any(shape.fullmatch(line.text) for shape in (_CAMERA_NAME, _IMAGE_FILE, _IMAGE_NAME))


def _is_navigation(line: Line) -> bool:
    return len(line.words) > 1 and tuple(line.words) in furniture.NAVIGATION


def _is_button(line: Line) -> bool:
    return len(line.words) == 1 and tuple(line.words) in furniture.NAVIGATION


def _is_advertisement(line: Line) -> bool:
    return tuple(line.words) in furniture.ADVERTISEMENT


def _is_neighbour(line: Line) -> bool:
    """The title of the article beside this one is glued to what leads there, or a sign stands between them."""
    title = _after_neighbour(line, furniture.NEIGHBOURS)
    return title is not None and (title == "" or title[0].isalnum() or title.lstrip()[:1] in _NEIGHBOUR_SIGNS)


def _is_spaced_neighbour(line: Line) -> bool:
    return line.is_headline and _after_neighbour(line, furniture.NEIGHBOURING_ARTICLES) is not None


def _after_neighbour(line: Line, leading: tuple[str, ...]) -> str | None:
    """What follows the words that lead to an article; None where there are none, or a sentence follows."""
    start = next((start for start in leading if line.text.lower().startswith(start)), None)
    return None if start is None or line.ends_statement else line.text[len(start) :]


def _is_sharing(line: Line) -> bool:
    row = line.words
    return all(word in furniture.SHARING or word.isdigit() for word in row) and any(
        word in furniture.SHARING_CORE for word in row
    )


def _is_rights(line: Line) -> bool:
    row = line.words
    marked = "©" in line.text
    if marked and not line.is_prose:
        return True
    reserved = next((place for place, word in enumerate(row) if word in furniture.RESERVED), None)
    if reserved is None or starts_with(row, furniture.RIGHTS) is None:
        return False
    if marked:
        return True
    if not all(word in furniture.RIGHTS_OF or word.isdigit() for word in row[:reserved]):
        return False
    return not line.is_prose or _reserves(line, row[reserved + 1 :])


def _reserves(line: Line, rest: Sequence[str]) -> bool:
    """Tell whether a sentence says whose the rights are and no more, gives the year, or forbids to copy."""
    if furniture.COPYING.intersection(rest) and furniture.PERMISSION.intersection(rest):
        return True
    if any(_YEAR.fullmatch(word) for word in (*rest[:1], *rest[-1:])) or "reserved" in rest:
        return True
    return not furniture.OWNERS.isdisjoint(rest[:1]) and not _COMMA.search(line.text)


def _is_breadcrumbs(line: Line) -> bool:
    return line.words[:1] == ["الرييسيه"] and bool(_BETWEEN_CRUMBS.search(line.text)) and not line.ends_sentence


def _is_counter(line: Line) -> bool:
    if _COUNTER.fullmatch(line.text) or _CLOCK.fullmatch(line.text):
        return True
    row = line.words
    if not 1 < len(row) <= _LONGEST_COUNTER_WORDS:
        return False
    return all(word.isdigit() or word in furniture.COUNTED for word in row) and any(
        word.isdigit() or word in furniture.COUNTS for word in row
    )


def _is_date(line: Line) -> bool:
    row = line.words
    return (
        len(row) <= 16
        and bool(_DIGIT.search(line.text) or row[:1] == ["منذ"])
        and all(word.isdigit() or word in furniture.CALENDAR for word in row)
        and any(word in furniture.CALENDAR or len(word) == 4 for word in row)
    )


def is_byline(line: Line) -> bool:
    """Tell whether the line names a writer and nothing else: «بقلم: …», «كتب - …»."""
    row = line.words
    opening = starts_with(row, furniture.BYLINE)
    if opening is None or not 1 < len(row) - len(opening) + 1 <= 6 or line.ends_sentence or len(line.text) > 60:
        return False
    return opening in (("بقلم",), ("by",)) or ":" in line.text or " - " in line.text or " – " in line.text


def writer_of(byline: str) -> str:
    """Return the name that a byline gives."""
    opening = starts_with(words(byline), furniture.BYLINE) or ()
    place = tokens(byline)[len(opening) - 1].end if opening else 0
    # «By سعيد علي - فبراير 9, 2018»
    return _BETWEEN_PARTS.split(byline[place:].strip(" :-–—/|"))[0]


def _is_hashtags(line: Line) -> bool:
    return all(word.startswith("#") for word in line.text.split())


RULES = (
    Rule("uuid", "anywhere", _is_uuid),
    Rule("ornament", "anywhere", _is_ornament),
    Rule("link", "anywhere", _is_link),
    Rule("image_name", "anywhere", _is_image_name),
    Rule("navigation", "anywhere", _is_navigation),
    Rule("advertisement", "anywhere", _is_advertisement),
    Rule("related", "anywhere", _is_neighbour),
    Rule("sharing", "anywhere", _is_sharing),
    Rule("breadcrumbs", "anywhere", _is_breadcrumbs),
    Rule("rights", "anywhere", _is_rights),
    Rule("navigation", "edge", _is_button),
    Rule("related", "edge", _is_spaced_neighbour),
    Rule("counter", "edge", _is_counter),
    Rule("date", "edge", _is_date),
    Rule("byline", "edge", is_byline),
    Rule("hashtags", "tail", _is_hashtags),
)


def is_section_label(line: Line, *, before_headline: bool) -> bool:
    """Tell whether the line names a section of the site: «الشأن السوري», «عربي ودولي».

    Words that can also be a title, as «العراق», are a label only where a headline follows.
    """
    row = line.words
    if not row or line.ends_sentence or len(row) > furniture.LONGEST_SECTION_WORDS:
        return False
    bare = [_bare(word) for word in row]
    if not all(word in furniture.SECTION_WORDS for word in bare):
        return False
    return before_headline or any(word in furniture.SECTION_NOUNS for word in bare)


def is_report_label(line: Line) -> bool:
    """Tell whether the line says what kind of report follows: «تقرير خاص لـ …», «حصري»."""
    row = line.words
    if not row or line.ends_sentence or len(row) > furniture.LONGEST_LABEL_WORDS:
        return False
    return starts_with(row, furniture.LABEL_OPENINGS) is not None


def _bare(word: str) -> str:
    """The word without «and» and the article."""
    for prefix in ("وال", "لل", "ال", "و"):
        if word.startswith(prefix) and word[len(prefix) :] in furniture.SECTION_WORDS:
            return word[len(prefix) :]
    return word

"""The article of a web page, by trafilatura: its text, and title, author and date where the page tells them (pure)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from isnad.errors import RecordError
from isnad.messages import Reason
from isnad.topics import MAX_RAW_BYTES
from isnad_prepare.times import published
from isnad_prepare.trees import read_tree

MAX_HTML_BYTES = MAX_RAW_BYTES

MAX_TAGS = 30_000
"""Ten times what a news page has; the time that extraction takes grows faster than their number."""

_REFERENCE = re.compile("&#(?:[xX]0*([0-9a-fA-F]{1,6})|0*([0-9]{1,7}));?")
_CONTROLS = frozenset({*range(32)} - set(map(ord, "\t\n\r")))
"""What lxml takes from a page by its number, and then refuses to put into a text."""

_STUMBLES = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What trafilatura and lxml let through where a page is not as they expect, as with a number for a headline in its
JSON-LD; they have no errors of their own for it."""

_HEAD_CHARACTERS = 2000
_TIMES = (
    "//meta[@property='article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//time[@itemprop='datePublished']/@datetime",
)
"""Where pages tell the moment of publication, as Open Graph and schema.org ask."""


@dataclass(frozen=True, slots=True)
class WebArticle:
    """What a web page says."""

    text: str
    title: str | None = None
    author: str | None = None
    published: str | None = None
    """To the second where the page says so, otherwise a date; unreadable only where all that it says is."""


def read_html(html: str, arrived: datetime) -> WebArticle:
    """Return the article of a page; where none can be made out, all its text; scripts and styles never.

    Dates after the arrival are not taken for the publication's.

    Raises:
        RecordError: the page is too large, or has too many tags or attributes.
    """
    if len(html.encode("utf-8", "replace")) > MAX_HTML_BYTES:
        raise RecordError(Reason.TOO_LARGE, f"html above {MAX_HTML_BYTES} bytes")
    if html.count("<") > MAX_TAGS:
        raise RecordError(Reason.TOO_LARGE, f"html with more than {MAX_TAGS} tags")
    html = _REFERENCE.sub(_without_controls, html)
    if "<html" not in html[:_HEAD_CHARACTERS].lower():
        # A fragment, as feeds have them; trafilatura takes it for no html at all.
        html = f"<html><body>{html}</body></html>"
    try:
        found = _extracted(html, arrived)
    except RecursionError as exc:
        raise RecordError(Reason.TOO_DEEP, "the html is nested too deeply") from exc
    except _STUMBLES:
        found = None
    return found or WebArticle(_all_text(html))


def _extracted(html: str, arrived: datetime) -> WebArticle | None:
    """The article as trafilatura makes it out; None where it finds none."""
    from trafilatura import bare_extraction

    tree = read_tree(html)
    if tree is None:
        return None
    times = [str(time) for path in _TIMES for time in tree.xpath(path)]
    dates = {"original_date": True, "extensive_search": False, "max_date": f"{arrived + timedelta(days=1):%Y-%m-%d}"}
    found = bare_extraction(tree, include_comments=False, with_metadata=True, date_extraction_params=dates)
    page = found if isinstance(found, dict) or found is None else found.as_dict()
    if not (page and page.get("text")):
        return None
    told = {name: _whole(str(page[name])) for name in ("text", "title", "author", "date") if page.get(name)}
    return WebArticle(
        told["text"], told.get("title"), told.get("author"), _first_told(times, told.get("date"), arrived)
    )


def _first_told(times: Sequence[str], date: str | None, arrived: datetime) -> str | None:
    """The first of the times that can be believed, else the date, else what the page has to say."""
    told = (time for time in times if published(time, arrived).is_told)
    return next(told, None) or date or next(iter(times), None)


def _all_text(html: str) -> str:
    from trafilatura import html2txt

    try:
        tree = read_tree(html)
        return "" if tree is None else _whole(html2txt(tree))
    except RecursionError as exc:
        raise RecordError(Reason.TOO_DEEP, "the html is nested too deeply") from exc
    except _STUMBLES as exc:
        raise RecordError(Reason.NO_TEXT, f"the html can't be read: {exc}") from exc


def _whole(text: str) -> str:
    """The text without halves of characters, which the JSON in a page may hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _without_controls(reference: re.Match[str]) -> str:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return " " if code in _CONTROLS else reference[0]

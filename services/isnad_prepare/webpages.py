"""The article of a web page, by trafilatura: its text, and title, author and date where the page tells them (pure)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from isnad.errors import RecordError
from isnad.messages import Reason
from isnad.topics import MAX_RAW_BYTES

MAX_HTML_BYTES = MAX_RAW_BYTES


@dataclass(frozen=True, slots=True)
class WebArticle:
    """What a web page says."""

    text: str
    title: str | None = None
    author: str | None = None
    published: str | None = None
    """A date, without time."""


def read_html(html: str, arrived: datetime) -> WebArticle:
    """Return the article of a page; its text is empty where the page holds none.

    Dates after the arrival are not taken for the publication's.

    Raises:
        RecordError: the page is too large, or nested too deeply to be read.
    """
    from trafilatura import bare_extraction

    if len(html.encode("utf-8", "replace")) > MAX_HTML_BYTES:
        raise RecordError(Reason.TOO_LARGE, f"html above {MAX_HTML_BYTES} bytes")
    dates = {"original_date": True, "extensive_search": False, "max_date": f"{arrived + timedelta(days=1):%Y-%m-%d}"}
    try:
        found = bare_extraction(
            html, include_comments=False, include_tables=True, with_metadata=True, date_extraction_params=dates
        )
    except RecursionError as exc:
        raise RecordError(Reason.TOO_DEEP, "the html is nested too deeply") from exc
    if found is None:
        return WebArticle("")
    page = found if isinstance(found, dict) else found.as_dict()
    return WebArticle(page.get("text") or "", page.get("title"), page.get("author"), page.get("date"))

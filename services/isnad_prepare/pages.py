"""A raw record into its articles: cleaned, split, with title, dateline, language and time (pure).

A record with a title is one article. One without is a page, which may hold several. The same record always gives the
same bytes: "now" is the moment at which it was appended to `articles.raw`.
"""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from isnad.codec import decode_either, encode
from isnad.entry import check_beside
from isnad.errors import RecordError
from isnad.identity import article_id, part_id
from isnad.messages import SCHEMA, Cut, PreparedArticle, RawArticle, Reason, Takedown
from isnad.outcomes import Outcome, Outgoing, Record
from isnad.text.clean import CleanPage, clean
from isnad.text.dateline import find_dateline
from isnad.text.lines import count_lines, printable
from isnad.text.rules import writer_of
from isnad.text.split import Piece, split
from isnad.text.words import words
from isnad_prepare.language import UNDETERMINED, detect
from isnad_prepare.takedowns import pass_on, place_of
from isnad_prepare.times import published, read_time
from isnad_prepare.webpages import WebArticle, read_html

SHORT_WORDS = 20
"""Below so many words a body is flagged `short`: it has too little text of its own to be compared."""

_SHORT_CHARACTERS = 1000
"""No need to count the words of anything longer."""

MAX_LINES = 20_000
"""No page of news has a tenth of it; such a record would hold up all others for minutes."""

OPENING_CHARACTERS = 90
"""A page without a headline is called by so much of its opening."""

_ENDLESS_REFERENCE = re.compile("&#[0-9]{100,};?")
"""Means no character, and Python refuses to read a number of thousands of digits."""

_SCHEME_SIGNS = str.maketrans("", "", "+-")
"""A full stop may stand in a scheme too, but then it is a host: news.example:8080/1."""

Detect = Callable[[str], str]


def prepare_record(record: Record, topic: str, detect_language: Detect = detect) -> Outcome:
    """Return the articles of a raw record as messages for `topic`, in the page's order, or why there are none.

    A takedown is passed on.
    """
    page_id: str | None = None
    try:
        raw = decode_either(RawArticle, Takedown, record.value)
        if isinstance(raw, Takedown):
            return pass_on(raw, record, topic)
        page_id = article_id(raw)
        articles = prepare(raw, page_id, record, detect_language)
    except RecordError as exc:
        return Outcome.dead(exc, page_id)
    messages = tuple(Outgoing(topic, article.id.encode(), encode(article)) for article in articles)
    return Outcome("passed", messages, article_id=page_id)


def prepare(raw: RawArticle, page_id: str, record: Record, detect_language: Detect = detect) -> list[PreparedArticle]:
    """Return the articles of a raw record, at least one.

    Raises:
        RecordError: the record holds no text, nothing but furniture, or too much to be an article, beside it too.
    """
    web = _web_article(raw, record)
    check_beside(raw, web.author)
    if count_lines(web.text) > MAX_LINES:
        raise RecordError(Reason.TOO_LARGE, f"more than {MAX_LINES} lines")
    title = _line(raw.title) or _line(web.title)
    page = clean(web.text)
    pieces = [_titled(title, page)] if title else split(page)
    if not pieces:
        raise RecordError(Reason.NO_TEXT, _why_nothing(page))
    common = _Common(raw, web, page_id, len(pieces), record)
    return [
        _article(
            piece, part=number if len(pieces) > 1 else 0, given_title=bool(title), common=common, detect=detect_language
        )
        for number, piece in enumerate(pieces, start=1)
    ]


@dataclass(frozen=True, slots=True)
class _Common:
    """What the articles of one record share."""

    raw: RawArticle
    web: WebArticle
    page_id: str
    parts: int
    record: Record


def _web_article(raw: RawArticle, record: Record) -> WebArticle:
    if raw.body and raw.body.strip():
        return WebArticle(raw.body)
    if raw.html and raw.html.strip():
        return read_html(raw.html, record.appended_at)
    return WebArticle("")


def _titled(title: str, page: CleanPage) -> Piece:
    """The whole page as one article; bodies often begin with their title again."""
    lines, cuts = list(page.lines), [placed.cut for placed in page.cuts]
    if lines and len(lines[0].text) <= 2 * len(title) and lines[0].words == words(title):
        cuts.insert(0, Cut("title_again", lines.pop(0).text))
    return Piece(title, tuple(lines), tuple(cuts))


def _article(piece: Piece, *, part: int, given_title: bool, common: _Common, detect: Detect) -> PreparedArticle:
    raw, arrived = common.raw, common.record.appended_at
    body = "\n".join(line.text for line in piece.lines)
    dateline = find_dateline(body)
    title = piece.title or opening_words(body[dateline.end :] if dateline else body)
    language = detect(body or title)
    given_time = raw.published_at if raw.published_at and raw.published_at.strip() else common.web.published
    time = published(given_time, arrived)
    url, cuts = _harmless(raw.url, piece.cuts)
    return PreparedArticle(
        schema=SCHEMA,
        id=part_id(common.page_id, part) if part else common.page_id,
        source=raw.source.strip(),
        title=title,
        body=body,
        language=language,
        published_at=time.at,
        arrived_at=arrived,
        url=url,
        author=_line(raw.author) or _line(common.web.author) or _writer(piece.cuts),
        section=_line(raw.section) or piece.section,
        tags=tuple(tag for tag in map(_line, raw.tags) if tag),
        declared_language=_line(raw.language),
        published_at_given=raw.published_at,
        fetched_at=read_time(raw.fetched_at),
        time_marks=time.marks,
        page_id=common.page_id,
        part=part,
        parts=common.parts,
        dateline=dateline,
        cut=cuts,
        flags=tuple(_flags(piece, body, language, given_title=given_title)),
        raw=place_of(common.record),
    )


def _flags(piece: Piece, body: str, language: str, *, given_title: bool) -> Iterable[str]:
    if not body:
        yield "title_only"
    elif len(body) < _SHORT_CHARACTERS and len(words(body)) < SHORT_WORDS:
        yield "short"
    if piece.title is None:
        yield "no_title"
    elif not given_title:
        yield "title_from_body"
    if language not in ("ar", UNDETERMINED):
        yield "not_arabic"


def opening_words(body: str) -> str:
    """Return the body's opening, whole words, to call an article by that has no headline."""
    first = body.strip().partition("\n")[0]
    if len(first) <= OPENING_CHARACTERS:
        return first
    head, space, _ = first[:OPENING_CHARACTERS].rpartition(" ")
    return (head if space else first[:OPENING_CHARACTERS]).rstrip(" ،,:؛–-") + " …"


def _why_nothing(page: CleanPage) -> str:
    rules = sorted({placed.cut.rule for placed in page.cuts})
    if not rules:
        return "the record holds no text"
    return f"nothing is left of the text but what is cut from every page ({', '.join(rules)})"


def _writer(cuts: Iterable[Cut]) -> str | None:
    return next((writer_of(cut.text) for cut in cuts if cut.rule == "byline"), None)


def _harmless(url: str | None, cuts: tuple[Cut, ...]) -> tuple[str | None, tuple[Cut, ...]]:
    """An address that a browser would run instead of opening is cut."""
    address = _line(url)
    if address is None:
        return None, cuts
    scheme, colon, _ = address.partition(":")
    if colon and scheme.lower() not in ("http", "https") and scheme.translate(_SCHEME_SIGNS).isalnum():
        return None, (*cuts, Cut("url", address))
    return address, cuts


def _line(given: str | None) -> str | None:
    """A field on one line, character references read (feeds escape twice); None where nothing is left of it."""
    return printable(html.unescape(_ENDLESS_REFERENCE.sub("\ufffd", given))) or None if given else None

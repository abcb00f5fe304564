"""Articles and verdicts as lines of JSON, for `isnad dedup` (pure)."""

from datetime import UTC, datetime
from typing import Literal, NamedTuple

import msgspec

from isnad.errors import RequestError
from isnad.messages import Link, Verdict
from isnad.offline import decode_line
from isnad_dedup.matching.events import Arrival

TimeFrom = Literal["appended_at", "published_at"]

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
"""Before the year 1970 too: archives of newspapers begin in the nineteenth century."""


class _Line(msgspec.Struct):
    id: str
    body: str | None
    source: str | None = None
    title: str | None = None
    published_at: str | None = None
    appended_at: str | None = None


class Row(NamedTuple):
    """An article as it stands in a table."""

    id: str | None
    body: str | None
    source: str | None
    title: str | None
    published_at: str | datetime | None
    appended_at: str | datetime | None
    damaged: bool = False
    """Whether one of the texts is not UTF-8."""


_decoder = msgspec.json.Decoder(_Line)


class Clerk:
    """Turns lines and rows into articles of a log: their order is the log's order.

    What stands for the append time, by which the window moves: the line's `appended_at` or, where that is asked for,
    its `published_at`. A line that has none, or one that can't be read or is before the one before it, stands at the
    moment of the line before it; so without such times the whole file is one day, as if it had been fed to the chain
    at once. So does one that is dated after `latest`: a single wrong date would else empty the window. What comes
    before the first moment stands before all days.

    Attributes:
        too_late: how many are dated after `latest`.
        before_all: how many came before the first moment, where one came.
    """

    def __init__(self, time_from: TimeFrom = "appended_at", latest: datetime | None = None) -> None:
        self._time_from = time_from
        self._latest = latest
        self._now = _BEFORE_ALL
        self._waiting = 0
        self.too_late = 0
        self.before_all = 0

    def read(self, line: bytes) -> Arrival:
        """Return the article of a line.

        Raises:
            RequestError: the line is no article; the text says why, the caller knows where.
        """
        article = decode_line(_decoder, line)
        return self._arrival(article, article.id)

    def read_row(self, row: Row) -> Arrival:
        """Return the article of a row of a table.

        Raises:
            RequestError: the row is no article; the text says why, the caller knows where.
        """
        if row.damaged:
            raise RequestError("a text is not UTF-8")
        if not row.id:
            raise RequestError("the id is empty")
        return self._arrival(row, row.id)

    def _arrival(self, article: _Line | Row, article_id: str) -> Arrival:
        published_at = _moment(article.published_at)
        moment = published_at if self._time_from == "published_at" else _moment(article.appended_at)
        if moment is not None and self._latest is not None and moment > self._latest:
            self.too_late += 1
        elif moment is not None and moment > self._now:
            self._now = moment
            self.before_all = self._waiting
        if self._now is _BEFORE_ALL:
            self._waiting += 1
        return Arrival(
            id=article_id,
            source=article.source or "",
            title=article.title or "",
            body=article.body or "",
            published_at=published_at or self._now,
            appended_at=self._now,
            undated=published_at is None,
        )


def _moment(given: str | datetime | None) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else given
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


class _LinkLine(msgspec.Struct):
    id: str
    story_id: str
    jaccard: float
    contained: float
    contains: float

    @classmethod
    def of(cls, link: Link) -> "_LinkLine":
        return cls(link.id, link.story_id, link.jaccard, link.contained, link.contains)


class _VerdictLine(msgspec.Struct, omit_defaults=True):
    id: str
    story_id: str
    relation: str
    links: list[_LinkLine]
    offset: int | None = None


_encoder = msgspec.json.Encoder()


def write(article_id: str, verdict: Verdict, offset: int | None = None) -> bytes:
    """Return the line that tells the verdict on an article, with its offset in the log where it has one."""
    links = [_LinkLine.of(link) for link in verdict.links]
    line = _VerdictLine(article_id, verdict.story_id, verdict.relation, links, offset)
    return _encoder.encode(line) + b"\n"

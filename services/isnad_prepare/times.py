"""When an article was published, as far as its producer can be believed (pure).

A time that is missing, unreadable, in the future or older than news on the web gives way to the time of arrival; the
marks say so. A time without a zone is read as UTC, and is never put after the arrival.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from isnad.messages import UNDATED_MARKS
from isnad.text.words import fold
from isnad_prepare.worded_times import read_worded

TOLERANCE = timedelta(hours=1)
"""How far a producer's clock may be ahead of the broker's."""

FARTHEST_ZONE = timedelta(hours=14)
"""How far local time can be ahead of UTC."""

ANCIENT = datetime(1990, 1, 1, tzinfo=UTC)
"""Earlier times are a machine's zero, not a publisher's word."""

_LONGEST = 100
"""Characters; no time is longer."""

_UNIX_SECONDS = re.compile(r"\d{9,10}")
_UNIX_MILLISECONDS = re.compile(r"(?!19|20)\d{12}|\d{13}")
"""Those of 1976 are a day and a clock: as milliseconds none of them would be believed."""
_DIGITS = re.compile(r"(?P<day>(?:19|20)\d{6})(?P<clock>\d{4}(?:\d\d)?) ?(?P<zone>z|[+-]\d\d:?\d\d)?")
_SLASHED = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})")
_DAY_WITH_ZONE = re.compile(r"(?P<day>\d{4}-\d\d-\d\d) ?(?P<zone>z|[+-]\d\d:\d\d)")
"""The date of XML Schema, which means the day from midnight on in that zone."""
_DAY_AND_CLOCK = re.compile(
    r"(?:\d{4}-\d\d-\d\d|\d{8}|\d{4}-?w\d\d(?:-?\d)?)(?:[t _]\d.*)?|\d{8}-\d{4}.*|\d{4}-\d\d-\d\d-\d\d:\d\d:\d.*"
)
"""Python takes any sign before the clock, and so a zone for a clock."""


@dataclass(frozen=True, slots=True)
class Published:
    """When an article was published, and what is to be said about it."""

    at: datetime
    marks: tuple[str, ...]

    @property
    def is_told(self) -> bool:
        """It is the time that was given, and not that of the arrival."""
        return UNDATED_MARKS.isdisjoint(self.marks)


def published(given: str | None, arrived: datetime) -> Published:
    """Return when an article was published that arrived at the given moment."""
    if given is None or not given.strip():
        return Published(arrived, ("missing",))
    read = _read(given)
    if read is None:
        return Published(arrived, ("unreadable",))
    at, has_zone = read
    marks = () if has_zone else ("no_zone",)
    if at > arrived + (TOLERANCE if has_zone else FARTHEST_ZONE):
        return Published(arrived, (*marks, "future"))
    if at < ANCIENT:
        return Published(arrived, (*marks, "ancient"))
    return Published(at if has_zone else min(at, arrived), marks)


def read_time(given: str | None) -> datetime | None:
    """Return the moment that a text tells, in UTC, or None.

    Read are RFC 3339 and its looser forms, nothing but digits (202603042330), Unix time, and what `read_worded` reads.
    """
    read = _read(given) if given else None
    return read[0] if read else None


def _read(given: str) -> tuple[datetime, bool] | None:
    if len(given) > _LONGEST:
        return None
    text = fold(given).strip()
    for form in (_unix, _iso, read_worded):
        try:
            at = form(text)
            if at is not None:
                has_zone = at.tzinfo is not None
                return (at if has_zone else at.replace(tzinfo=UTC)).astimezone(UTC), has_zone
        except (ValueError, TypeError, IndexError, OverflowError, OSError):
            continue
    return None


def _unix(text: str) -> datetime | None:
    if _UNIX_SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC)
    if _UNIX_MILLISECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    return None


def _iso(text: str) -> datetime | None:
    # As they are written, and without leading zeros: 2018/2/8 10:22.
    loose = _SLASHED.sub(lambda date: f"{date[1]}-{int(date[2]):02}-{int(date[3]):02}", text)
    if found := _DIGITS.fullmatch(loose):
        loose = f"{found['day']}t{found['clock']}{found['zone'] or ''}"
    elif found := _DAY_WITH_ZONE.fullmatch(loose):
        loose = f"{found['day']}t00:00{found['zone']}"
    return datetime.fromisoformat(loose.upper()) if _DAY_AND_CLOCK.fullmatch(loose) else None

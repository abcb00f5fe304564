"""A moment as a person writes it by its age: `2h`, `3 d ago` (pure)."""

import re
from datetime import UTC, datetime, timedelta

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
"""What is so long ago that the calendar does not reach it."""

_AGE = re.compile(r"(\d{1,9})\s*(s|m|h|d|w)(?:\s+ago)?", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def ago(text: str, now: datetime) -> datetime | None:
    """Return the moment that lies so long before now, aware; None where the text is no age."""
    age = _AGE.fullmatch(text)
    if age is None:
        return None
    try:
        return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
    except OverflowError:
        return BEFORE_ALL

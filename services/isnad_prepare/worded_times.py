"""Times as feeds, mails and browsers write them in words: «Wed, 04 Mar 2026 11:30 PM GMT+3» (pure).

Read is a text of nothing but a day, a clock and a zone, in the orders of RFC 2822, RFC 850, C's asctime and
JavaScript's Date; and days in digits, year first, whose clock is one of twelve hours or whose zone is a name. Any other
word makes it unreadable: half a text may mean another time.

Zones are offsets (plus is east of Greenwich, after GMT too), the names of RFC 2822, and those of Europe, Moscow and
Africa. AST, BST, GST and IST are read as no zone: each is the name of several, as AST is Arabia's and the Atlantic's.

Why not a library: dateutil reads GMT+0300 as three hours behind Greenwich, and takes what is missing from today;
email.utils reads 11 PM as 11 in the morning, and passes over what it does not know.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "wet": 0, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "wat": 1, "cat": 2, "eat": 3,
}  # fmt: skip
"""Hours east of Greenwich."""
_NO_ZONES = ("ast", "adt", "bst", "gst", "ist")

_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? ?)?"
_DAY = r"(?P<day>\d\d?)(?:st|nd|rd|th)?"
_MONTH = r"(?P<month>[a-z]{3,9})\.?"
_CLOCK = (
    r"(?P<hour>\d\d?)[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d{1,9})?)?"
    r"(?: ?(?P<half>[ap]\.?m\.?|ص|م|صباحا|مساء))?"
)
_ZONE = (
    r"(?: ?(?:(?:gmt|utc|ut)? ?(?P<sign>[+-])(?P<hours>\d\d?)(?::?(?P<minutes>\d\d))?(?: [a-z]{1,5}| [+-]\d\d)?"
    rf"|(?P<zone>{'|'.join((*_ZONES, *_NO_ZONES))})))?"
    r"(?: ?\([^()]*\))?"
)
_AND = r"(?:[t,]|,? (?:at )?(?:[-–|] )?)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        # 04 Mar 2026 11:30 PM +0300, Wednesday, 04-Mar-26 23:30:00 GMT
        rf"{_WEEKDAY}{_DAY}[ -]{_MONTH},?[ -](?P<year>\d{{4}}|\d\d)(?:{_AND}{_CLOCK}{_ZONE})?",
        # March 4, 2026 9:15 pm, Wed Mar 04 2026 23:30:00 GMT+0300 (Arabian Standard Time)
        rf"{_WEEKDAY}{_MONTH} {_DAY},? (?P<year>\d{{4}})(?:{_AND}{_CLOCK}{_ZONE})?",
        # Wed Mar  4 23:30:00 EET 2026
        rf"{_WEEKDAY}{_MONTH} {_DAY} {_CLOCK}{_ZONE} (?P<year>\d{{4}})",
        # 2026-03-04 11:30 م, 2026/3/4 23:30 GMT+3
        rf"(?P<year>\d{{4}})[-/](?P<month>\d\d?)[-/](?P<day>\d\d?){_AND}{_CLOCK}{_ZONE}",
    )
)


def read_worded(text: str) -> datetime | None:
    """Return the time that a folded text tells, or None; without a zone where the text has none.

    Raises:
        ValueError: there is no such time.
    """
    written = " ".join(text.split())
    found = next((match for form in _FORMS if (match := form.fullmatch(written))), None)
    if found is None:
        return None
    told = found.groupdict()
    hour = _hour(int(told["hour"] or 0), told["half"])
    minute, second = int(told["minute"] or 0), int(told["second"] or 0)
    return datetime(
        _year(told["year"]), _month(told["month"]), int(told["day"]), hour, minute, second, tzinfo=_zone(told)
    )


def _year(written: str) -> int:
    """Two digits are read as RFC 2822 asks, section 4.3."""
    if len(written) > 2:
        return int(written)
    return int(written) + (2000 if int(written) < 50 else 1900)


def _month(written: str) -> int:
    if written.isdigit():
        return int(written)
    return next((number for number, name in enumerate(_MONTHS, 1) if name.startswith(written)), 0)


def _hour(written: int, half: str | None) -> int:
    """The hour of the day; 13 to 23 with pm and 0 with am are meant as they stand."""
    if not half:
        return written
    afternoon = half[0] in "pم"
    if 1 <= written <= 12:
        return written % 12 + 12 * afternoon
    if (written > 12) != afternoon:
        raise ValueError(f"no hour {written} {half}")
    return written


def _zone(told: dict[str, str | None]) -> timezone | None:
    if told["sign"]:
        offset = timedelta(hours=int(told["hours"] or 0), minutes=int(told["minutes"] or 0))
        if told["sign"] == "-" and not offset:
            return None  # as RFC 2822 has it where the zone is unknown
        return timezone(-offset if told["sign"] == "-" else offset)
    hours = _ZONES.get(told["zone"] or "")
    return None if hours is None else timezone(timedelta(hours=hours)) if hours else UTC

"""Times as feeds, mails, browsers and papers write them in words: «Wed, 04 Mar 2026 11:30 PM GMT+3» (pure).

Read is a text of nothing but a day, a clock and a zone, in the orders of RFC 2822, RFC 850, C's asctime and
JavaScript's Date, in English or Arabic; and days in digits, year first, whose clock is one of twelve hours or whose
zone is a name. Any other word makes it unreadable: half a text may mean another time. So are days of the Hijri
calendar, for the same day has another number from one country to the next.

Months have the names of the Gulf and Egypt, the Levant and Iraq, Algeria and Tunisia, and Morocco; two of them, as in
«آذار/مارس», must be the same month. Zones are offsets (plus is east of Greenwich, after GMT too), the names of RFC
2822, those of Europe, Moscow and Africa, and what is said to be the time of Greenwich or Mecca. AST, BST, GST and IST
are read as no zone: each is the name of several, as AST is Arabia's and the Atlantic's. What stands in brackets is the
zone where no other is told, and its name, which tells nothing more, behind one.

Why not a library: dateutil reads GMT+0300 as three hours behind Greenwich, and takes what is missing from today;
email.utils reads 11 PM as 11 in the morning, and passes over what it does not know.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_ARABIC_MONTHS = (
    ("يناير", "جانفي", "كانون الثاني"),
    ("فبراير", "فيفري", "شباط"),
    ("مارس", "اذار"),
    ("ابريل", "افريل", "نيسان"),
    ("مايو", "ماي", "ايار"),
    ("يونيو", "يونيه", "جوان", "حزيران"),
    ("يوليو", "يوليه", "يوليوز", "جويليه", "تموز"),
    ("اغسطس", "غشت", "اوت", "اب"),
    ("سبتمبر", "شتنبر", "ايلول"),
    ("اكتوبر", "تشرين الاول"),
    ("نوفمبر", "نونبر", "تشرين الثاني"),
    ("ديسمبر", "دجنبر", "كانون الاول"),
)
"""Folded, as all that is read here."""
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "wet": 0, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "wat": 1, "cat": 2, "eat": 3,
}  # fmt: skip
"""Hours east of Greenwich."""
_PLACES = {"غرينتش": 0, "غرينيتش": 0, "جرينتش": 0, "مكه": 3, "مكه المكرمه": 3, "السعوديه": 3}
_NO_ZONES = ("ast", "adt", "bst", "gst", "ist")

_WEEKDAY = (
    r"(?:(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?"
    r"|(?:يوم )?(?:الاحد|الاثنين|الثلاثاء|الاربعاء|الخميس|الجمعه|السبت))[,،]? ?)?"
)
_DAY = r"(?P<day>\d\d?)(?:st|nd|rd|th)?"
_ARABIC_MONTH = "|".join(name for names in _ARABIC_MONTHS for name in names)
_MONTH = rf"(?P<month>[a-z]{{3,9}}|{_ARABIC_MONTH})\.?(?: ?/ ?(?P<same_month>{_ARABIC_MONTH}))?"
_YEAR = r"(?P<year>\d{4}) ?م?"
_CLOCK = (
    r"(?P<hour>\d\d?)[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d{1,9})?)?"
    r"(?: ?(?P<half>[ap]\.?m\.?|ص|م|صباحا|مساء))?"
)
_OFFSET = r"(?:gmt|utc|ut)? ?(?P<sign>[+-])(?P<hours>\d\d?)(?::?(?P<minutes>\d\d))?"
_NAME = rf"(?P<zone>{'|'.join((*_ZONES, *_NO_ZONES))})"
_PLACE = rf"ب?توقيت (?P<place>{'|'.join(_PLACES)})"
_ZONE = (
    rf"(?: ?(?:{_OFFSET}(?: [a-z]{{1,5}}| [+-]\d\d)?|{_NAME}|{_PLACE}))?"
    r"(?: ?\((?P<in_brackets>[^()]*)\))?"
)
_ZONE_IN_BRACKETS = re.compile(rf" ?(?:{_OFFSET}|{_NAME}|{_PLACE}) ?")
_AND = r"(?:[t,]|[,،]? (?:at )?(?:[-–|] )?(?:الساعه )?)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        # 04 Mar 2026 11:30 PM +0300, الأربعاء، ٤ آذار/مارس ٢٠٢٦ الساعة ١١:٣٠ مساء
        rf"{_WEEKDAY}{_DAY}[ -]{_MONTH}[,،]?[ -]{_YEAR}(?:{_AND}{_CLOCK}{_ZONE})?",
        # Wednesday, 04-Mar-26 23:30:00 GMT
        rf"{_WEEKDAY}{_DAY}[ -]{_MONTH},?[ -](?P<year>\d\d)(?:{_AND}{_CLOCK}{_ZONE})?",
        # March 4, 2026 9:15 pm, Wed Mar 04 2026 23:30:00 GMT+0300 (Arabian Standard Time)
        rf"{_WEEKDAY}{_MONTH} {_DAY}[,،]? {_YEAR}(?:{_AND}{_CLOCK}{_ZONE})?",
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
    month = _month(told["month"])
    if told.get("same_month") and _month(told["same_month"]) != month:
        raise ValueError(f"two months: {told['month']} and {told['same_month']}")
    hour = _hour(int(told["hour"] or 0), told["half"])
    minute, second = int(told["minute"] or 0), int(told["second"] or 0)
    return datetime(_year(told["year"]), month, int(told["day"]), hour, minute, second, tzinfo=_zone(told))


def _year(written: str) -> int:
    """Two digits are read as RFC 2822 asks, section 4.3."""
    if len(written) > 2:
        return int(written)
    return int(written) + (2000 if int(written) < 50 else 1900)


def _month(written: str) -> int:
    if written.isdigit():
        return int(written)
    names = enumerate(zip(_MONTHS, _ARABIC_MONTHS, strict=True), 1)
    return next((number for number, (english, arabic) in names if english.startswith(written) or written in arabic), 0)


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
    if told.get("in_brackets") is not None and (told["zone"] in _NO_ZONES or not (told["zone"] or told["place"])):
        return _zone_in_brackets(told)
    hours = _PLACES[told["place"]] if told["place"] else _ZONES.get(told["zone"] or "")
    return None if hours is None else timezone(timedelta(hours=hours)) if hours else UTC


def _zone_in_brackets(told: dict[str, str | None]) -> timezone | None:
    found = _ZONE_IN_BRACKETS.fullmatch(told["in_brackets"] or "")
    # Else it is a remark, or one of several zones in words: AST (Arabian Standard Time).
    return None if found is None else _zone(found.groupdict())

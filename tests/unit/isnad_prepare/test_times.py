"""Times of publication: read in the forms that feeds use, believed within reason."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isnad_prepare.times import ANCIENT, TOLERANCE, Published, published, read_time

ARRIVED = datetime(2018, 2, 8, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given_time", "at", "marks"),
    [
        ("2018-02-08T10:22:00Z", datetime(2018, 2, 8, 10, 22, tzinfo=UTC), ()),
        ("2018-02-08T12:22:00+02:00", datetime(2018, 2, 8, 10, 22, tzinfo=UTC), ()),
        ("2018-02-08t10:22:00.250z", datetime(2018, 2, 8, 10, 22, 0, 250_000, tzinfo=UTC), ()),
        ("  2018-02-08 10:22:00Z\n", datetime(2018, 2, 8, 10, 22, tzinfo=UTC), ()),
        ("2015-07-21 02:51:32", datetime(2015, 7, 21, 2, 51, 32, tzinfo=UTC), ("no_zone",)),
        ("2015-07-21", datetime(2015, 7, 21, tzinfo=UTC), ("no_zone",)),
        ("2018/2/8 10:22", datetime(2018, 2, 8, 10, 22, tzinfo=UTC), ("no_zone",)),
        ("٢٠١٨-٠٢-٠٨ ١٠:٢٢", datetime(2018, 2, 8, 10, 22, tzinfo=UTC), ("no_zone",)),
        ("Thu, 08 Feb 2018 10:22:00 GMT", datetime(2018, 2, 8, 10, 22, tzinfo=UTC), ()),
        ("Thu, 08 Feb 2018 13:22:00 +0300", datetime(2018, 2, 8, 10, 22, tzinfo=UTC), ()),
        ("1518085320", datetime(2018, 2, 8, 10, 22, tzinfo=UTC), ()),
        ("1518085320000", datetime(2018, 2, 8, 10, 22, tzinfo=UTC), ()),
        ("201802081022", datetime(2018, 2, 8, 10, 22, tzinfo=UTC), ("no_zone",)),
        ("20180208102230", datetime(2018, 2, 8, 10, 22, 30, tzinfo=UTC), ("no_zone",)),
        ("20180208102230Z", datetime(2018, 2, 8, 10, 22, 30, tzinfo=UTC), ()),
        ("20180208132200 +0300", datetime(2018, 2, 8, 10, 22, tzinfo=UTC), ()),
        ("199912312359", datetime(1999, 12, 31, 23, 59, tzinfo=UTC), ("no_zone",)),
        ("2018-W06-4T10:22", datetime(2018, 2, 8, 10, 22, tzinfo=UTC), ("no_zone",)),
    ],
)
def test_usual_forms_are_read(given_time: str, at: datetime, marks: tuple[str, ...]) -> None:
    found = published(given_time, ARRIVED)
    assert (found.at, found.marks) == (at, marks)
    assert found.at.utcoffset() is not None


@pytest.mark.parametrize(
    ("given_time", "mark"),
    [
        (None, "missing"),
        ("", "missing"),
        (" ", "missing"),
        ("أمس", "unreadable"),
        ("2018-02-30T10:00:00Z", "unreadable"),
        ("2018", "unreadable"),
        ("0001-01-01T00:00:00+14:00", "unreadable"),
        ("1970-01-01T00:00:00Z", "ancient"),
        ("2020-02-08T12:00:00Z", "future"),
        ("2018-02-08T13:00:01Z", "future"),
    ],
)
def test_a_time_that_cannot_be_believed_gives_way_to_the_arrival(given_time: str | None, mark: str) -> None:
    found = published(given_time, ARRIVED)
    assert (found.at, found.marks) == (ARRIVED, (mark,))


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2018-02-08+03:00", datetime(2018, 2, 7, 21, tzinfo=UTC)),
        ("2018-02-07-05:00", datetime(2018, 2, 7, 5, tzinfo=UTC)),
        ("2018-02-08 +03:00", datetime(2018, 2, 7, 21, tzinfo=UTC)),
        ("2018-02-08Z", datetime(2018, 2, 8, tzinfo=UTC)),
    ],
)
def test_a_day_with_a_zone_begins_at_midnight_there(written: str, at: datetime) -> None:
    """As XML Schema has it; the zone was taken for the clock."""
    assert published(written, ARRIVED) == Published(at, ())


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("999999999", datetime(2001, 9, 9, 1, 46, 39, tzinfo=UTC)),
        ("1000000000", datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)),
        ("999999999000", datetime(2001, 9, 9, 1, 46, 39, tzinfo=UTC)),
        ("1000000000000", datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)),
        ("189999999999", datetime(1976, 1, 9, 1, 46, 39, 999_000, tzinfo=UTC)),
        ("210000000000", datetime(1976, 8, 27, 13, 20, tzinfo=UTC)),
        ("190001010000", datetime(1900, 1, 1, tzinfo=UTC)),
        ("209912312359", datetime(2099, 12, 31, 23, 59, tzinfo=UTC)),
    ],
)
def test_twelve_digits_are_a_day_and_a_clock_where_they_begin_with_a_century(written: str, at: datetime) -> None:
    """All others count from 1970; those that begin with 19 and 20 would all be of 1976."""
    assert read_time(written) == at


def test_both_marks_are_set_where_both_hold() -> None:
    assert published("1970-01-01 00:00:00", ARRIVED).marks == ("no_zone", "ancient")
    assert published("2019-01-01 00:00:00", ARRIVED).marks == ("no_zone", "future")


def test_a_producers_clock_may_be_a_little_ahead() -> None:
    assert published("2018-02-08T12:59:00Z", ARRIVED).at == datetime(2018, 2, 8, 12, 59, tzinfo=UTC)


def test_local_time_without_a_zone_is_never_after_the_arrival() -> None:
    # 15:00 in Riyadh is 12:00 UTC; without its zone it looks like three hours in the future.
    found = published("2018-02-08 15:00:00", ARRIVED)
    assert (found.at, found.marks) == (ARRIVED, ("no_zone",))


@pytest.mark.parametrize(
    "written",
    [
        "Mar 4, 2026 11:30 PM",
        "March 4th, 2026 at 11:30 p.m.",
        "Wednesday, March 4, 2026 - 23:30",
        "04 Mar 2026 11:30:00 pm",
        "04 Mar 2026 23:30 PM",
        "Wednesday, 04-Mar-26 23:30:00",
        "Wed Mar  4 23:30:00 2026",
        "2026-03-04 11:30\u202fPM",
        "2026/3/4 11:30 م",
        "٢٠٢٦-٠٣-٠٤ ١١:٣٠ مساءً",
        "٤ مارس ٢٠٢٦ ١١:٣٠ م",
        "الأربعاء، 4 مارس 2026 - 23:30",
        "يوم الأربعاء 4 آذار/مارس 2026م، الساعة 11:30 مساءً",
        "مارس 4, 2026 11:30 م",
        "4 آذار، 2026 | 23:30",
    ],
)
def test_half_past_eleven_at_night_is_read_however_it_is_written(written: str) -> None:
    found = published(written, LATER)
    assert (found.at, found.marks) == (datetime(2026, 3, 4, 23, 30, tzinfo=UTC), ("no_zone",))


@pytest.mark.parametrize(
    ("month", "names"),
    [
        (1, ["يناير", "كانون الثاني", "جانفي", "كانون الثاني/يناير"]),
        (2, ["فبراير", "شباط", "فيفري"]),
        (3, ["مارس", "آذار"]),
        (4, ["أبريل", "إبريل", "نيسان", "أفريل"]),
        (5, ["مايو", "أيار", "أيّار", "ماي", "مايو / أيار"]),
        (6, ["يونيو", "يونيه", "حزيران", "جوان"]),
        (7, ["يوليو", "يوليه", "تموز", "تمّوز", "جويلية", "يوليوز"]),
        (8, ["أغسطس", "آب", "أوت", "غشت"]),
        (9, ["سبتمبر", "أيلول", "شتنبر"]),
        (10, ["أكتوبر", "تشرين الأول"]),
        (11, ["نوفمبر", "تشرين الثاني", "نونبر"]),
        (12, ["ديسمبر", "كانون الأول", "دجنبر"]),
    ],
)
def test_months_are_read_by_the_names_that_arab_countries_have_for_them(month: int, names: list[str]) -> None:
    for name in names:
        assert published(f"٤ {name} ٢٠٢٥", LATER).at == datetime(2025, month, 4, tzinfo=UTC)


@pytest.mark.parametrize("place", ["مكة المكرمة", "مكة", "السعودية"])
def test_mecca_is_three_hours_ahead_of_greenwich(place: str) -> None:
    for written in (f"4 مارس 2026 23:30 بتوقيت {place}", f"2026-03-04 20:30 بتوقيت غرينتش ({place})"):
        found = published(written, LATER)
        assert (found.at, found.marks) == (datetime(2026, 3, 4, 20, 30, tzinfo=UTC), ())


@pytest.mark.parametrize(
    ("clock", "hour", "minute"),
    [
        ("12:30 AM", 0, 30),
        ("12:30 PM", 12, 30),
        ("00:30 AM", 0, 30),
        ("9:15 am", 9, 15),
        ("12:30 ص", 0, 30),
        ("9:15 صباحا", 9, 15),
    ],
)
def test_twelve_is_midnight_before_noon_and_noon_after(clock: str, hour: int, minute: int) -> None:
    assert published(f"2026-03-04 {clock}", LATER).at == datetime(2026, 3, 4, hour, minute, tzinfo=UTC)
    assert published(f"04 Mar 2026 {clock}", LATER).at == datetime(2026, 3, 4, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    "zone",
    [
        "GMT+0300 (Arabian Standard Time)",
        "GMT+0300 (توقيت العربية الرسمي)",
        "GMT+3",
        "UTC+03:00",
        "+0300",
        "+3",
        "+03:00 AST",
        "+0300 +03",
        "+0300 (EST)",
        "(GMT+3)",
        "(UTC+03:00)",
        "(+0300)",
        "( +3 )",
        "(EEST)",
        "AST (+03:00)",
        "(توقيت مكة المكرمة)",
        "بتوقيت مكة (مساء)",
        "MSK",
        "EEST",
        "EAT",
    ],
)
def test_a_zone_after_the_clock_counts(zone: str) -> None:
    """All of them are three hours ahead of Greenwich; the first is how JavaScript writes a date."""
    for written in (
        f"Wed Mar 04 2026 23:30:00 {zone}",
        f"Wed, 04 Mar 2026 11:30 PM {zone}",
        f"2026-03-04 23:30 {zone}",
    ):
        found = published(written, LATER)
        assert (found.at, found.marks) == (datetime(2026, 3, 4, 20, 30, tzinfo=UTC), ())


@pytest.mark.parametrize(
    ("name", "place", "month"),
    [
        ("EET", "Africa/Cairo", 1),
        ("EEST", "Asia/Beirut", 7),
        ("CET", "Africa/Algiers", 1),
        ("CEST", "Europe/Paris", 7),
        ("WET", "Europe/Lisbon", 1),
        ("WEST", "Europe/Lisbon", 7),
        ("MSK", "Europe/Moscow", 1),
        ("CAT", "Africa/Khartoum", 1),
        ("EAT", "Africa/Mogadishu", 1),
        ("WAT", "Africa/Lagos", 1),
        ("EST", "America/New_York", 1),
        ("EDT", "America/New_York", 7),
        ("CST", "America/Chicago", 1),
        ("CDT", "America/Chicago", 7),
        ("MST", "America/Denver", 1),
        ("MDT", "America/Denver", 7),
        ("PST", "America/Los_Angeles", 1),
        ("PDT", "America/Los_Angeles", 7),
        ("GMT", "Europe/London", 1),
    ],
)
def test_names_of_zones_mean_what_the_database_of_zones_says(name: str, place: str, month: int) -> None:
    there = datetime(2025, month, 4, 10, 0, tzinfo=ZoneInfo(place))
    assert there.tzname() == name
    assert published(f"{there:%d %b %Y %H:%M} {name}", LATER).at == there


@pytest.mark.parametrize(
    "name", ["AST", "BST", "GST", "IST", "-0000", "(AST)", "AST (Arabian Standard Time)", "-0000 (EST)"]
)
def test_a_name_of_several_zones_is_no_zone(name: str) -> None:
    """AST is Arabia's time to an outlet and the Atlantic's to a mail; -0000 says that the zone is unknown."""
    found = published(f"Wed, 04 Mar 2026 10:00:00 {name}", LATER)
    assert (found.at, found.marks) == (datetime(2026, 3, 4, 10, 0, tzinfo=UTC), ("no_zone",))


@pytest.mark.parametrize(
    "written",
    [
        "4 Mar 2026 10:00 Mecca",
        "4 Mar 2026 10:00 local time",
        "4 Mar 2026 10:00 (GMT+3) (EST)",
        "2026-03-04x10:00",
        "2026-03-0410:00",
        "2026-03-04T+03:00",
        "2026-03-04-0500",
        "202613041000",
        "20260304100060",
        "20260304 100000 +3",
        "4 Mar 2026 10:00 Mar 5",
        "updated Mar 4, 2026 10:00",
        "4 Mar 2026 13:00 AM",
        "4 Mar 2026 00:30 PM",
        "4 Mar 2026 10:00 +9900",
        "4 Mak 2026 10:00",
        "31 Feb 2026 10:00",
        "Mar 2026",
        "10:00",
        "04/03/2026 10:00 AM",
        "4 مارس/نيسان 2026 10:00",
        "15 رمضان 1447",
        "4 مارس 2026 بتوقيت القاهرة",
        "نشر في 4 مارس 2026",
        "Wed, 04 Mar 2026 10:00:00 GMT " + "(x) " * 50,
    ],
)
def test_what_is_read_in_part_only_is_not_read(written: str) -> None:
    """The day of 04/03 may be the fourth or the third."""
    assert published(written, LATER).marks == ("unreadable",)


@pytest.mark.parametrize("remark", ["local time", "", "بتوقيت القاهرة", "آخر تحديث", "الأربعاء", "KSA"])
def test_a_remark_in_brackets_is_no_zone(remark: str) -> None:
    """Without it a few hours are uncertain, unread it would be the time of arrival."""
    assert published(f"4 Mar 2026 10:00 ({remark})", LATER) == Published(
        datetime(2026, 3, 4, 10, tzinfo=UTC), ("no_zone",)
    )


@pytest.mark.parametrize("written", ["2026-03-04_23:30:15", "20260304-233015", "2026-03-04-23:30:15"])
def test_other_signs_between_a_day_and_a_clock(written: str) -> None:
    assert published(written, LATER) == Published(datetime(2026, 3, 4, 23, 30, 15, tzinfo=UTC), ("no_zone",))


def test_other_times_of_a_record_are_read_the_same_way() -> None:
    assert read_time("2018-02-08T12:22:00+02:00") == datetime(2018, 2, 8, 10, 22, tzinfo=UTC)
    assert read_time("soon") is None
    assert read_time(None) is None


@settings(deadline=None)
@given(
    st.one_of(st.text(max_size=40), st.text(alphabet="0123456789-:TZ+ ,FebThu/", max_size=30), st.datetimes().map(str))
)
def test_any_text_gives_a_time_between_the_bounds(given_time: str) -> None:
    found = published(given_time, ARRIVED)
    assert ANCIENT <= found.at <= ARRIVED + TOLERANCE

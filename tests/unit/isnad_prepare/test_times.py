"""Times of publication: read in the forms that feeds use, believed within reason."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isnad_prepare.times import ANCIENT, TOLERANCE, published, read_time

ARRIVED = datetime(2018, 2, 8, 12, 0, tzinfo=UTC)


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


def test_both_marks_are_set_where_both_hold() -> None:
    assert published("1970-01-01 00:00:00", ARRIVED).marks == ("no_zone", "ancient")
    assert published("2019-01-01 00:00:00", ARRIVED).marks == ("no_zone", "future")


def test_a_producers_clock_may_be_a_little_ahead() -> None:
    assert published("2018-02-08T12:59:00Z", ARRIVED).at == datetime(2018, 2, 8, 12, 59, tzinfo=UTC)


def test_local_time_without_a_zone_is_never_after_the_arrival() -> None:
    # 15:00 in Riyadh is 12:00 UTC; without its zone it looks like three hours in the future.
    found = published("2018-02-08 15:00:00", ARRIVED)
    assert (found.at, found.marks) == (ARRIVED, ("no_zone",))


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

"""The window moves by the log's days, in UTC, by whole segments."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from isnad.similarity.window import Window


def test_days_are_counted_in_utc():
    window = Window()
    late_in_london = datetime(2018, 2, 8, 23, 30, tzinfo=UTC)
    same_moment_in_riyadh = datetime(2018, 2, 9, 2, 30, tzinfo=timezone(timedelta(hours=3)))
    assert window.day(late_in_london) == window.day(same_moment_in_riyadh) == 17_570


@pytest.mark.parametrize(("days", "segment_days"), [(1, 1), (6, 1), (7, 2), (30, 5)])
def test_a_window_has_about_six_segments(days: int, segment_days: int):
    assert Window(days=days).segment_days == segment_days


def test_a_segment_is_over_when_its_last_day_is_out_of_the_window():
    window = Window(days=30)  # segments of five days; number 2 has the days 10 to 14
    assert not window.is_over(2, 44)
    assert window.is_over(2, 45)


@pytest.mark.parametrize("size", [{"days": 0}, {"articles": 0}])
def test_an_empty_window_is_refused(size: dict[str, int]):
    with pytest.raises(ValueError, match="at least one"):
        Window(**size)

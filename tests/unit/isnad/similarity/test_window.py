"""The window moves by the log's days, in UTC, by whole segments."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from isnad.similarity.index import NearDuplicateIndex
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


def test_a_text_is_kept_for_the_days_of_the_window_and_less_than_a_segment_longer():
    """Segments of a day: what came as one began is there for two days, what came as it ended for one."""
    text, midnight = "واحد اثنان ثلاثة أربعة خمسة", datetime(2018, 2, 8, tzinfo=UTC)
    for hours in (0, 23.9):
        index = NearDuplicateIndex(Window(days=1))
        index.advance(midnight + timedelta(hours=hours))
        index.add("a", text)
        index.advance(midnight + timedelta(hours=47.9))
        assert [match.key for match in index.match(text)] == ["a"]
        index.advance(midnight + timedelta(hours=48))
        assert index.match(text) == []


def test_almost_two_segments_more_are_kept_where_days_end_segments_too():
    """Segments of ten articles and five days: 10, then 9 until the days end, then five times 10."""
    index, day = NearDuplicateIndex(Window(days=30, articles=60)), datetime(2018, 2, 8, tzinfo=UTC)
    held = []
    for stretch, articles in enumerate([10, 9, 61]):
        for number in range(articles):
            index.advance(day + timedelta(days=5 * stretch))
            index.add(f"{stretch}/{number}", "")
            held.append(len(index))
    # The 80th finds 69 after the first ten, and 60 after the nine: both go before it is taken.
    assert held == [*range(1, 80), 61]


@pytest.mark.parametrize("size", [{"days": 0}, {"articles": 0}])
def test_an_empty_window_is_refused(size: dict[str, int]):
    with pytest.raises(ValueError, match="at least one"):
        Window(**size)

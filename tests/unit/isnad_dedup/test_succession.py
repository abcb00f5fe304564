"""Positions of the log: versions grow in the order of the log."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from isnad.messages import LogPosition
from isnad_dedup.log.succession import Succession

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_time_that_goes_on_is_kept():
    succession = Succession()
    assert succession.next(7, NOON) == LogPosition(7, NOON)
    assert succession.next(8, NOON) == LogPosition(8, NOON)
    assert succession.next(9, NOON + SECOND) == LogPosition(9, NOON + SECOND)


def test_a_clock_that_was_set_back_waits_until_time_has_come_up_with_it():
    succession = Succession(LogPosition(7, NOON))
    assert succession.next(8, NOON - SECOND) == LogPosition(8, NOON)
    assert succession.next(9, NOON - SECOND / 2) == LogPosition(9, NOON)
    assert succession.next(10, NOON + SECOND) == LogPosition(10, NOON + SECOND)


def test_offsets_that_look_the_same_within_a_millisecond_are_told_apart():
    """A version has the last 20 bits of the offset."""
    succession = Succession(LogPosition((1 << 20) - 1, NOON))
    assert succession.next(1 << 20, NOON) == LogPosition(1 << 20, NOON + timedelta(milliseconds=1))


@given(st.lists(st.tuples(st.integers(1, 1 << 21), st.integers(-3, 3)), max_size=30))
def test_versions_always_grow(steps: list[tuple[int, int]]):
    succession, offset, moment, before = Succession(), 0, NOON, -1
    for skipped, milliseconds in steps:
        offset += skipped
        moment += timedelta(milliseconds=milliseconds)
        version = succession.next(offset, moment).version
        assert version > before
        before = version

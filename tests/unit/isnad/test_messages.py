"""What the records say of themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from isnad.messages import RawPlace

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("one", "other", "is_before"),
    [
        (RawPlace(NOON, 0, 4), RawPlace(NOON, 0, 5), True),  # of one batch: the broker stamps them alike
        (RawPlace(NOON, 0, 5), RawPlace(NOON, 0, 5), False),
        (RawPlace(NOON, 0, 4), RawPlace(NOON + SECOND, 0, 9), True),
        (RawPlace(NOON - SECOND, 0, 6), RawPlace(NOON, 0, 5), False),  # the clock was set back between them
        (RawPlace(NOON + SECOND, 0, 0), RawPlace(NOON, 0, 5), False),  # the topic was made anew
        (RawPlace(NOON, 1, 9), RawPlace(NOON + SECOND, 0, 5), True),  # more partitions than before
        (RawPlace(NOON, 1, 4), RawPlace(NOON, 0, 5), False),
    ],
)
def test_which_of_two_raw_records_was_sent_first(one: RawPlace, other: RawPlace, is_before: bool) -> None:
    assert one.is_before(other) is is_before

"""Rates: how they are written and what they mean."""

import pytest

from isnad.errors import RequestError
from isnad_feeder.pace import Pace, parse_rate


@pytest.mark.parametrize(("text", "per_second"), [("50/s", 50), ("50", 50), ("600/m", 10), ("1800 / h", 0.5)])
def test_rates_are_per_second_minute_or_hour(text: str, per_second: float) -> None:
    """A bare number is per second."""
    assert parse_rate(text) == per_second


@pytest.mark.parametrize("text", ["", "fast", "0/s", "-1/s", "5/d", "1e9"])
def test_what_is_no_rate_is_the_users_mistake(text: str) -> None:
    """It says how to write one."""
    with pytest.raises(RequestError, match="--rate 50/s"):
        parse_rate(text)


def test_batches_leave_evenly() -> None:
    """At 10/s a batch of 5 takes half a second of the line, whoever asks when."""
    pace = Pace(10)
    assert [pace.delay(5, 100.0), pace.delay(5, 100.0), pace.delay(5, 100.2)] == pytest.approx([0, 0.5, 0.8])


def test_idle_time_is_not_made_up_for() -> None:
    """After a pause the rate holds, there is no burst."""
    pace = Pace(10)
    pace.delay(10, 100.0)
    assert [pace.delay(10, 500.0), pace.delay(10, 500.0)] == pytest.approx([0, 1])


def test_a_slow_rate_sends_small_batches() -> None:
    """At 2/s single articles flow; without a rate batches are as large as may be."""
    assert [Pace(2).batch_size(200), Pace(50).batch_size(200), Pace(None).batch_size(200)] == [1, 10, 200]

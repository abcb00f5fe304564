"""A clock that stands still until it is told to move on."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)
"""The time at which a `ManualClock` begins."""


class ManualClock:
    """An `isnad.clock.Clock` for tests; not safe to move from several threads at once."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now
        self._monotonic = 0.0

    def now(self) -> datetime:
        """Return the time that it shows."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds by which it was moved on."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Move on."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

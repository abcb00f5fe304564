"""The time, as something to be handed in: pure code takes a moment or a `Clock`, never asks the machine itself."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; `isnad.testing.clock.ManualClock` stands in for it in tests."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only ever grow, for measuring how long something took."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251  the one place that asks

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start."""
        return time.monotonic()


def in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC, whatever anybody wrote into a record: without a zone it is taken for UTC."""
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:  # within hours of the first or the last year there is
        return moment.replace(tzinfo=UTC)

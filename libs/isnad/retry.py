"""Waiting for a broken dependency: with growing, jittered pauses, for as long as it takes, and visibly.

One line is logged when the wait begins and one when it ends; meanwhile /readyz says on what, why and since when, and
`isnad.metrics.WaitMetrics` show it.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import structlog

from isnad.clock import Clock
from isnad.errors import BrokerUnavailable, SetupError, TooMuchPoison, TransientError
from isnad.health import Health

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 5.0

SETTING_UP_SECONDS = 30.0
"""So long a running service takes a wrong set-up of Kafka for one that is being changed."""

T = TypeVar("T")


class Stopped(Exception):
    """The service was asked to stop while it waited."""


def pauses(first_seconds: float = FIRST_SECONDS, longest_seconds: float = LONGEST_SECONDS) -> Iterator[float]:
    """Yield pauses that double up to a cap, each shortened at random so that workers don't try all at once."""
    pause = first_seconds
    while True:
        yield pause * random.uniform(0.5, 1.0)  # noqa: S311  no secret
        pause = min(longest_seconds, pause * 2)


class Patience:
    """Tries work until its dependencies let it succeed.

    Args:
        health: where the wait is shown.
        stopping: ends the wait when it is set.
        pauses: gives the seconds between tries.
    """

    def __init__(
        self,
        health: Health,
        stopping: asyncio.Event,
        pauses: Callable[[], Iterator[float]] = pauses,
    ) -> None:
        self._health = health
        self._stopping = stopping
        self._pauses = pauses
        self._log = structlog.get_logger()
        self._dependencies: set[str] = set()

    @property
    def waiting(self) -> bool:
        """Whether a dependency is being waited for now; to be read from any thread."""
        return bool(self._dependencies)

    async def until_done(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` returns; while it raises `TransientError`, wait and call it again.

        Raises:
            Stopped: the service was asked to stop meanwhile.
            Exception: whatever else `work` raises.
        """
        for pause in self._pauses():
            try:
                done = await work()
            except TransientError as exc:
                self._note(exc)
                await self._sleep(pause)
            else:
                self._all_well()
                return done
        raise AssertionError("pauses never end")

    def _note(self, error: TransientError) -> None:
        # First, so that whoever else tells `health` of this dependency knows by now that it is waited for here.
        self._dependencies.add(error.dependency)
        if self._health.waiting(error.dependency, str(error)):
            # A broken dependency comes back by itself; poison does not.
            log = self._log.error if isinstance(error, TooMuchPoison) else self._log.warning
            log("waiting", dependency=error.dependency, reason=str(error))

    def _all_well(self) -> None:
        for dependency in sorted(self._dependencies):
            seconds = self._health.well(dependency)
            self._log.info("goes on", dependency=dependency, waited_seconds=round(seconds or 0.0, 1))
        self._dependencies.clear()

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
        raise Stopped


class Leniency:
    """Takes a `SetupError` of Kafka for a broken dependency at first.

    A broker that has just started does not list its topics at once, and certificates are exchanged while services run.

    Args:
        clock: tells how long it has lasted.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: float | None = None

    async def attempt(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` returns.

        Raises:
            BrokerUnavailable: the set-up is not as it must be, and may be soon.
            SetupError: it was not for half a minute, at each attempt.
            Exception: whatever else `work` raises.
        """
        try:
            done = await work()
        except SetupError as exc:
            now = self._clock.monotonic()
            self._since = now if self._since is None else self._since
            if now - self._since >= SETTING_UP_SECONDS:
                raise
            raise BrokerUnavailable(str(exc)) from exc
        except BaseException:
            self._since = None
            raise
        self._since = None
        return done

"""Whether the API can do all of its work now, for /readyz: it searches in Elasticsearch and pushes to Kafka.

It is a statement and no switch: while one of the two is away, whatever needs only the other is answered all the same.
So a supervisor starts the API again by /healthz alone, and a load balancer keeps it while /readyz says 503.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from isnad.errors import IsnadError
from isnad.health import Health

Look = Callable[[], Awaitable[None]]
"""Returns when a dependency is well, and raises an `IsnadError` that says what is wrong with it."""

EVERY_SECONDS = 5.0

_log = structlog.get_logger()


async def keep_looking(looks: Mapping[str, Look], health: Health, every_seconds: float = EVERY_SECONDS) -> None:
    """Look at each dependency, by its name, again and again, and tell `health`; ends only when it is cancelled.

    One line is logged when something becomes wrong, and one when it is well again.
    """
    while True:
        await asyncio.gather(*(_look(name, look, health) for name, look in looks.items()))
        health.well("start")
        await asyncio.sleep(every_seconds)


async def _look(name: str, look: Look, health: Health) -> None:
    try:
        await look()
    except IsnadError as exc:
        if health.waiting(name, str(exc)):
            _log.warning("waiting", dependency=name, reason=str(exc))
    except Exception:  # noqa: BLE001  whoever looks must go on looking
        if health.waiting(name, "looking at it failed; the log says how"):
            _log.exception("looking failed", dependency=name)
    else:
        seconds = health.well(name)
        if seconds is not None:
            _log.info("goes on", dependency=name, waited_seconds=round(seconds, 1))

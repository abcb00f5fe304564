"""`python -m isnad_api`: the API (composition root)."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import FrameType
from typing import NoReturn

import structlog
from fastapi import FastAPI

from isnad import logs, settings
from isnad.clock import SystemClock
from isnad.elastic import Elastic
from isnad.errors import BrokerUnavailable, IsnadError
from isnad.health import Health, serve
from isnad.kafka import Admin, Producer, require_topics
from isnad.listening import refused, written
from isnad.metrics import ApiMetrics, WaitMetrics, new_registry
from isnad_api import serving
from isnad_api.access import Access, is_open
from isnad_api.app import Parts, create_app, watched
from isnad_api.keyring import Keyring, require_keys
from isnad_api.readiness import keep_looking
from isnad_api.settings import ApiSettings

_CHECK_SECONDS = 5.0
_EXIT_SETUP = 78


def main() -> int:
    """Run until told to stop; return the exit status."""
    try:
        told = settings.load(ApiSettings, os.environ)  # noqa: TID251  the composition root
        logs.configure(told, "api")
        with _stopping_is_no_failure():
            asyncio.run(_serve(told))
    except IsnadError as exc:
        print(f"isnad-api: {exc}", file=sys.stderr)  # noqa: T201  the log may not be set up
        return _EXIT_SETUP
    return 0


@contextlib.contextmanager
def _stopping_is_no_failure() -> Iterator[None]:
    """Within the block a signal ends the process with 0: uvicorn stops in good order, then sends itself the signal."""
    former = {number: signal.signal(number, _stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


async def _serve(told: ApiSettings) -> None:
    with contextlib.closing(_listen(told.api_host, told.api_port)) as listening:
        await _serve_on(listening, told)


async def _serve_on(listening: socket.socket, told: ApiSettings) -> None:
    log = structlog.get_logger()
    clock = SystemClock()
    address = listening.getsockname()[0]
    open_here = is_open(address, to=told.api_open, proxies=told.proxies)
    require_keys(told.keys, clock.now(), is_open=open_here, address=address)
    keyring = Keyring(told.keys, clock)

    async def look_at_kafka() -> None:
        specs = [spec for spec in told.topics.specs(told.partitions) if spec.name == told.topics.raw]
        await require_topics(Admin(told.kafka, timeout_seconds=_CHECK_SECONDS), specs, told.kafka)

    try:
        await look_at_kafka()
    except BrokerUnavailable as exc:
        # Searching works all the same; wrong topics that show later are told by /readyz.
        log.warning("Kafka is away; until it is there, articles can't be pushed.", reason=str(exc))
    health = Health()
    registry = new_registry()
    elastic = Elastic(told.elasticsearch, timeout_seconds=told.search_seconds)
    producer = Producer(told.kafka, timeout_seconds=told.push_seconds)
    looks = {"kafka": look_at_kafka, "elasticsearch": elastic.ping, "keys": keyring.check}
    WaitMetrics.on(registry).follow(health, "api", ("start", *looks))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        looking = asyncio.create_task(keep_looking(looks, health))
        yield
        looking.cancel()
        await producer.close()
        await elastic.close()

    parts = Parts(
        index=elastic,
        indexes=told.indexes,
        sender=producer,
        raw_topic=told.topics.raw,
        limits=told.limits,
        metrics=ApiMetrics.on(registry),
        clock=clock,
        access=Access(keyring, clock, is_open=open_here),
    )
    app = watched(create_app(parts, lifespan), parts)
    pages = serve(health, registry, told.health_host, told.health_port)
    host, port = listening.getsockname()[:2]
    log.info("listening", address=f"http://{written(host, port)}", health=pages.url)
    server = serving.server(app, told.limits, connections=told.max_connections, proxies=told.proxies)
    try:
        await server.serve(sockets=[listening])
    finally:
        pages.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return serving.listening(host, port)
    except OSError as exc:
        raise refused("The API", "ISNAD_API", host, port, exc) from exc


if __name__ == "__main__":
    sys.exit(main())

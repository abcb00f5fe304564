"""`python -m isnad_api`: the API (composition root)."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType
from typing import NoReturn

import structlog
import uvicorn
from fastapi import FastAPI

from isnad import logs, settings
from isnad.clock import SystemClock
from isnad.elastic import Elastic
from isnad.errors import BrokerUnavailable, IsnadError, SearchUnavailable, SetupError
from isnad.health import Health, serve
from isnad.kafka import Admin, Producer
from isnad.metrics import ApiMetrics, new_registry
from isnad_api.app import Parts, create_app, watched
from isnad_api.settings import ApiSettings

_LOOK_SECONDS = 5.0
_CHECK_SECONDS = 5.0
_STOP_SECONDS = 5
_EXIT_SETUP = 78


def main() -> int:
    """Run until told to stop; return the exit status."""
    try:
        told = settings.load(ApiSettings, os.environ)  # noqa: TID251  the composition root
        logs.configure(told, "api")
        for number in (signal.SIGTERM, signal.SIGINT):
            # uvicorn stops in good order and then sends itself the signal once more; to be stopped is no failure.
            signal.signal(number, _stop)
        asyncio.run(_serve(told))
    except IsnadError as exc:
        print(f"isnad-api: {exc}", file=sys.stderr)  # noqa: T201  the log may not be set up
        return _EXIT_SETUP
    return 0


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


async def _serve(told: ApiSettings) -> None:
    await _check_topics(told)
    health = Health()
    registry = new_registry()
    elastic = Elastic(
        told.elasticsearch,
        api_key=told.elasticsearch_api_key,
        ca_file=told.elasticsearch_ca,
        timeout_seconds=told.search_seconds,
    )
    producer = Producer(told.kafka, timeout_seconds=told.push_seconds)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        looking = asyncio.create_task(_look(elastic, health))
        yield
        looking.cancel()
        await producer.close()
        await elastic.close()

    parts = Parts(
        index=elastic,
        indexes=told.indexes,
        sender=producer,
        raw_topic=told.topics.raw,
        max_request_bytes=told.max_request_bytes,
        metrics=ApiMetrics.on(registry),
        clock=SystemClock(),
    )
    app = watched(create_app(parts, lifespan), parts)
    listening = _listen(told.api_host, told.api_port)
    pages = serve(health, registry, told.health_host, told.health_port)
    host, port = listening.getsockname()[:2]
    structlog.get_logger().info("listening", address=f"http://{host}:{port}", health=pages.url)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
            h11_max_incomplete_event_size=64 * 1024,
        )
    )
    try:
        await server.serve(sockets=[listening])
    finally:
        pages.close()
        listening.close()


async def _check_topics(told: ApiSettings) -> None:
    """Refuse to start on topics that are not as they must be; without Kafka, searching works all the same."""
    specs = [spec for spec in told.topics.specs(told.partitions) if spec.name == told.topics.raw]
    try:
        faults = await Admin(told.kafka, timeout_seconds=_CHECK_SECONDS).check(specs)
    except BrokerUnavailable as exc:
        structlog.get_logger().warning("Kafka is away; until it is there, articles can't be pushed.", reason=str(exc))
        return
    refused = "; ".join(fault.text for fault in faults if fault.refused)
    if refused:
        raise SetupError(
            f"The topics in Kafka at {told.kafka} are not as they must be: {refused}. "
            "Create or correct them: isnad topics create"
        )


async def _look(elastic: Elastic, health: Health) -> None:
    """Tell /readyz whether searches can be answered."""
    while True:
        try:
            await elastic.ping()
        except SearchUnavailable as exc:
            health.waiting("elasticsearch", str(exc))
        else:
            health.well("elasticsearch")
        health.well("start")
        await asyncio.sleep(_LOOK_SECONDS)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as exc:
        listening.close()
        raise SetupError(
            f"The API can't listen on {host}:{port} ({exc.strerror}). Set ISNAD_API_PORT to a free port, or to 0."
        ) from exc
    return listening


if __name__ == "__main__":
    sys.exit(main())

"""The API on fakes."""

from collections.abc import Sequence

import httpx
import pytest

from isnad.clock import SystemClock
from isnad.indexes import Indexes
from isnad.metrics import ApiMetrics, new_registry
from isnad.outcomes import Outgoing
from isnad.testing.search import FakeIndex
from isnad_api.app import Parts, create_app, watched


class Log:
    """Takes messages as Kafka does; `failure` is raised instead while it is set."""

    def __init__(self) -> None:
        self.messages: list[Outgoing] = []
        self.failure: Exception | None = None

    async def send_all(self, messages: Sequence[Outgoing]) -> None:
        if self.failure is not None:
            raise self.failure
        self.messages += messages


@pytest.fixture
def index():
    return FakeIndex()


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def registry():
    return new_registry()


@pytest.fixture
def parts(index, log, registry):
    return Parts(
        index=index,
        indexes=Indexes(),
        delivery=log,
        raw_topic="articles.raw",
        max_request_bytes=5 * 1024 * 1024,
        metrics=ApiMetrics.on(registry),
        clock=SystemClock(),
    )


@pytest.fixture
async def api(parts):
    app = watched(create_app(parts), parts)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://isnad") as client:
        yield client

"""The API on fakes."""

from collections.abc import Sequence

import httpx
import pytest

from isnad.clock import SystemClock
from isnad.indexes import Indexes
from isnad.metrics import ApiMetrics, new_registry
from isnad.outcomes import Outgoing
from isnad.testing.search import FakeIndex
from isnad_api.access import Access
from isnad_api.app import Parts, create_app, watched
from isnad_api.keyring import Keyring
from isnad_api.limits import Limits


class Log:
    """Takes messages as Kafka does; `failures` are the articles, by id, that it does not take."""

    def __init__(self) -> None:
        self.messages: list[Outgoing] = []
        self.failures: dict[str, Exception] = {}

    async def deliver(self, messages: Sequence[Outgoing]) -> list[Exception | None]:
        failures = [self.failures.get(message.key.decode()) for message in messages]
        self.messages += [message for message, failure in zip(messages, failures, strict=True) if failure is None]
        return failures


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
def keys_file(tmp_path):
    return tmp_path / "keys.json"


@pytest.fixture
def limits():
    return Limits(request_bytes=5 * 1024 * 1024)


@pytest.fixture
def parts(index, log, registry, keys_file, limits):
    clock = SystemClock()
    return Parts(
        index=index,
        indexes=Indexes(),
        sender=log,
        raw_topic="articles.raw",
        limits=limits,
        metrics=ApiMetrics.on(registry),
        clock=clock,
        access=Access(Keyring(keys_file, clock), clock, is_open=True),
    )


@pytest.fixture
async def api(parts):
    app = watched(create_app(parts), parts)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client

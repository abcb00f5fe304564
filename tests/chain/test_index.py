"""The index service on a real Kafka and a search index in memory."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from isnad.kafka import Admin, Producer
from isnad.outcomes import Outgoing
from isnad.topics import Topics

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

SERVICE = """
import os, sys
from isnad import settings
from isnad.health import Health
from isnad.testing.search import FakeIndex
from isnad_index.app import build_on
from isnad_index.settings import IndexSettings

class Told(FakeIndex):
    async def close(self):
        print("the index was closed", flush=True)

sys.exit(build_on(Told(), settings.load(IndexSettings, os.environ), Health()).run())
"""


async def prepare(kafka: str, topics: Topics, message: Outgoing) -> None:
    await Admin(kafka).create(topics.specs())
    async with Producer(kafka) as producer:
        await producer.send(message)


def test_it_closes_the_search_index_when_it_is_told_to_stop(kafka: str, tmp_path: Path) -> None:
    """After it has done some work; and it ends well."""
    topics = Topics("closing-")
    change = min((Path(__file__).parents[1] / "examples" / "stories.changes").glob("*.json")).read_bytes()
    asyncio.run(prepare(kafka, topics, Outgoing(topics.changes, b"story", change)))
    log = tmp_path / "index.log"
    with log.open("wb") as output:
        service = subprocess.Popen(
            [sys.executable, "-c", SERVICE],
            env={**os.environ, "ISNAD_KAFKA": kafka, "ISNAD_TOPIC_PREFIX": topics.prefix},  # noqa: TID251
            stdout=output,
            stderr=output,
        )
    try:
        deadline = time.monotonic() + 60
        while asyncio.run(Admin(kafka).lag(topics.group("index"), topics.changes)):
            assert service.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        service.send_signal(signal.SIGTERM)
        assert service.wait(30) == 0
    finally:
        service.kill()
        service.wait()
    assert log.read_text().count("the index was closed") == 1

"""The whole chain on real servers: all services as processes of their own, started again when they end."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any, Protocol

import httpx
import pytest

from isnad.indexes import Indexes
from isnad.kafka import Admin, LogReader
from isnad.outcomes import Record
from isnad.topics import Topics

STAGES = ("prepare", "dedup", "entities", "index")
DRAIN_SECONDS = 120


class Stack(Protocol):
    home: Path
    kafka: str
    elasticsearch: str


@dataclass
class Service:
    """One service under a supervisor that starts it again whenever it ends."""

    name: str
    environment: dict[str, str]
    log: Path
    starts: int = 0
    process: subprocess.Popen[bytes] | None = None
    stopping: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.supervisor = Thread(target=self._supervise, daemon=True)
        self.supervisor.start()

    def _supervise(self) -> None:
        while not self.stopping.is_set():
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", f"isnad_{self.name}"], env=self.environment, stdout=log, stderr=log
                )
            self.starts += 1
            self.process.wait()
            self.stopping.wait(0.5)

    def kill(self) -> None:
        """Kill -9."""
        assert self.process is not None
        self.process.kill()

    def stop(self) -> None:
        self.stopping.set()
        assert self.process is not None
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.supervisor.join()


@dataclass
class Chain:
    """Running services with topics and indexes of their own."""

    kafka: str
    elasticsearch: str
    api: str
    topics: Topics
    indexes: Indexes
    services: dict[str, Service]

    def isnad(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Call the command with this chain's addresses."""
        return subprocess.run([*self.command, *map(str, arguments)], capture_output=True, text=True, check=False)

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "isnad_cli"]

    @property
    def addressed(self) -> list[str]:
        return ["--kafka", self.kafka, "--topic-prefix", self.topics.prefix]

    def feed(self, *arguments: object) -> dict[str, Any]:
        """Feed, and return the summary."""
        done = self.isnad("feed", *arguments, "--json", *self.addressed)
        assert done.returncode in (0, 3), done.stderr
        summary: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return summary

    def drain(self) -> None:
        """Wait until each stage, in the order of travel, has committed all that it was given."""
        steps = [
            ("prepare", self.topics.raw),
            ("dedup", self.topics.prepared),
            ("entities", self.topics.matched),
            ("index", self.topics.enriched),
            ("index", self.topics.changes),
        ]
        deadline = time.monotonic() + DRAIN_SECONDS
        for stage, topic in steps:
            while lag := asyncio.run(Admin(self.kafka).lag(self.topics.group(stage), topic)):
                if time.monotonic() > deadline:
                    log = self.services[stage].log.read_text()[-3000:]
                    pytest.fail(f"{stage} has {lag} messages of {topic} left:\n{log}")
                time.sleep(0.2)
        httpx.post(f"{self.elasticsearch}/{self.indexes.prefix}-*/_refresh").raise_for_status()

    def articles(self) -> list[dict[str, Any]]:
        """All documents of articles, whatever index they stand in."""
        answer = httpx.get(
            f"{self.elasticsearch}/{self.indexes.prefix}-articles-*/_search", params={"size": 10_000}
        ).raise_for_status()
        return [hit["_source"] for hit in answer.json()["hits"]["hits"]]

    def log(self, topic: str) -> list[Record]:
        """All records of a topic with one partition."""

        async def read() -> list[Record]:
            reader = LogReader(self.kafka)
            first, end = await reader.bounds(topic, 0)
            return [record async for record in reader.read(topic, 0, first, end)]

        return asyncio.run(read())

    def dead(self) -> list[dict[str, Any]]:
        return [json.loads(record.value or b"") for record in self.log(self.topics.dead)]


def start(stack: Stack, folder: Path, services: Sequence[str]) -> Chain:
    """Make topics and start services under names that no other test uses."""
    name = f"chain{uuid.uuid4().hex[:8]}"
    topics = Topics(f"{name}-")
    asyncio.run(Admin(stack.kafka).create(topics.specs()))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("ISNAD_")},  # noqa: TID251
        "ISNAD_KAFKA": stack.kafka,
        "ISNAD_ELASTICSEARCH": stack.elasticsearch,
        "ISNAD_TOPIC_PREFIX": topics.prefix,
        "ISNAD_INDEX_PREFIX": name,
        "ISNAD_API_PORT": str(port),
        "ISNAD_LOG_FORMAT": "json",
    }
    running = {service: Service(service, environment, folder / f"{service}.log") for service in services}
    return Chain(stack.kafka, stack.elasticsearch, f"http://127.0.0.1:{port}", topics, Indexes(name), running)


@pytest.fixture(scope="module")
def chain(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """The chain, empty at first, shared by the tests of a module."""
    running = start(stack, tmp_path_factory.mktemp("chain"), (*STAGES, "api"))
    try:
        yield running
    finally:
        for service in running.services.values():
            service.stopping.set()
        for service in running.services.values():
            service.stop()

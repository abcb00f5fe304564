"""Workers of the trivial stage in `worker.py`, and what they leave in a real Kafka."""

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from isnad import codec
from isnad.kafka import Admin, LogReader, Producer
from isnad.messages import DeadLetter
from isnad.outcomes import Outgoing, Record
from isnad.topics import Topics

_numbers = itertools.count()

ENVIRON = os.environ  # noqa: TID251  for the processes that are started
WORKER = Path(__file__).with_name("worker.py")


class Worker:
    """One process of the stage; `ended` is its exit status once it has one."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen([sys.executable, WORKER], env=environ, stderr=output, stdout=output)

    @property
    def ended(self) -> int | None:
        return self.process.poll()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def said(self, message: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if message in line["message"]]

    def page(self, path: str) -> tuple[int, str]:
        """Return status and text of a health page; status 0 while there is none."""
        addresses = self.said("health pages")
        if not addresses:
            return 0, ""
        try:
            with urllib.request.urlopen(addresses[-1]["address"] + path, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as exc:
            return exc.code, exc.read().decode()
        except OSError:
            return 0, ""

    def ready(self) -> bool:
        return self.page("/readyz")[0] == 200

    def waits_for(self, dependency: str) -> bool:
        status, text = self.page("/readyz")
        return status == 503 and any(one["dependency"] == dependency for one in json.loads(text)["waiting"])

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Send the signal, wait for the end, and return how many seconds it took."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=30)
        return time.monotonic() - started


@dataclass
class Trial:
    """A set of topics of its own in Kafka, and the workers on them."""

    kafka: str
    folder: Path
    topics: Topics
    partitions: int = 4
    workers: list[Worker] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def admin(self) -> Admin:
        return Admin(self.kafka)

    async def create_topics(self) -> None:
        await self.admin.create(self.topics.specs(self.partitions), replication=1)

    def touch(self, name: str) -> None:
        """Ask all workers for a misbehaviour."""
        (self.folder / name).touch()

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()

    def start(self, **environ: str) -> Worker:
        settings = {
            "ISNAD_KAFKA": self.kafka,
            "ISNAD_TOPIC_PREFIX": self.topics.prefix,
            "ISNAD_PARTITIONS": str(self.partitions),
            "ISNAD_LOG_FORMAT": "json",
            "ISNAD_SESSION_SECONDS": "6",
            "TRIAL_FOLDER": str(self.folder),
        }
        surroundings = {name: value for name, value in ENVIRON.items() if not name.startswith("ISNAD_")}
        worker = Worker(
            {**surroundings, **settings, **self.environ, **environ}, self.folder / f"worker{len(self.workers)}.log"
        )
        self.workers.append(worker)
        return worker

    async def keep_alive(self, workers: int) -> None:
        """Start workers, and another for each that ends, until cancelled: what a supervisor does."""
        living: list[Worker] = []
        while True:
            living = [worker for worker in living if worker.ended is None]
            living += [self.start() for _ in range(workers - len(living))]
            await asyncio.sleep(0.1)

    async def send(self, topic: str, values: Iterable[dict[str, Any]]) -> None:
        async with Producer(self.kafka) as producer:
            await producer.send_all([Outgoing(topic, str(v.get("n")).encode(), json.dumps(v).encode()) for v in values])

    async def lag(self) -> int:
        group = self.topics.group("trial")
        return sum([await self.admin.lag(group, topic) for topic in (self.topics.raw, self.topics.changes)])

    async def drained(self, seconds: float = 45) -> None:
        await self.until(self.lag, lambda lag: lag == 0, seconds)

    async def until(self, ask: Callable[[], Any], enough: Callable[[Any], bool] = bool, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while True:
            answer = ask()
            if asyncio.iscoroutine(answer):
                answer = await answer
            if enough(answer):
                return
            assert time.monotonic() < deadline, f"still {answer} after {seconds} seconds\n{self.report()}"
            await asyncio.sleep(0.1)

    def report(self) -> str:
        return "\n".join(f"{worker.log.name}: {worker.log.read_text()[-2000:]}" for worker in self.workers[-4:])

    async def read(self, topic: str) -> list[Record]:
        reader = LogReader(self.kafka)
        records: list[Record] = []
        for partition, end in (await self.admin.ends(topic)).items():
            records += [record async for record in reader.read(topic, partition, 0, end)]
        return records

    async def passed(self) -> list[int]:
        return [json.loads(record.value or b"")["n"] for record in await self.read(self.topics.matched)]

    async def letters(self) -> list[DeadLetter]:
        return [codec.decode(DeadLetter, record.value) for record in await self.read(self.topics.dead)]


@pytest.fixture
async def new_trial(kafka: str, tmp_path: Path) -> AsyncIterator[Callable[..., Trial]]:
    """Make a trial with topics of its own, whose workers end with the test; `kafka` may be another address."""
    trials: list[Trial] = []

    def new(partitions: int = 4, address: str = kafka) -> Trial:
        trial = Trial(address, tmp_path, Topics(f"stage{next(_numbers)}."), partitions)
        trials.append(trial)
        return trial

    yield new
    for worker in (worker for trial in trials for worker in trial.workers):
        worker.process.kill()
        worker.process.wait()

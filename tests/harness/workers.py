"""Services as processes of their own, under a supervisor that starts them again, and whatever may befall a process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from isnad.topics import Topics

RESTART_SECONDS = 0.5
STOP_SECONDS = 15.0


@dataclass
class Worker:
    """One process of a service; whenever it ends, it is started again.

    Attributes:
        name: of this worker, as in `dedup` or `prepare-2`.
        service: the package that is run, without `isnad_`.
        environment: all of it.
        log: where its output goes.
        starts: how often it was started.
        statuses: with which status it ended each time, negative for a signal.
    """

    name: str
    service: str
    environment: Mapping[str, str]
    log: Path
    starts: int = 0
    statuses: list[int] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self._stopping = Event()
        self._held = Event()
        self._supervisor = Thread(target=self._supervise, daemon=True)
        self._supervisor.start()

    def _supervise(self) -> None:
        while not self._stopping.is_set():
            if self._held.is_set():
                self._stopping.wait(0.05)
                continue
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", f"isnad_{self.service}"],
                    env=dict(self.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            self.starts += 1
            self.statuses.append(self.process.wait())
            self._stopping.wait(RESTART_SECONDS)

    @property
    def running(self) -> psutil.Process | None:
        """The process of now; none for the moment between two."""
        if self.process is None or self.process.poll() is not None:
            return None
        return psutil.Process(self.process.pid)

    def logged(self, message: str) -> list[dict[str, Any]]:
        """The lines of its log with this message, of all its lives."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        every = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [line for line in every if line.get("message") == message]

    @property
    def health_pages(self) -> str | None:
        """Where they are, None before the first start has come so far."""
        told = [line["address"] for line in self.logged("health pages")]
        told += [line["health"] for line in self.logged("listening")]
        return told[-1] if told else None

    def waits_for(self) -> dict[str, dict[str, str]]:
        """What /readyz says that it waits for: reason and since when, by dependency; nothing when it is ready."""
        address = self.health_pages
        if address is None:
            return {"start": {}}
        try:
            answer = httpx.get(f"{address}/readyz", timeout=5).json()
        except httpx.TransportError:  # it has just ended
            return {"start": {}}
        return {waiting["dependency"]: waiting for waiting in answer["waiting"]}

    def metric(self, name: str, **labels: str) -> float:
        """What /metrics says of one metric; 0 if it has not been counted yet."""
        address = self.health_pages
        families = text_string_to_metric_families(httpx.get(f"{address}/metrics", timeout=5).text)
        samples = (sample for family in families for sample in family.samples if sample.name == name)
        return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())

    def kill(self) -> None:
        """Kill -9."""
        self._signal(signal.SIGKILL)

    def pause(self) -> None:
        """SIGSTOP."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    def ask_to_stop(self) -> float:
        """SIGTERM; return after how many seconds the process had ended. It is started again."""
        began, ended = time.monotonic(), len(self.statuses)
        self._signal(signal.SIGTERM)
        while len(self.statuses) == ended:
            if time.monotonic() - began > 2 * STOP_SECONDS:
                pytest.fail(f"{self.name} does not stop:\n{self.last_words()}")
            time.sleep(0.01)
        return time.monotonic() - began

    @contextmanager
    def down(self) -> Iterator[None]:
        """Kill -9; it is not started again before the block ends."""
        self._held.set()
        try:
            ended = len(self.statuses)
            self.kill()
            while len(self.statuses) == ended:
                time.sleep(0.01)
            yield
        finally:
            self._held.clear()

    def begin_to_end(self) -> None:
        """Tell it to stop for good."""
        self._stopping.set()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()

    def end(self) -> None:
        """Stop it for good, and return when it has ended."""
        self.begin_to_end()
        if self.process is not None:
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._supervisor.join()

    def last_words(self, characters: int = 3000) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-characters:] if self.log.exists() else ""

    def _signal(self, number: signal.Signals) -> None:
        until = time.monotonic() + STOP_SECONDS
        while self.process is None or self.process.poll() is not None:
            assert time.monotonic() < until, f"{self.name} is not there:\n{self.last_words()}"
            time.sleep(0.01)
        self.process.send_signal(number)


@contextmanager
def unsupervised(
    service: str, kafka: str, topics: Topics, log: Path, **settings: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a service once, with small batches, so that a kill finds it amid its work; kill -9 at the end.

    Further settings are given by their variables' names.
    """
    told = {"ISNAD_KAFKA": kafka, "ISNAD_TOPIC_PREFIX": topics.prefix, "ISNAD_BATCH_SIZE": "20"}
    command = [sys.executable, "-m", f"isnad_{service}"]
    with log.open("ab") as stream:
        process = subprocess.Popen(command, env=environment(**told | settings), stdout=stream, stderr=stream)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def python_path(folder: Path) -> str:
    """Return a PYTHONPATH where a folder comes before all that is there otherwise."""
    return os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))  # noqa: TID251


def environment(**settings: str) -> dict[str, str]:
    """Return the environment of this process without its settings of isnad, with these instead."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ISNAD_")} | settings  # noqa: TID251

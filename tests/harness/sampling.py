"""Memory, file descriptors and lag of a running chain, written down every few seconds."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Self

import psutil
from tests.harness.chain import Chain

from isnad.errors import IsnadError


@dataclass(frozen=True)
class Sample:
    """One look at one process, or at the lag of one stage.

    Attributes:
        minutes: since the run began.
        what: a worker's name, or `lag` and the stage.
        life: how often the worker was started.
        age_minutes: of the process.
        mebibytes: memory of its own, without what it shares with others (USS).
        files: its open file descriptors.
        lag: messages not committed.
    """

    minutes: float
    what: str
    life: int = 0
    age_minutes: float = 0.0
    mebibytes: float = 0.0
    files: int = 0
    lag: int = 0


class Sampler:
    """Looks every few seconds, in a thread of its own; a context manager.

    Attributes:
        samples: what was seen so far.
    """

    def __init__(self, chain: Chain, target: Path, every_seconds: float = 10.0) -> None:
        self._chain = chain
        self._target = target
        self._every_seconds = every_seconds
        self._ended = Event()
        self._began = time.monotonic()
        self.samples: list[Sample] = []
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._target.write_text("")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def note(self, what: str) -> None:
        """Write down what was done to the chain."""
        self._write({"minutes": self._minutes, "fault": what})

    @property
    def _minutes(self) -> float:
        return round((time.monotonic() - self._began) / 60, 2)

    def _run(self) -> None:
        while not self._ended.wait(self._every_seconds):
            some = [*self._processes(), *self._lags()]
            self.samples += some
            for sample in some:
                self._write(asdict(sample))

    def _processes(self) -> list[Sample]:
        found = []
        for name, worker in list(self._chain.workers.items()):
            process = worker.running
            if process is None:
                continue
            try:
                age = (time.time() - process.create_time()) / 60  # noqa: TID251
                memory = process.memory_full_info().uss / 2**20
                files = process.num_fds()
            except psutil.NoSuchProcess:
                continue
            found.append(Sample(self._minutes, name, worker.starts, round(age, 2), round(memory, 1), files))
        return found

    def _lags(self) -> list[Sample]:
        found = []
        for stage, topic in self._chain.steps:
            try:
                lag = self._chain.lag(stage, topic)
            except IsnadError:
                continue
            name = topic.removeprefix(self._chain.topics.prefix)
            found.append(Sample(self._minutes, f"lag of {stage}: {name}", lag=lag))
        return found

    def _write(self, line: dict[str, object]) -> None:
        with self._target.open("a") as file:
            file.write(json.dumps(line) + "\n")

"""The most memory that a process needs while something is done to it."""

from threading import Event, Thread
from typing import Self

import psutil

_SECONDS = 0.02


class Memory:
    """The most memory that a process had of its own (USS) while the block ran, in bytes; a context manager."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._ended = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self.first = self.most = 0

    def __enter__(self) -> Self:
        self.first = self.most = self._process.memory_full_info().uss
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(_SECONDS):
            try:
                self.most = max(self.most, self._process.memory_full_info().uss)
            except psutil.Error:
                return

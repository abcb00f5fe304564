"""Processes without their `isnad up` are found by their mark."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from isnad_cli.local import leftovers

Start = Callable[..., "subprocess.Popen[bytes]"]
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
MEEK = "import time; print(flush=True); time.sleep(60)"


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a Python process with a mark, and return when it runs."""
    started = []

    def begin(mark: str | None, script: str = MEEK) -> "subprocess.Popen[bytes]":
        environment = {"PATH": os.defpath, **({leftovers.MARK: mark} if mark else {})}
        process = subprocess.Popen([sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_only_those_of_the_home_are_ended(start: Start, tmp_path: Path) -> None:
    """Another home's, and those of no home, live on."""
    ours, other, unmarked = start(str(tmp_path)), start(str(tmp_path / "other")), start(None)
    assert leftovers.end(tmp_path) == 1
    assert not psutil.pid_exists(ours.pid)
    assert other.poll() is None
    assert unmarked.poll() is None


def test_one_that_does_not_listen_is_killed(start: Start, tmp_path: Path) -> None:
    """After the time that it is given."""
    process = start(str(tmp_path), STUBBORN)
    leftovers.end(tmp_path, patience_seconds=0.2)
    assert not psutil.pid_exists(process.pid)


def test_nothing_left_is_no_trouble(tmp_path: Path) -> None:
    """The usual case."""
    assert leftovers.end(tmp_path) == 0

"""Who counts as ready."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from isnad.addresses import Addresses
from isnad_cli.local.home import Home
from isnad_cli.local.observation import Row, observed
from isnad_cli.local.supervision import Process


def process(state: str, pid: int) -> Process:
    return Process(name="kafka", statename=state, pid=pid, start=100, now=160)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.logs.mkdir()
    made.log("kafka").write_text("first\nAddress already in use\n")
    return made


def look(state: str, pid: int, home: Home, port: int) -> Row:
    return observed(process(state, pid), Addresses(kafka=f"127.0.0.1:{port}"), home)


def test_ready_is_who_listens_on_the_port_himself(home: Home) -> None:
    """The test plays Kafka; for another process, on whose port the test listens, it is no sign of readiness."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other,
    ):
        port = server.getsockname()[1]
        assert look("RUNNING", os.getpid(), home, port).state == "ready"
        assert look("RUNNING", other.pid, home, port).state == "starting"
        other.kill()


def test_a_started_process_that_does_not_listen_is_starting(home: Home) -> None:
    """It runs since a minute, and its memory is known."""
    row = look("STARTING", os.getpid(), home, 1)
    assert (row.state, row.up_seconds, row.pid) == ("starting", 60, os.getpid())
    assert row.memory_bytes > 0


@pytest.mark.parametrize(
    ("supervisors", "ours", "detail"),
    [
        ("BACKOFF", "restarting", "Address already in use"),
        ("EXITED", "restarting", "Address already in use"),
        ("STOPPING", "stopping", ""),
        ("STOPPED", "stopped", ""),
    ],
)
def test_the_supervisors_words_become_ours(home: Home, supervisors: str, ours: str, detail: str) -> None:
    """One that ended comes with what it said last."""
    row = look(supervisors, 0, home, 1)
    assert (row.state, row.detail, row.pid) == (ours, detail, None)

"""`isnad up` and its kin as a user calls them, with a real Kafka, ended as users and as accidents end it.

Elasticsearch is left out where it would only cost time: the stack treats both servers alike.
"""

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from rich.console import Console

from isnad.addresses import load
from isnad.kafka import Admin, Producer
from isnad.outcomes import Outgoing
from isnad_cli.local import leftovers
from isnad_cli.local.home import Home
from isnad_cli.local.observation import Row
from isnad_cli.local.packages import Packages
from isnad_cli.local.services import Choice
from isnad_cli.local.stack import Stack, running

pytestmark = pytest.mark.real


@dataclass
class Shell:
    """Calls `isnad` with a home of its own, as a user would."""

    home: Path
    packages: Path
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run a command to its end and return what it said, on both outputs."""
        done = subprocess.run(
            self._command(*arguments), capture_output=True, text=True, timeout=120, check=False, env=self._environment
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def up(self, *before: str) -> "subprocess.Popen[str]":
        """Run `isnad up` in the foreground and return when it is ready."""
        process = subprocess.Popen(
            [*before, *self._command("up", "--only", "kafka")],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._environment,
        )
        self.started.append(process)
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C ends it" in line:
                return process
        pytest.fail("".join(said))

    def status(self) -> dict[str, Any]:
        """What `isnad status --json` says."""
        done = subprocess.run(
            self._command("status", "--json"), capture_output=True, text=True, check=False, env=self._environment
        )
        return dict(json.loads(done.stdout))

    def processes(self) -> list[psutil.Process]:
        """The living processes of this home."""
        return leftovers.find(self.home)

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "isnad_cli", *arguments, "--home", str(self.home)]

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "HOME": str(self.home), "ISNAD_PACKAGES": str(self.packages)}


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One for all tests, since later starts of the same home are quicker; each test leaves nothing running in it."""
    folder = Path(tempfile.mkdtemp(prefix="isnad-tests-"))
    folder.chmod(0o755)
    (folder / "owner").write_text(str(os.getpid()))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def shell(home: Path, local_packages: Packages) -> Iterator[Shell]:
    made = Shell(home, local_packages.java_home.parent)
    yield made
    for process in made.started:
        process.kill()
        process.communicate()
    leftovers.end(home)


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def listening(processes: Iterable[psutil.Process]) -> set[str]:
    """The addresses on which these processes accept connections; Java writes IPv4 ones as IPv6."""
    return {
        connection.laddr.ip.removeprefix("::ffff:")
        for process in processes
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }


def test_the_servers_listen_on_loopback_only(stack: Any) -> None:
    """Nobody from outside reaches Kafka or Elasticsearch, on any of their ports."""
    processes = leftovers.find(stack.home)
    assert len(processes) == 3, "Kafka, Elasticsearch, and its launcher"
    assert listening(processes) == {"127.0.0.1"}


async def test_data_survives_down_and_up(shell: Shell) -> None:
    """What Kafka acknowledged before `down` is there after the next `up`; `down` leaves no process and no address."""
    shell.run("up", "--detach", "--only", "kafka")
    topic = "articles.raw"
    before = sum((await Admin(load(shell.home).kafka).ends(topic)).values())
    async with Producer(load(shell.home).kafka) as producer:
        await producer.send(Outgoing(topic, b"key", b"value"))
    shell.run("down")
    assert shell.processes() == []
    assert shell.status() == {"home": str(shell.home), "ready": False, "processes": []}

    shell.run("up", "--detach", "--only", "kafka")
    after = sum((await Admin(load(shell.home).kafka).ends(topic)).values())
    assert after == before + 1
    assert "is already up" in shell.run("up", "--only", "kafka", status=1)
    assert shell.status()["ready"] is True
    shell.run("down")


def test_the_next_up_cleans_up_after_a_killed_one(shell: Shell) -> None:
    """Nobody is left of the killed one, the new one is another Kafka, and SIGTERM leaves nothing behind."""
    killed = shell.up()
    (before,) = shell.status()["processes"]
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert psutil.pid_exists(before["pid"])

    again = shell.up()
    (after,) = shell.status()["processes"]
    assert after["state"] == "ready"
    assert after["pid"] != before["pid"]
    assert len([p for p in shell.processes() if "kafka.Kafka" in p.cmdline()]) == 1
    assert "is already up" in shell.run("up", "--only", "kafka", status=1)

    again.send_signal(signal.SIGTERM)
    assert again.wait(60) == 0
    assert shell.processes() == []


def test_a_killed_server_is_started_again_and_counted(shell: Shell) -> None:
    """The table shows how often; `down` from elsewhere ends the `up` in the foreground, in order."""
    up = shell.up()
    (before,) = shell.status()["processes"]
    os.kill(before["pid"], signal.SIGKILL)
    deadline = time.monotonic() + 60
    while True:
        (after,) = shell.status()["processes"]
        if after["state"] == "ready" and after["pid"] != before["pid"]:
            break
        assert time.monotonic() < deadline, after
        time.sleep(0.2)
    assert (before["restarts"], after["restarts"]) == (0, 1)
    assert "kafka" in shell.run("logs", "kafka")

    shell.run("down")
    assert up.wait(60) == 0
    assert shell.processes() == []


def test_a_scripts_background_up_ends_by_sigint_too(shell: Shell) -> None:
    """A shell lets what a script starts with `&` ignore SIGINT; so does this one."""
    up = shell.up("sh", "-c", 'trap "" INT; exec "$@"', "sh")
    up.send_signal(signal.SIGINT)
    assert up.wait(60) == 0
    assert shell.processes() == []


def test_a_taken_port_is_said_and_written_down(shell: Shell) -> None:
    """The first port that Kafka would take is taken: it gets another one, and the other commands find it."""
    with socket.socket() as taker:
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taker.bind(("127.0.0.1", 9092))
            taker.listen()
        except OSError:  # somebody else has it, which serves as well
            pass
        said = shell.run("up", "--detach", "--only", "kafka")
        address = load(shell.home).kafka
        assert port_of(address) > 9092
        assert f"Port 9092 is taken, so kafka listens on {port_of(address)}." in said
        with socket.create_connection(("127.0.0.1", port_of(address)), timeout=5):
            pass
        assert listening(shell.processes()) == {"127.0.0.1"}
        shell.run("down")


def test_a_port_taken_while_the_server_starts_is_exchanged(shell: Shell) -> None:
    """Somebody is quicker than Kafka on its port, as another program may be: it gets another one and comes up."""
    with socket.socket() as taker:
        taken: list[int] = []
        said = io.StringIO()

        def take(_rows: Sequence[Row]) -> None:
            if not taken:
                taken.append(port_of(load(shell.home).kafka))
                taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                taker.bind(("127.0.0.1", taken[0]))
                taker.listen()

        stack = Stack(Home(shell.home), shell.packages, {}, Console(file=said, width=200), Choice(("kafka",)))
        with running(stack, take) as where:
            assert port_of(where.kafka) > taken[0]
            assert load(shell.home) == where
            assert leftovers.find(shell.home)
        assert f"failed to bind to 127.0.0.1:{taken[0]}" in said.getvalue()
    assert shell.processes() == []


def test_reset_stops_and_deletes(shell: Shell) -> None:
    """Nothing runs, no data is left, and the next `up` starts from nothing."""
    shell.run("up", "--detach", "--only", "kafka")
    assert (shell.home / "kafka" / "data").exists()
    assert "Deleted" in shell.run("reset", "--yes")
    assert shell.processes() == []
    assert not (shell.home / "kafka").exists()

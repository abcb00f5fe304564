"""What may befall the servers: killed, stopped, paused, and started again."""

import signal
import subprocess
import time

import psutil
from tests.conftest import Process


def kill(server: Process) -> None:
    """Kill -9, and everything that it started."""
    for process in _family(server):
        process.kill()
    assert server.started is not None
    server.started.wait()


def stop(server: Process) -> None:
    """SIGTERM, and wait for the end."""
    server.stop()


def pause(server: Process) -> None:
    """SIGSTOP: connections stay open and nothing is answered."""
    for process in _family(server):
        process.send_signal(signal.SIGSTOP)


def go_on(server: Process) -> None:
    """SIGCONT."""
    for process in _family(server):
        process.send_signal(signal.SIGCONT)


def start_again(server: Process) -> None:
    """Start what has ended, and return when it answers."""
    server.started = None
    server.start()
    server.wait()


def down_for(server: Process, seconds: float, *, killed: bool) -> None:
    """Take a server down, and bring it back after so long."""
    (kill if killed else stop)(server)
    time.sleep(seconds)
    start_again(server)


def _family(server: Process) -> list[psutil.Process]:
    assert server.started is not None
    try:
        process = psutil.Process(server.started.pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def ended(process: subprocess.Popen[bytes] | None) -> bool:
    """Whether a process is not there."""
    return process is None or process.poll() is not None

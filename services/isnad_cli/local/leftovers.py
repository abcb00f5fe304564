"""Finds and ends the processes of a home that have lost their `isnad up`, by a mark in their environment.

Never by name: another Kafka on this machine is none of our business.
"""

import os
from pathlib import Path

import psutil

MARK = "ISNAD_LOCAL_HOME"
"""Environment variable that every process of a local stack carries; its value is the home."""


def find(root: Path) -> list[psutil.Process]:
    """Return the living processes of this home, except the caller and those that it descends from."""
    me = psutil.Process()
    own = {os.getpid(), *(parent.pid for parent in me.parents())}
    found = []
    for process in psutil.process_iter():
        try:
            marked = process.pid not in own and process.environ().get(MARK) == str(root)
        # Gone meanwhile, a zombie, or somebody else's.
        except (psutil.Error, OSError):
            continue
        if marked:
            found.append(process)
    return found


def end(root: Path, patience_seconds: float = 10.0) -> int:
    """End all processes of this home, the supervisor first so that it restarts nothing; return how many there were."""
    found = find(root)
    for process in found:
        if _is_supervisor(process):
            _signal(process, kill=True)
    for process in found:
        _signal(process, kill=False)
    _, left = psutil.wait_procs(found, patience_seconds)
    for process in left:
        _signal(process, kill=True)
    psutil.wait_procs(left, patience_seconds)
    return len(found)


def _is_supervisor(process: psutil.Process) -> bool:
    try:
        return "supervisor.supervisord" in process.cmdline()
    except psutil.Error:
        return False


def _signal(process: psutil.Process, *, kill: bool) -> None:
    try:
        if kill:
            process.kill()
        else:
            process.terminate()
    except psutil.NoSuchProcess:
        pass

"""What runs in a home, since when, and what it waits for; seen from outside, so that any process can ask."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import msgspec
import psutil

from isnad import addresses
from isnad.addresses import Addresses
from isnad_cli.local import readiness
from isnad_cli.local.following import last_words
from isnad_cli.local.home import Home
from isnad_cli.local.services import SERVERS
from isnad_cli.local.supervision import Process, Supervisor, SupervisorGone

State = Literal["ready", "starting", "waiting", "restarting", "stopping", "stopped"]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One process of the stack."""

    name: str
    state: State
    detail: str = ""
    """What it waits for, where it waits."""
    pid: int | None = None
    up_seconds: int = 0
    restarts: int = 0
    memory_bytes: int = 0
    """Resident, with the processes that it started itself."""
    address: str = ""


def observe(home: Home) -> list[Row]:
    """Return a row for each process; none when nothing is up."""
    try:
        processes = Supervisor(home).processes()
    except SupervisorGone:
        return []
    where = addresses.load(home.root)
    if not processes:
        return []
    with ThreadPoolExecutor(len(processes)) as pool:
        return list(pool.map(lambda process: _row(process, where, home), processes))


def _row(process: Process, where: Addresses, home: Home) -> Row:
    state, detail = _state(process, where, home.log(process.name))
    runs = process.pid > 0
    return Row(
        name=process.name,
        state=state,
        detail=detail,
        pid=process.pid if runs else None,
        up_seconds=max(0, process.now - process.start) if runs else 0,
        restarts=process.restarts,
        memory_bytes=_memory(process.pid) if runs else 0,
        address=_address(process.name, where),
    )


def _state(process: Process, where: Addresses, log: Path) -> tuple[State, str]:
    match process.statename:
        case "STARTING" | "RUNNING":
            trouble = _trouble(process.name, where)
            if trouble is None:
                return "ready", ""
            return ("waiting", trouble) if trouble else ("starting", "")
        case "BACKOFF" | "FATAL" | "EXITED":
            return "restarting", last_words(log)
        case "STOPPING":
            return "stopping", ""
        case _:
            return "stopped", ""


def _trouble(name: str, where: Addresses) -> str | None:
    """Return None for one that is ready, what it waits for, or nothing when it does not answer yet."""
    if name == "kafka":
        return None if readiness.accepts(int(where.kafka.rpartition(":")[2])) else ""
    if name == "elasticsearch":
        return None if readiness.elasticsearch_answers(where.elasticsearch) else ""
    return readiness.service_waits(where.services[name]) if name in where.services else ""


def _address(name: str, where: Addresses) -> str:
    if name in SERVERS or name == "api":
        return str(getattr(where, name))
    return where.services.get(name, "")


def _memory(pid: int) -> int:
    total = 0
    try:
        process = psutil.Process(pid)
        for member in [process, *process.children(recursive=True)]:
            total += member.memory_info().rss
    except psutil.Error:
        pass
    return total


def all_ready(rows: Sequence[Row]) -> bool:
    """Tell whether there is something and all of it is ready."""
    return bool(rows) and all(row.state == "ready" for row in rows)

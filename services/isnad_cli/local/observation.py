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
from isnad_cli.local.readiness import Wait
from isnad_cli.local.services import SERVERS
from isnad_cli.local.supervision import Process, Supervisor, SupervisorGone

State = Literal["ready", "starting", "waiting", "restarting", "stopping", "stopped"]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One process of the stack."""

    name: str
    state: State
    detail: str = ""
    """What it waits for, where it waits; what it said last, where it ended."""
    waits_seconds: int | None = None
    """Since when it waits, where it says so."""
    lag_records: int | None = None
    """Records that wait for it, where it says so."""
    pid: int | None = None
    up_seconds: int = 0
    restarts: int = 0
    memory_bytes: int = 0
    """Resident, with the processes that it started itself."""
    address: str = ""
    """What it serves: Kafka, Elasticsearch, the API."""
    health: str = ""
    """Base URL of a service's /healthz, /readyz and /metrics."""


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
        return list(pool.map(lambda process: observed(process, where, home), processes))


def observed(process: Process, where: Addresses, home: Home) -> Row:
    """Return the row of one process, from what the supervisor knows and what the process itself answers."""
    state, waits = _state(process, where, home.log(process.name))
    runs = process.pid > 0
    health = where.services.get(process.name, "")
    began = min((wait.since for wait in waits if wait.since), default=None)
    return Row(
        name=process.name,
        state=state,
        detail="; ".join(wait.text for wait in waits),
        waits_seconds=max(0, round(process.now - began.timestamp())) if began else None,
        lag_records=readiness.lag_records(health) if health and state in ("ready", "waiting") else None,
        pid=process.pid if runs else None,
        up_seconds=max(0, process.now - process.start) if runs else 0,
        restarts=process.restarts,
        memory_bytes=_memory(process.pid) if runs else 0,
        address=_address(process.name, where),
        health=health,
    )


def _state(process: Process, where: Addresses, log: Path) -> tuple[State, list[Wait]]:
    match process.statename:
        case "STARTING" | "RUNNING":
            trouble = _trouble(process, where)
            if trouble is None:
                return "ready", []
            return ("waiting", trouble) if trouble else ("starting", [])
        case "BACKOFF" | "FATAL" | "EXITED":
            said = last_words(log)
            return "restarting", [Wait("", said)] if said else []
        case "STOPPING":
            return "stopping", []
        case _:
            return "stopped", []


def _trouble(process: Process, where: Addresses) -> list[Wait] | None:
    """Return None for one that is ready, what it waits for, or nothing when it does not answer yet."""
    name = process.name
    address = where.services.get(name) or _address(name, where)
    # Another program may have been quicker to take the port, and would answer in the place of ours.
    if not address or not _listens(process.pid, port_of(address)):
        return []
    if name == "kafka":
        return None if readiness.accepts(port_of(address)) else []
    if name == "elasticsearch":
        return None if readiness.elasticsearch_answers(address) else []
    return readiness.service_waits(address)


def port_of(address: str) -> int:
    """Return the port of `host:port` or of a base URL."""
    return int(address.rpartition(":")[2])


def _listens(pid: int, port: int) -> bool:
    """Tell whether a process, or one that it started, listens on a port; also where that can't be known."""
    try:
        return any(port in listening(member) for member in family(pid))
    except psutil.AccessDenied:
        return True
    except psutil.NoSuchProcess:
        return False


def listening(process: psutil.Process) -> set[int]:
    """Return the ports on which a process accepts connections.

    Raises:
        psutil.Error: it is gone, or belongs to somebody else.
    """
    return {
        connection.laddr.port
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all that it started.

    Raises:
        psutil.Error: it is gone.
    """
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _address(name: str, where: Addresses) -> str:
    return str(getattr(where, name)) if name in SERVERS or name == "api" else ""


def _memory(pid: int) -> int:
    total = 0
    try:
        for member in family(pid):
            total += member.memory_info().rss
    except psutil.Error:
        pass
    return total


def all_ready(rows: Sequence[Row]) -> bool:
    """Tell whether there is something and all of it is ready."""
    return bool(rows) and all(row.state == "ready" for row in rows)

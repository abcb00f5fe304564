"""Chooses the ports of the local stack: the usual one where it is free, else the next free one. Loopback only."""

import fcntl
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import platformdirs

from isnad.errors import SetupError

HOST = "127.0.0.1"
_REACH = 100


def is_free(port: int) -> bool:
    """Tell whether nobody listens there, so that a server could."""
    with socket.socket() as probe:
        # As servers do: a port whose last connection is only fading away counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


@contextmanager
def reserved(wanted: dict[str, int], folder: Path | None = None) -> Iterator[dict[str, int]]:
    """Give a free port for each name, the wanted one or one of the hundred after it; no port is given twice.

    While the context lasts, which should be until the servers listen, other stacks of this user pass over these ports.
    `folder` holds the locks for that; by default it is in the user's runtime folder.

    Raises:
        SetupError: all of a hundred are taken.
    """
    folder = folder or platformdirs.user_runtime_path("isnad") / "ports"
    folder.mkdir(parents=True, exist_ok=True)
    given: dict[str, int] = {}
    with ExitStack() as held:
        for name, first in wanted.items():
            for port in range(first, first + _REACH):
                if port not in given.values() and _hold(folder / str(port), held) and is_free(port):
                    given[name] = port
                    break
            else:
                raise SetupError(
                    f"The ports {first} to {first + _REACH - 1} are all taken, so {name} can't start. "
                    "End a program that uses one."
                )
        yield given


def _hold(file: Path, held: ExitStack) -> bool:
    lock = held.enter_context(file.open("w"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def choose_any(names: tuple[str, ...]) -> dict[str, int]:
    """Return any free port for each name."""
    probes = [socket.socket() for _ in names]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return {name: probe.getsockname()[1] for name, probe in zip(names, probes, strict=True)}
    finally:
        for probe in probes:
            probe.close()

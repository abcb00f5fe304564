"""Chooses the ports of the local stack: the usual one where it is free, else the next free one. Loopback only."""

import fcntl
import os
import socket
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from isnad.errors import SetupError

HOST = "127.0.0.1"
_REACH = 100
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


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


class Reservations:
    """Free ports for one stack, which other stacks of this user pass over as long as the holding process lives.

    A port that nobody listens on yet, or that a server is just coming back to, looks free to everybody; so each one is
    locked as well, by a file. Where the files' folder is not this user's alone, ports are given without locks.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(tempfile.gettempdir()) / f"isnad-ports-{os.geteuid()}"
        self._held = ExitStack()
        self._given: set[int] = set()

    def reserve(self, wanted: Mapping[str, int]) -> dict[str, int]:
        """Return a port for each name, the wanted one or one of the hundred after it; no port is given twice.

        Raises:
            SetupError: all of a hundred are taken.
        """
        with self._opened_folder() as folder:
            return {name: self._first(name, port, folder) for name, port in wanted.items()}

    @contextmanager
    def _opened_folder(self) -> Iterator[int | None]:
        """Give the folder of the locks, or None where anybody else made it or may write there.

        Its name can be foreseen, and all can write around it: in a folder of his own, somebody could put links to what
        only we may open in the place of the files.
        """
        with suppress(OSError):
            self._folder.mkdir(mode=0o700)
        try:
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            yield None
            return
        try:
            found = os.fstat(folder)
            ours = found.st_uid == os.geteuid() and not found.st_mode & _OTHERS
            yield folder if ours else None
        finally:
            os.close(folder)

    def _first(self, name: str, first: int, folder: int | None) -> int:
        for port in range(first, first + _REACH):
            if port not in self._given and is_free(port) and (folder is None or self._lock(folder, port)):
                self._given.add(port)
                return port
        raise SetupError(
            f"The ports {first} to {first + _REACH - 1} are all taken, so {name} can't start. "
            "End a program that uses one."
        )

    def _lock(self, folder: int, port: int) -> bool:
        flags = os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            lock = os.open(str(port), flags, 0o600, dir_fd=folder)
        except OSError:  # something else is there, or the disk is full: go without
            return True
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._held.callback(os.close, lock)
        return True

    def release(self) -> None:
        """Let go of all of them; the end of the process does it too."""
        self._held.close()
        self._given.clear()


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

"""The folder of one local stack: what lies where, who may use it now, and what the last `isnad up` left behind.

::

    home/
    ├── packages/         Java, Kafka, Elasticsearch (unless ISNAD_PACKAGES names another folder)
    ├── kafka/            settings and data
    ├── elasticsearch/    settings and data
    ├── state/            what the services keep, each in its own folder
    ├── keys.json         the API's keys, once one was made
    ├── logs/             one file for each process, rotated
    ├── run/              addresses.json, the lock, the supervisor's settings and socket
    └── isnad-home        says that isnad made all this, and may delete it
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO

import msgspec

from isnad.addresses import addresses_file
from isnad.errors import SetupError
from isnad.keys import FILE_NAME

_MARKER = "isnad-home"

_SOCKET_BYTES = 96
"""Unix allows little more than a hundred bytes for a socket's path, and the supervisor adds a few at first."""


class Run(msgspec.Struct, frozen=True):
    """The stack that was last started here."""

    mode: Literal["attached", "detached"]
    """Whether it is to end with the `isnad up` that started it."""


def _holds_something(path: Path) -> bool:
    if path.is_dir() and not path.is_symlink():
        return any(child.name != "lock" for child in path.iterdir())
    return os.path.lexists(path)


@dataclass(frozen=True, slots=True)
class Home:
    """Paths of one local stack."""

    root: Path

    @property
    def packages(self) -> Path:
        """Default place of the packages."""
        return self.root / "packages"

    @property
    def kafka(self) -> Path:
        """Kafka's settings and data."""
        return self.root / "kafka"

    @property
    def elasticsearch(self) -> Path:
        """Elasticsearch's settings and data."""
        return self.root / "elasticsearch"

    @property
    def state(self) -> Path:
        """What the services keep between starts."""
        return self.root / "state"

    @property
    def keys(self) -> Path:
        """The API's keys; `erase` leaves them, as who has one still has it."""
        return self.root / FILE_NAME

    @property
    def logs(self) -> Path:
        """One file for each process."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """What only matters while the stack runs."""
        return self.root / "run"

    @property
    def socket(self) -> Path:
        """Where the supervisor listens."""
        return self.run / "supervisor.sock"

    @property
    def supervisor(self) -> Path:
        """The supervisor's settings."""
        return self.run / "supervisor.conf"

    @property
    def _run_file(self) -> Path:
        return self.run / "run.json"

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.logs / f"{name}.log"

    def create(self) -> None:
        """Create the folders.

        Raises:
            SetupError: the folder can't be used; the text says why.
        """
        self.must_be_ours()
        if len(os.fsencode(self.socket)) > _SOCKET_BYTES:
            raise SetupError(f"The path {self.root} is too long for a socket in it. Choose a shorter one with --home.")
        try:
            for folder, mode in ((self.root, 0o755), (self.run, 0o755), (self.logs, 0o700), (self.state, 0o700)):
                if not folder.exists():
                    folder.mkdir(parents=True)
                    folder.chmod(mode)
            self._lock_file.touch()
            self._marker.write_text("Made by isnad; `isnad reset` deletes what it put here.\n")
        except OSError as exc:
            raise self._unusable(exc) from exc

    def _unusable(self, exc: OSError) -> SetupError:
        return SetupError(
            f"{self.root} can't be used ({exc.strerror}). Choose another folder with --home, or correct its owner."
        )

    @property
    def _marker(self) -> Path:
        return self.root / _MARKER

    @property
    def _data(self) -> tuple[Path, ...]:
        return (self.kafka, self.elasticsearch, self.state, self.logs, self.run)

    def is_empty(self) -> bool:
        """Tell whether there is nothing that `erase` would delete."""
        return not any(os.path.lexists(path) for path in (*self._data, self._marker))

    def must_be_ours(self) -> None:
        """Check that folders which have the names of ours were made by isnad.

        Raises:
            SetupError: they were not, or nobody can tell.
        """
        # Homes of the first versions have no marker, and the lock is all that some of them hold.
        marks = (self._marker, addresses_file(self.root), self.supervisor)
        try:
            if any(mark.is_file() for mark in marks) or (self.kafka.is_dir() and self.elasticsearch.is_dir()):
                return
        except OSError as exc:
            raise self._unusable(exc) from exc
        foreign = [path.name for path in self._data if _holds_something(path)]
        if foreign:
            raise SetupError(
                f"{self.root} has {', '.join(f'{name}/' for name in foreign)} that isnad did not make, so isnad leaves "
                "it alone. Choose another folder with --home."
            )

    @property
    def _lock_file(self) -> Path:
        return self.run / "lock"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold this home for as long as the context lasts; the system lets go of it whenever the process ends.

        Raises:
            SetupError: another process holds it, or it is another user's.
        """
        with self._lock("r+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as exc:
                raise SetupError(
                    f"The stack in {self.root} is already up, or going up or down (process {lock.read().strip()}). "
                    "See `isnad status`; end it with `isnad down`."
                ) from exc
            lock.truncate()
            lock.write(str(os.getpid()))
            lock.flush()
            try:
                yield
            finally:
                lock.seek(0)
                lock.truncate()

    def was_used(self) -> bool:
        """Tell whether a stack was ever up here.

        Raises:
            SetupError: it is another user's, and nobody else may look; or no home can be there.
        """
        try:
            return self._lock_file.exists()
        except PermissionError as exc:
            raise self.not_ours() from exc
        except OSError as exc:
            raise self._unusable(exc) from exc

    def holder(self) -> int | None:
        """Return the process that holds this home, None if nobody does.

        Raises:
            SetupError: it is another user's, and nobody else may look.
        """
        try:
            with self._lock("r") as lock:
                try:
                    # Not exclusive: a network's file system wants to be allowed to write for that.
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return int(lock.read().strip() or 0) or None
        except FileNotFoundError:
            pass
        return None

    def not_ours(self) -> SetupError:
        """Return the error for whoever would end the stack of another user."""
        return SetupError(f"The stack in {self.root} belongs to another user. Ask him, or root, to end it.")

    def _lock(self, mode: Literal["r", "r+"]) -> TextIO:
        try:
            return self._lock_file.open(mode)
        except PermissionError as exc:
            raise self.not_ours() from exc

    def note(self, run: Run) -> None:
        """Write down what was started."""
        draft = self._run_file.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(run))
        draft.replace(self._run_file)

    def noted(self) -> Run | None:
        """Return what was started last and not ended in order."""
        try:
            return msgspec.json.decode(self._run_file.read_bytes(), type=Run)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def forget(self) -> None:
        """Remove what only matters while the stack runs."""
        for file in (self._run_file, self.socket, addresses_file(self.root)):
            file.unlink(missing_ok=True)

    def erase(self) -> None:
        """Delete all data; the packages stay.

        Raises:
            SetupError: the folder is not ours, or something in it can't be deleted.
        """
        self.must_be_ours()
        failures = []
        for folder in self._data:
            try:
                if os.path.lexists(folder):
                    shutil.rmtree(folder)
            except OSError as exc:
                failures.append(f"{exc.filename or folder} ({exc.strerror or exc})")
        if failures:
            raise SetupError(f"Not everything could be deleted: {'; '.join(failures)}. Correct it and reset again.")
        self._marker.unlink(missing_ok=True)

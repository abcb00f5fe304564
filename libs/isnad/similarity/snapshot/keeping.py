"""A folder of snapshots: the last two are kept, whoever wrote them, and the newest that is good is found."""

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from isnad.similarity.snapshot import manifest
from isnad.similarity.snapshot.files import in_words
from isnad.similarity.snapshot.manifest import Json, SnapshotError
from isnad.similarity.snapshot.parts import Captured
from isnad.similarity.snapshot.reading import Opened, opened, remove
from isnad.similarity.snapshot.writing import nothing, unfinished_in, write

_KEPT = 2
_LOCK = "lock"
_NAME = re.compile(r"snapshot-([0-9]{10})")


class SnapshotsBusy(SnapshotError):
    """Another process writes a snapshot into the same folder at this moment; its snapshot is as good."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a snapshot says of itself, its parts unchecked."""

    identity: dict[str, Json]
    about: dict[str, Json]
    size: int
    """Bytes of all parts; snapshots that share files take less on disk."""


def described(folder: Path) -> Described:
    """Return what a snapshot says of itself.

    Raises:
        SnapshotError: there is none, or its manifest can't be used.
    """
    listed = manifest.read(folder)
    return Described(listed.identity, listed.about, sum(entry.size for entry in listed.parts.values()))


class Snapshots:
    """The snapshots in a folder, which several processes of one machine may share.

    Args:
        root: the folder; made when the first snapshot is written.
        identity: what a state depends on beside its input (versions, thresholds): snapshots of another identity are
            never used.
    """

    def __init__(self, root: Path, identity: Mapping[str, Json]) -> None:
        self._root = root
        self._identity = dict(identity)
        self._ancestor: Path | None = None

    def folders(self) -> list[Path]:
        """Return what looks like a snapshot, the one written last first."""
        try:
            found = [path for path in self._root.iterdir() if _NAME.fullmatch(path.name)]
        except OSError:
            found = []
        return sorted(found, key=lambda path: path.name, reverse=True)

    def newest_first(self, refuse: Callable[[Described], None] = lambda _: None) -> Generator[Opened, None, None]:
        """Yield the snapshots that can be used, each open until the next one is asked for.

        Of the others the log tells why not.

        Args:
            refuse: is asked about each before it is read; raises `SnapshotError` to have it passed over.
        """
        for folder in self.folders():
            try:
                found = described(folder)
                self._compare(found)
                refuse(found)
                with opened(folder) as snapshot:
                    yield snapshot
            except SnapshotError as exc:
                _warn("a snapshot is not used", snapshot=str(folder), reason=str(exc))

    def used(self, snapshot: Opened | None) -> None:
        """Say of which snapshot the state was made that `write` is given from now on, None for none of them.

        What is still the same as there is then neither written nor read again.
        """
        self._ancestor = snapshot.folder if snapshot is not None else None

    @property
    def ancestor(self) -> Path | None:
        """The snapshot that the state was made of, or that was written of it last."""
        return self._ancestor

    def write(self, captured: Captured, between: Callable[[], None] = nothing) -> Path:
        """Write a snapshot, and remove all but the last two and what crashes have left.

        Args:
            captured: what to write.
            between: called after every few megabytes; what it raises abandons the snapshot.

        Returns:
            Where it is.

        Raises:
            SnapshotsBusy: another process is writing one.
            SnapshotError: it can't be written.
        """
        with self._alone():
            for path in unfinished_in(self._root):
                shutil.rmtree(path, ignore_errors=True)
            last = next(iter(self.folders()), None)
            number = 1 + (int(last.name.removeprefix("snapshot-")) if last is not None else 0)
            folder = self._root / f"snapshot-{number:010}"
            write(folder, captured, self._ancestor, identity=self._identity, between=between)
            self._ancestor = folder
            for old in self.folders()[_KEPT:]:
                self._remove(old)
        return folder

    def _remove(self, folder: Path) -> None:
        try:
            remove(folder)
        except SnapshotError as exc:
            _warn("an old snapshot stays", reason=str(exc))

    def _compare(self, found: Described) -> None:
        there, here = found.identity, self._identity
        other = [name for name in {**there, **here} if there.get(name) != here.get(name)]
        if other:
            facts = "; ".join(f"{name} is {there.get(name)} there and {here.get(name)} here" for name in other)
            raise SnapshotError(f"It is of other settings: {facts}.")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder against other processes that want to write."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as exc:
            raise SnapshotError(f"No snapshot can be written in {self._root}: {in_words(exc)}.") from exc
        try:
            self._take(lock)
            yield
        finally:
            os.close(lock)

    def _take(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise SnapshotsBusy(f"Another process is writing a snapshot in {self._root}.") from exc
        except OSError as exc:
            raise SnapshotError(f"No snapshot can be written in {self._root}: {in_words(exc)}.") from exc


def _warn(event: str, **facts: str) -> None:
    # Imported here: programs that never keep snapshots start the quicker without it.
    import structlog

    structlog.get_logger().warning(event, **facts)

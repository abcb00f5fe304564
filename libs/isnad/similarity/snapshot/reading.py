"""Reading a snapshot: nothing of it before all of it was checked."""

import fcntl
import os
import shutil
import stat
import weakref
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np

from isnad.errors import StorageUnavailable
from isnad.similarity.snapshot import manifest
from isnad.similarity.snapshot.files import chunks, in_words, linked, write_all
from isnad.similarity.snapshot.manifest import Entry, Json, Manifest, SnapshotError
from isnad.similarity.snapshot.parts import Array

_THREADS = 4


class Opened:
    """A snapshot whose every byte was checked. It is not removed by others before it is closed (context manager)."""

    def __init__(self, folder: Path, listed: Manifest, lock: int) -> None:
        self.folder = folder
        self.identity: dict[str, Json] = listed.identity
        self.about: dict[str, Json] = listed.about
        self._parts = listed.parts
        self._unlock = weakref.finalize(self, os.close, lock)

    def close(self) -> None:
        """Allow others to remove it. Mapped arrays stay as they are."""
        self._unlock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def size(self) -> int:
        """Bytes of all parts; on disk it may take less, where snapshots share a file."""
        return sum(entry.size for entry in self._parts.values())

    def names(self) -> list[str]:
        """Return the names of the parts."""
        return list(self._parts)

    def array(self, name: str) -> Array:
        """Return a fresh, writable copy of an array.

        Raises:
            SnapshotError: there is no such array.
        """
        return self._loaded(name, None)

    def mapped(self, name: str) -> Array:
        """Return an array as it lies on disk, read-only; it takes memory only as far as it is looked at.

        Raises:
            SnapshotError: there is no such array.
        """
        return self._loaded(name, "r")

    def data(self, name: str) -> bytes:
        """Return the bytes that were written under a name.

        Raises:
            SnapshotError: there are none.
        """
        self._entry(name, "data")
        try:
            return (self.folder / name).read_bytes()
        except OSError as exc:
            raise SnapshotError(f"{name} in the snapshot {self.folder} can't be read: {in_words(exc)}.") from exc

    def path(self, name: str) -> Path:
        """Return where a part lies, to be read only. It may be gone after `close`.

        Raises:
            SnapshotError: there is no such part.
            ValueError: it is a file that was not final, and may be longer than the part; `take_file` copies the part.
        """
        if not self._entry(name).final:
            raise ValueError(f"{name} is a part of a file that may have grown since: use take_file")
        return self.folder / name

    def take_file(self, name: str, target: Path) -> None:
        """Put the file of a `FilePart` where there is none yet, exactly as long as the part is.

        A final one is linked, where that is possible, and must not be written to; others are copied.

        Raises:
            SnapshotError: there is no such part, or it can't be read any more.
            StorageUnavailable: it can't be put there.
        """
        entry, source = self._entry(name, "file"), self.folder / name
        try:
            if entry.final and linked(source, target):
                return
            with target.open("xb", buffering=0) as copy:
                for piece in self._pieces(source, entry.size):
                    write_all(copy, piece)
        except OSError as exc:
            raise StorageUnavailable(f"{target} can't be written: {in_words(exc)}.") from exc

    def _pieces(self, source: Path, size: int) -> Iterator[memoryview]:
        try:
            with source.open("rb", buffering=0) as file:
                yield from chunks(file, 0, size)
        except OSError as exc:
            raise SnapshotError(f"{source} can't be read: {in_words(exc)}.") from exc

    def _entry(self, name: str, kind: str | None = None) -> Entry:
        entry = self._parts.get(name)
        if entry is None or kind not in (None, entry.kind):
            raise SnapshotError(f"The snapshot {self.folder} has no {kind or 'part'} named {name}.")
        return entry

    def _loaded(self, name: str, mode: Literal["r"] | None) -> Array:
        self._entry(name, "array")
        try:
            array: Array = np.load(self.folder / name, mmap_mode=mode, allow_pickle=False)
        except (OSError, ValueError) as exc:
            raise SnapshotError(f"{name} in the snapshot {self.folder} can't be read as an array: {exc}.") from exc
        return array


def opened(folder: Path) -> Opened:
    """Check every byte of a snapshot and return it, open.

    Raises:
        SnapshotError: there is none, or something is missing, cut, damaged, unreadable or of another format.
    """
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            listed = manifest.read(folder)
            _check(folder, listed)
        except BaseException:
            os.close(lock)
            raise
    except BlockingIOError as exc:
        raise SnapshotError(f"The snapshot {folder} can't be used: it is being removed.") from exc
    except OSError as exc:
        raise SnapshotError(f"The snapshot {folder} can't be used: {in_words(exc)}.") from exc
    return Opened(folder, listed, lock)


def remove(folder: Path) -> bool:
    """Remove a snapshot, or what is left of one; return False, and leave it whole, where somebody has it open.

    Raises:
        SnapshotError: it can't be removed.
    """
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Without its manifest it is no snapshot, in whatever order the rest goes.
            (folder / manifest.FILE).unlink(missing_ok=True)
            shutil.rmtree(folder)
        finally:
            os.close(lock)
    except BlockingIOError:
        return False
    except OSError as exc:
        raise SnapshotError(f"{folder} can't be removed: {in_words(exc)}.") from exc
    return True


def _check(folder: Path, listed: Manifest) -> None:
    largest_first = sorted(listed.parts.items(), key=lambda item: -item[1].size)
    with ThreadPoolExecutor(_THREADS, "checksums") as pool:
        for fault in pool.map(lambda item: _fault(folder / item[0], item[1]), largest_first):
            if fault is not None:
                raise SnapshotError(f"The snapshot {folder} can't be used: {fault}.")


def _fault(path: Path, entry: Entry) -> str | None:
    """Return what is wrong with the file of a part."""
    try:
        with path.open("rb", buffering=0) as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                return f"{path.name} is no file"
            if about.st_size < entry.size or (entry.final and about.st_size > entry.size):
                return f"{path.name} has {about.st_size:,} bytes instead of {entry.size:,}"
            crc = 0
            for chunk in chunks(file, 0, entry.size):
                crc = zlib.crc32(chunk, crc)
    except OSError as exc:
        return f"{path.name}: {exc.strerror}"
    return None if crc == entry.crc32 else f"{path.name} is damaged, its checksum is another one"

"""Writing a snapshot: all of it or none."""

import errno
import io
import os
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Literal

import numpy as np
from numpy.lib import format as npy

from isnad.similarity.snapshot import manifest
from isnad.similarity.snapshot.files import CHUNK_BYTES, chunks, force_to_disk, in_words, linked, write_all
from isnad.similarity.snapshot.manifest import Entry, Json, Manifest, SnapshotError
from isnad.similarity.snapshot.parts import Array, Captured, FilePart, Frozen, Part

_UNFINISHED = ".unfinished"


def nothing() -> None:
    """Do nothing between two pieces."""


def write(
    folder: Path,
    captured: Captured,
    previous: Path | None = None,
    *,
    identity: Mapping[str, Json] | None = None,
    between: Callable[[], None] = nothing,
) -> None:
    """Write a snapshot. When this returns it is safe on disk.

    Args:
        folder: where it will be. It must not exist; the folders above it are made where they are missing.
        captured: what to write.
        previous: a former snapshot that is known to be sound, of which unchanged parts are taken over.
        identity: facts that whoever uses the snapshot compares with its own.
        between: called after every 4 MB; what it raises abandons the snapshot.

    Raises:
        SnapshotError: it can't be written: no room, no permission, the folder exists, a file of a part is gone.
        ValueError: a part has no good name, or is an array of Python objects.
    """
    for name in captured.parts:
        if not manifest.is_name(name):
            raise ValueError(f"{name!r} can't be the name of a part")
    unfinished = folder.parent / f".{folder.name}-{token_hex(4)}{_UNFINISHED}"
    try:
        if folder.exists():
            # An empty folder would give way to the new one without a word.
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished.mkdir()
        try:
            entries = _Writing(unfinished, previous, between).all(captured.parts)
            manifest.write(unfinished, Manifest(dict(identity or {}), captured.about, entries))
            force_to_disk(unfinished)
            unfinished.rename(folder)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        force_to_disk(folder.parent)
    except OSError as exc:
        raise SnapshotError(f"The snapshot {folder} can't be written: {in_words(exc)}.") from exc


def unfinished_in(folder: Path) -> Iterator[Path]:
    """Yield what crashes left of snapshots that were to be in this folder; also what others write there now."""
    return folder.glob(f".*{_UNFINISHED}")


class _Writing:
    """Fills the folder of one snapshot."""

    def __init__(self, folder: Path, previous: Path | None, between: Callable[[], None]) -> None:
        self._folder = folder
        self._between = between
        self._previous = previous or folder
        self._known: dict[str, Entry] = {}
        if previous is not None:
            # Where it can't be read, nothing is taken over.
            with suppress(SnapshotError):
                self._known = manifest.read(previous).parts

    def all(self, parts: Mapping[str, Part]) -> dict[str, Entry]:
        # Files first: whoever they belong to may remove one at any time, and a link keeps it.
        ordered = sorted(parts.items(), key=lambda item: not isinstance(item[1], FilePart))
        return {name: self._one(name, part) for name, part in ordered}

    def _one(self, name: str, part: Part) -> Entry:
        if isinstance(part, FilePart):
            return (self._taken_over(name, "file", part.size) if part.final else None) or self._file(name, part)
        if isinstance(part, Frozen):
            size = len(_npy_header(part.array)) + part.array.nbytes
            return self._taken_over(name, "array", size) or self._array(name, part.array)
        if isinstance(part, np.ndarray):
            return self._array(name, part)
        data = part if isinstance(part, bytes) else part()
        return self._written(name, "data", memoryview(data))

    def _taken_over(self, name: str, kind: str, size: int) -> Entry | None:
        entry = self._known.get(name)
        if entry is None or (entry.kind, entry.size, entry.final) != (kind, size, True):
            return None
        return entry if linked(self._previous / name, self._folder / name) else None

    def _array(self, name: str, array: Array) -> Entry:
        in_order = np.asarray(array, order="C")
        return self._written(name, "array", memoryview(_npy_header(in_order)), in_order.reshape(-1).view(np.uint8).data)

    def _written(self, name: str, kind: Literal["array", "data"], *pieces: memoryview) -> Entry:
        crc, size = 0, 0
        with (self._folder / name).open("xb", buffering=0) as file:
            for whole in pieces:
                for start in range(0, len(whole), CHUNK_BYTES):
                    chunk = whole[start : start + CHUNK_BYTES]
                    write_all(file, chunk)
                    crc = zlib.crc32(chunk, crc)
                    self._between()
                size += len(whole)
            os.fsync(file.fileno())
        return Entry(kind, size, crc)

    def _file(self, name: str, part: FilePart) -> Entry:
        target = self._folder / name
        if linked(part.path, target):
            known, done, crc = self._known.get(name), 0, 0
            if known is not None and known.size <= part.size and (self._previous / name).samefile(target):
                done, crc = known.size, known.crc32
            with target.open("rb", buffering=0) as file:
                crc = self._checksum(file, part, done, crc)
                os.fsync(file.fileno())
            return Entry("file", part.size, crc, part.final and target.stat().st_size == part.size)
        with part.path.open("rb", buffering=0) as file, target.open("xb", buffering=0) as copy:
            crc = self._checksum(file, part, use=lambda chunk: write_all(copy, chunk))
            os.fsync(copy.fileno())
        return Entry("file", part.size, crc, part.final)

    def _checksum(
        self,
        file: io.FileIO,
        part: FilePart,
        done: int = 0,
        crc: int = 0,
        use: Callable[[memoryview], None] = lambda _: None,
    ) -> int:
        """Return the checksum of a file's part, given that of its first `done` bytes; `use` gets the others."""
        size = os.fstat(file.fileno()).st_size
        if size < part.size:
            raise SnapshotError(f"{part.path} has {size:,} bytes; {part.size:,} were to be written to a snapshot.")
        for chunk in chunks(file, done, part.size):
            crc = zlib.crc32(chunk, crc)
            use(chunk)
            self._between()
        return crc


def _npy_header(array: Array) -> bytes:
    if array.dtype.hasobject:
        raise ValueError("an array of Python objects can't be a part of a snapshot")
    header = io.BytesIO()
    npy.write_array_header_1_0(header, npy.header_data_from_array_1_0(array))
    return header.getvalue()

"""Records on disk by address: what the window knows of each article and is seldom asked (pure but for its own files).

One append-only file for each segment of the window, so that what leaves the window together is deleted together. A
file's name is never used twice, and what was once written into one is never changed: a snapshot may hold the same file
by a hard link. What of a file counts is said by the snapshot alone; files that a killed process left behind are
deleted, not read.
"""

import os
import secrets
import shutil
import tempfile
import weakref
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from struct import Struct

import msgspec

from isnad.errors import StorageUnavailable
from isnad.similarity.snapshot import Captured, FilePart, Opened

_OFFSET_BITS = 40
"""An address is the segment's ordinal, then so many bits of the place in its file, which may have 1 TiB."""

_FRAME = Struct("<II")
"""Before each record: its length in bytes, and its CRC-32."""

_BUFFER_BYTES = 1 << 20
_READ_BYTES = 512
"""Read at once; few records are longer, and those take a second call."""

_SUFFIX = ".records"


class _About(msgspec.Struct, frozen=True):
    """What a snapshot says of the archive."""

    segments: tuple[int, int]
    files: dict[str, tuple[int, int]]
    """Segment's ordinal, and bytes, by the name of the part."""


@dataclass(slots=True)
class _File:
    path: Path
    descriptor: int
    size: int = 0
    """Bytes written; what is buffered comes after them."""


class Archive:
    """Records of any length, by the address that `append` returned, until their segment is dropped.

    Memory: a buffer of 1 MiB, and an open file for each segment. A folder belongs to one archive of one process.

    `StorageUnavailable` (the disk is full) leaves every record readable that was appended before, and no other; the
    same call may be made again.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Begin empty, in this folder or a temporary one; records left there by an earlier process are deleted."""
        self._folder = folder or Path(tempfile.mkdtemp(prefix="isnad-archive-"))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for left in self._folder.glob(f"*{_SUFFIX}"):
                left.unlink()
        except OSError as exc:
            raise StorageUnavailable(f"{self._folder} can't be used for records: {exc.strerror}") from exc
        self._segments = range(0)
        self._files: dict[int, _File] = {}
        self._newest: _File | None = None
        self._buffer = bytearray()
        self._in_capture: set[int] = set()
        self._outlived: list[Path] = []
        """Files of dropped segments that the capture of a snapshot named: it may not be written yet."""
        self._closing = weakref.finalize(self, _close, self._files, self._outlived, None if folder else self._folder)

    def close(self) -> None:
        """Delete the archive's files; a snapshot of it must be written by then."""
        self._closing()
        self._newest = None
        self._buffer.clear()

    def keep(self, segments: range) -> None:
        """Append to the last of these segments from now on, and drop those before the first, with their records.

        Args:
            segments: ordinals of the window's segments; neither end ever goes back.
        """
        if segments == self._segments:
            return
        if segments.start < self._segments.start or segments.stop < self._segments.stop:
            raise ValueError(f"segments {segments} come after {self._segments}, but begin or end before them")
        newest = segments[-1] if segments else None
        if newest is None or newest not in self._files:
            self._flush()
            self._newest = None if newest is None else self._begin(newest)
        for ordinal in [ordinal for ordinal in self._files if ordinal < segments.start]:
            self._drop(ordinal)
        self._segments = segments

    def append(self, record: bytes) -> int:
        """Keep a record in the newest segment and return its address."""
        if self._newest is None:
            raise ValueError("call keep() with the segments of the window before appending to the last of them")
        if len(self._buffer) + len(record) > _BUFFER_BYTES:
            self._flush()
        offset = self._newest.size + len(self._buffer)
        self._buffer += _FRAME.pack(len(record), zlib.crc32(record))
        self._buffer += record
        return self._segments[-1] << _OFFSET_BITS | offset

    def read(self, address: int) -> bytes:
        """Return the record at an address.

        Raises:
            LookupError: there is none, or its bytes are not those that were written.
            StorageUnavailable: the disk does not give it.
        """
        file = self._files.get(address >> _OFFSET_BITS)
        offset = address & (1 << _OFFSET_BITS) - 1
        if file is not None and offset < file.size:
            try:
                record = _read(file.descriptor, offset)
            except OSError as exc:
                raise StorageUnavailable(f"{file.path} can't be read: {exc.strerror}") from exc
        elif file is not None and file is self._newest:
            record = _unframed(self._buffer, offset - file.size)
        else:
            record = None
        if record is None:
            raise LookupError(f"the archive in {self._folder} has no record at address {address}")
        return record

    def segment(self, address: int) -> int:
        """Return the ordinal of the segment in which a record is."""
        return address >> _OFFSET_BITS

    def capture(self) -> Captured:
        """Return what a snapshot has to hold now; its files stay where they are until the next capture or `close`."""
        self._flush()
        for path in self._outlived:
            _delete(path)
        self._outlived.clear()
        self._in_capture = set(self._files)
        files = {f"archive-{file.path.stem}": (ordinal, file) for ordinal, file in self._files.items()}
        about = _About(
            segments=(self._segments.start, self._segments.stop),
            files={name: (ordinal, file.size) for name, (ordinal, file) in files.items()},
        )
        return Captured(
            about={"archive": msgspec.to_builtins(about)},
            parts={
                name: FilePart(path=file.path, size=file.size, final=file is not self._newest)
                for name, (_, file) in files.items()
            },
        )

    def restore(self, opened: Opened) -> None:
        """Go on from a snapshot, as long as nothing was ever kept here.

        The newest file is copied, because it will be appended to; the others are linked where that is possible.
        """
        if self._files or self._segments != range(0):
            raise ValueError("an archive can be restored only while it is empty")
        about = msgspec.convert(opened.about["archive"], _About)
        self._segments = range(*about.segments)
        for name, (ordinal, size) in about.files.items():
            newest = ordinal == self._segments[-1]
            # The newest one may end otherwise than in the process that wrote the snapshot: it gets a name of its own.
            path = self._new_path(ordinal) if newest else self._folder / (name.removeprefix("archive-") + _SUFFIX)
            opened.take_file(name, path)
            file = _File(path, os.open(path, os.O_RDWR if newest else os.O_RDONLY), size)
            self._files[ordinal] = file
            if newest:
                self._newest = file

    def _begin(self, ordinal: int) -> _File:
        path = self._new_path(ordinal)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        except OSError as exc:
            raise StorageUnavailable(f"{path} can't be made: {exc.strerror}") from exc
        file = self._files[ordinal] = _File(path, descriptor)
        return file

    def _new_path(self, ordinal: int) -> Path:
        return self._folder / f"{ordinal}-{secrets.token_hex(8)}{_SUFFIX}"

    def _drop(self, ordinal: int) -> None:
        file = self._files.pop(ordinal)
        os.close(file.descriptor)
        if ordinal in self._in_capture:
            self._outlived.append(file.path)
        else:
            _delete(file.path)

    def _flush(self) -> None:
        if self._newest is None or not self._buffer:
            return
        file, written = self._newest, 0
        with memoryview(self._buffer) as buffer:
            while written < len(buffer):
                try:
                    # At a place of its own, so that a second try after an error writes the same bytes over.
                    written += os.pwrite(file.descriptor, buffer[written:], file.size + written)
                except OSError as exc:
                    raise StorageUnavailable(f"{file.path} can't be written: {exc.strerror}") from exc
        file.size += written
        self._buffer.clear()


def _read(descriptor: int, offset: int) -> bytes | None:
    start = os.pread(descriptor, _READ_BYTES, offset)
    if len(start) >= _FRAME.size:
        missing = _FRAME.size + _FRAME.unpack_from(start)[0] - len(start)
        if missing > 0 and len(start) == _READ_BYTES and missing <= os.fstat(descriptor).st_size:
            start += os.pread(descriptor, missing, offset + len(start))
    return _unframed(start, 0)


def _unframed(framed: bytes | bytearray, offset: int) -> bytes | None:
    first = offset + _FRAME.size
    if first > len(framed):
        return None
    length, checksum = _FRAME.unpack_from(framed, offset)
    record = bytes(framed[first : first + length])
    return record if len(record) == length and zlib.crc32(record) == checksum else None


def _delete(path: Path) -> None:
    # What can't be deleted is in nobody's way, and goes with the folder.
    with suppress(OSError):
        path.unlink()


def _close(files: dict[int, _File], outlived: list[Path], temporary: Path | None) -> None:
    for file in files.values():
        os.close(file.descriptor)
        _delete(file.path)
    for path in outlived:
        _delete(path)
    files.clear()
    if temporary is not None:
        shutil.rmtree(temporary, ignore_errors=True)

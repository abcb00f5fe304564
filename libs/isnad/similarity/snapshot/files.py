"""Reading and writing files piece by piece, for what has to outlive a crash."""

import errno
import io
import os
from collections.abc import Iterator
from pathlib import Path

CHUNK_BYTES = 4 * 1024 * 1024

_NO_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP})
"""A second name is refused on another file system, on one that has none, and for a file that has too many."""


def write_all(file: io.FileIO, piece: memoryview) -> None:
    """Write all of it to an unbuffered file, which may take less at once."""
    while piece:
        piece = piece[file.write(piece) :]


def force_to_disk(folder: Path) -> None:
    """Make sure that the names in a folder outlive a crash of the machine."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def in_words(error: OSError) -> str:
    """Return what the system said, and of which file."""
    return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)


def chunks(file: io.FileIO, start: int, end: int) -> Iterator[memoryview]:
    """Yield the bytes of a stretch of a file; each piece is overwritten by the next."""
    buffer = memoryview(bytearray(min(CHUNK_BYTES, max(0, end - start))))
    file.seek(start)
    while start < end:
        count = file.readinto(buffer[: end - start])
        if not count:
            raise OSError(errno.EIO, "the file ends too early", file.name)
        yield buffer[:count]
        start += count


def linked(source: Path, target: Path) -> bool:
    """Give a file a second name; return False where the file system can't.

    Raises:
        OSError: there is no such file, or no permission.
    """
    try:
        target.hardlink_to(source)
    except OSError as exc:
        if exc.errno in _NO_LINK:
            return False
        raise
    return True

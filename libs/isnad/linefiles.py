"""Files of lines: plain, gzipped or standard streams; an output file appears whole or not at all."""

import gzip
import os
import stat
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast
from uuid import uuid4

from isnad.errors import RequestError, SetupError

STANDARD_STREAM = Path("-")

_STANDARD_OUTPUTS = frozenset({STANDARD_STREAM, Path("/dev/stdout"), Path("/dev/fd/1"), Path("/proc/self/fd/1")})
"""To replace one of these files would take the stream from everybody."""

_BLOCK_BYTES = 1024 * 1024
"""Read at once; lines of some kilobytes come several times faster than with Python's own 8 KB."""


class Input:
    """An open input."""

    unit = "line"
    """What its numbers count."""

    def __init__(self, raw: IO[bytes], lines: IO[bytes], name: str, size: int | None) -> None:
        self._raw = raw
        self._lines = lines
        self.name = name
        self.size = size
        """Bytes on disk; None for a pipe."""

    @property
    def position(self) -> int:
        """How many of the bytes on disk have been read."""
        return self._raw.tell() if self.size is not None else 0

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Yield each line that is not blank, with its number from 1.

        Raises:
            RequestError: the file can't be read to its end.
        """
        number = 0
        try:
            for number, line in enumerate(self._lines, start=1):
                text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if text and not text.isspace():
                    yield number, text
        except (OSError, EOFError, zlib.error) as exc:
            raise RequestError(f"{self.name} can't be read after line {number}: {exc}") from exc


@contextmanager
def opened(path: Path) -> Iterator[Input]:
    """Open a file of lines; `.gz` is unpacked, `-` is standard input.

    Raises:
        RequestError: there is no such file, or it may not be read.
    """
    if path == STANDARD_STREAM:
        stream = standard_input()
        yield Input(stream, stream, "standard input", None)
        return
    try:
        raw = path.open("rb", buffering=_BLOCK_BYTES)
    except OSError as exc:
        raise RequestError(f"{path} can't be read: {exc.strerror}") from exc
    with raw:
        size = size_of(path)
        if path.suffix == ".gz":
            with gzip.open(raw, "rb") as lines:
                yield Input(raw, cast(IO[bytes], lines), str(path), size)
        else:
            yield Input(raw, raw, str(path), size)


def standard_input() -> IO[bytes]:
    """Return the bytes of standard input.

    Raises:
        RequestError: whoever started the command closed it.
    """
    if sys.stdin is None:
        raise RequestError("Standard input is closed, so - can't be read. Pipe the lines in, or name a file.")
    return sys.stdin.buffer


@contextmanager
def looking() -> Iterator[None]:
    """Ask in the block what is at a path; that nothing is there is no error.

    Raises:
        RequestError: it may not be looked at, or can't be: its name is too long.
    """
    try:
        yield
    except OSError as exc:
        raise RequestError(f"{exc.filename} can't be looked at: {exc.strerror}") from exc


def size_of(path: Path) -> int | None:
    """Return a file's bytes on disk; None where that says nothing: a pipe, or no file at all.

    Raises:
        RequestError: the path may not be looked at.
    """
    with looking():
        return path.stat().st_size if path.is_file() else None


def must_not_overwrite(sources: Sequence[Path], target: Path) -> None:
    """Make sure that the output is none of the inputs, also by another name: a link, a stream that is led there.

    Raises:
        RequestError: it is one of them, or a path may not be looked at.
    """
    output = _regular(target, sys.stdout)
    if output is None:
        return
    for source in sources:
        given = _regular(source, sys.stdin)
        if given is not None and os.path.samestat(given, output):
            raise RequestError(f"{target} would overwrite the input {source}. Name another file: --output.")


def _regular(path: Path, stream: IO[str] | None) -> os.stat_result | None:
    """Return what is known of a regular file; None for a pipe, a device, or where nothing is."""
    found = None
    if path == STANDARD_STREAM:
        with suppress(OSError):  # a stream of Python's own is no file
            found = os.fstat(stream.fileno()) if stream is not None else None
    else:
        with looking(), suppress(FileNotFoundError, NotADirectoryError):
            found = path.stat()
    return found if found is not None and stat.S_ISREG(found.st_mode) else None


@contextmanager
def written(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing that takes its name only when all is written; `.gz` is packed, `-` is standard output.

    The same content always gives the same bytes, packed or not.

    Raises:
        RequestError: the file can't be written.
        SetupError: all is written, but the file can't take its name any more; the text says where it is.
    """
    if path in _STANDARD_OUTPUTS:
        if sys.stdout is None:
            raise RequestError("Standard output is closed, so - can't be written. Name a file.")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with looking():
        special = path.exists() and not path.is_file()
        if not special and _is_guarded(path):
            raise RequestError(f"{path} is another user's, who alone may replace it. Name another file: --output.")
    whole = False
    draft = path if special else path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        with _made(draft, path) as raw:
            if path.suffix == ".gz":
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as lines:
                    yield cast(IO[bytes], lines)
            else:
                yield raw
        whole = True
        if not special:
            _name(draft, path)
    except BaseException:
        # Around the opening too: a signal may come between the two.
        if not special and not whole:
            with suppress(OSError):
                draft.unlink()
        raise


def _made(draft: Path, path: Path) -> IO[bytes]:
    try:
        return draft.open("wb", buffering=_BLOCK_BYTES)
    except OSError as exc:
        raise RequestError(f"{path} can't be written: {exc.strerror}") from exc


def _is_guarded(path: Path) -> bool:
    """Whether the folder lets nobody replace this file but its owner, as /tmp does."""
    try:
        owner, folder, user = path.lstat().st_uid, path.parent.stat(), os.geteuid()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return bool(folder.st_mode & stat.S_ISVTX) and user not in (0, owner, folder.st_uid)


def _name(draft: Path, path: Path) -> None:
    try:
        draft.replace(path)
    except OSError as exc:
        lies = "was deleted with its folder" if isinstance(exc, FileNotFoundError) else f"lies in {draft}. Move it"
        raise SetupError(f"{path} can't be written ({exc.strerror}); all that was to stand in it {lies}.") from exc

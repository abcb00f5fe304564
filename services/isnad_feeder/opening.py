"""From a file to the documents in it, as bounded streams: the file, what its gzip holds, or its zip's members.

An archive that unpacks to absurdly more than its own size is given up on while it unpacks; the sizes that it states
itself are not believed.
"""

import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from isnad_feeder.finding import File
from isnad_feeder.places import Place, Refusal, Unreadable

FREE_BYTES = 32 * 1024 * 1024
"""An archive may always unpack to so much."""

MAX_RATIO = 100
"""Beyond `FREE_BYTES`, unpacked bytes per packed byte: news as JSON packs 3:1 to 10:1, a zip bomb from 1000:1."""

_BUFFER = 1 << 16
_GZIP_PIECE = 1 << 13
"""At most so much that stands in front of damaged bytes is lost with them; smaller pieces take longer to unpack."""
_DAMAGED = (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, lzma.LZMAError)


@dataclass(frozen=True, slots=True)
class Document:
    """Something to read pages from; the stream raises `Unreadable` where it can't go on."""

    place: Place
    name: str
    """File name without `.gz`; its ending says what the document is."""
    folder: str
    """Name of the folder that it is in: the nearest one in the archive, or the archive's own name."""
    stream: io.BufferedReader
    file: IO[bytes] | None
    """The open file, whose position tells how much of it has been read."""


class _Budget:
    """How much an archive of `packed` bytes may still unpack to, over all of its members."""

    def __init__(self, packed: int) -> None:
        self._left = max(FREE_BYTES, MAX_RATIO * packed)

    def spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise Unreadable(f"unpacks to {MAX_RATIO} times its size and more, as a zip bomb does")


class _Gzip:
    """What stands in a gzip file's members, one after the other, up to the cut where it was cut short."""

    def __init__(self, packed: io.BufferedIOBase) -> None:
        self._members = gzip.GzipFile(fileobj=packed, mode="rb")
        self._begun = False
        self.trailed = False
        """After the last member something else stood, which ended the stream."""

    def read1(self, size: int) -> bytes:
        if self.trailed:
            return b""
        try:
            # Not `read`: it goes on until it has so many bytes, and drops them where one after them can't be had.
            data = self._members.read1(min(size, _GZIP_PIECE))
        except gzip.BadGzipFile as exc:
            # Python tells a head that is none from a wrong checksum by these words only.
            if not (self._begun and str(exc).startswith("Not a gzipped file")):
                raise
            self.trailed = True
            return b""
        self._begun = True
        return data


class _Bounded(io.RawIOBase):
    """A stream whose failures are `Unreadable`, and that stops when the budget is spent."""

    def __init__(self, read: Callable[[int], bytes], budget: _Budget | None = None) -> None:
        self._read = read
        self._budget = budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]  # what BufferedReader passes in
        try:
            data = self._read(len(buffer))
        except EOFError as exc:
            raise Unreadable("the archive is cut short") from exc
        except (*_DAMAGED, ValueError) as exc:
            raise Unreadable(f"the archive is damaged: {exc}") from exc
        except OSError as exc:
            raise Unreadable(f"can't be read: {exc.strerror or exc}") from exc
        if self._budget is not None:
            self._budget.spend(len(data))
        buffer[: len(data)] = data
        return len(data)


def piped(read: Callable[[int], bytes]) -> Document:
    """Return what comes through a pipe, JSON lines; `read` waits for some bytes, at most so many, none at the end."""
    return Document(Place("-"), "-.jsonl", "", io.BufferedReader(_Bounded(read), _BUFFER), None)


def documents(file: File) -> Iterator[Document | Refusal]:
    """Yield what the file holds; a stream is open until the next document is asked for."""
    place = Place(str(file.path))
    if file.size == 0:
        yield Refusal(place, "the file is empty")
        return
    try:
        with file.path.open("rb") as stream:
            if file.path.suffix.lower() == ".zip":
                yield from _members(file, stream)
            else:
                budget = _Budget(file.size)
                yield from _unpacked(place, file.path.name, _folder_of(file.path), stream, budget, stream)
    except OSError as exc:
        yield Refusal(place, f"can't be opened: {exc.strerror or exc}")


def _folder_of(path: Path) -> str:
    return path.absolute().resolve().parent.name


def _unpacked(
    place: Place, name: str, folder: str, packed: io.BufferedIOBase, budget: _Budget, file: IO[bytes]
) -> Iterator[Document | Refusal]:
    """Yield the one document; after it was read, what stood behind it in a gzip file and is none."""
    unpacked = _Gzip(packed) if name.lower().endswith(".gz") else None
    # `read1` for all of them, see there.
    bounded = _Bounded(unpacked.read1 if unpacked else packed.read1, budget)
    yield Document(place, name[:-3] if unpacked else name, folder, io.BufferedReader(bounded, _BUFFER), file)
    if unpacked and unpacked.trailed:
        yield Refusal(place, "all that is packed was read, but after its end something stands that is not gzip")


def _members(file: File, stream: IO[bytes]) -> Iterator[Document | Refusal]:
    archive_place = Place(str(file.path))
    budget = _Budget(file.size)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as exc:
        yield Refusal(archive_place, f"not a whole zip archive: {exc}")
        return
    names = 0
    with archive:
        for member in sorted(archive.infolist(), key=lambda info: info.filename):
            if not member.filename:
                names += 1
                yield Refusal(archive_place, "the archive is damaged: something in it has no name")
                continue
            path = PurePosixPath(member.filename)
            if member.is_dir() or any(part.startswith((".", "__MACOSX")) for part in path.parts):
                continue
            names += 1
            place = Place(str(file.path), member.filename)
            if path.suffix.lower() == ".zip":
                yield Refusal(place, "a zip inside a zip is not opened; unpack it first")
                continue
            folder = path.parent.name or file.path.stem
            try:
                with cast(zipfile.ZipExtFile, archive.open(member)) as packed:
                    yield from _unpacked(place, path.name, folder, packed, budget, stream)
            except (*_DAMAGED, ValueError, NotImplementedError, RuntimeError, EOFError) as exc:
                yield Refusal(place, f"can't be unpacked: {exc}")
    if not names:
        yield Refusal(archive_place, "the archive is empty")

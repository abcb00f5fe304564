"""The files that `isnad dedup` reads and writes: lines of JSON or Parquet, one, many, or whole folders."""

import io
import os
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import IO, Literal, Never, Protocol

from isnad import linefiles
from isnad.errors import RequestError, SetupError
from isnad.linefiles import STANDARD_STREAM
from isnad.messages import Verdict
from isnad.offline import Reading
from isnad_dedup.matching.events import Arrival
from isnad_dedup.offline.lines import Clerk, write

Format = Literal["jsonl", "parquet"]

_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_PARQUET = (".parquet", ".pq")
_MAGIC = b"PAR1"
_HIDDEN = (".", "_")


def files(paths: Sequence[Path]) -> list[Path]:
    """Return the paths, and in the place of a folder the archives in it and below, in the order of their names.

    Files whose names begin with a dot or an underscore are left out: what writes archives keeps its own notes there.

    Raises:
        RequestError: a folder has no archive, or a path may not be looked at.
    """
    found: list[Path] = []
    for path in paths:
        with linefiles.looking():
            inside = _archives_in(path) if path.is_dir() else None
        if inside is None:
            found.append(path)
            continue
        if not inside:
            raise RequestError(f"{path} has no file that ends in {', '.join((*_LINES, *_PARQUET))}.")
        found += inside
    return found


def _archives_in(folder: Path) -> list[Path]:
    found: list[Path] = []
    for inside, folders, names in os.walk(folder, onerror=_stop):
        folders[:] = [name for name in folders if not name.startswith(_HIDDEN)]
        found += (Path(inside, name) for name in names if _is_archive(name))
    return sorted(file for file in found if file.is_file())


def _stop(problem: OSError) -> Never:
    # Left to itself the walk passes by a folder that it may not read.
    raise problem


def _is_archive(name: str) -> bool:
    return not name.startswith(_HIDDEN) and name.endswith((*_LINES, *_PARQUET))


def size_of(paths: Sequence[Path]) -> int | None:
    """Return the bytes on disk of all files together; None where one of them is a pipe.

    Raises:
        RequestError: one may not be looked at.
    """
    sizes = [linefiles.size_of(path) for path in paths]
    return None if None in sizes else sum(filter(None, sizes))


def articles(paths: Sequence[Path], clerk: Clerk, reading: Reading) -> Generator[Arrival, None, None]:
    """Yield the articles of the files, one file after the other.

    Raises:
        RequestError: a file can't be read, or holds what is no article.
        SetupError: a file is Parquet, and pyarrow is not there.
    """
    for path in paths:
        if _is_parquet(path):
            with _parquet_files(path).opened(path) as rows:
                yield from reading.each(rows, clerk.read_row)
        else:
            with linefiles.opened(path) as lines:
                yield from reading.each(lines, clerk.read)


def _is_parquet(path: Path) -> bool:
    if path == STANDARD_STREAM:
        stream = linefiles.standard_input()
        if isinstance(stream, io.BufferedReader) and stream.peek(len(_MAGIC)).startswith(_MAGIC):
            raise RequestError("Parquet can't be read from a pipe. Name its file: --input FILE.")
        return False
    if path.name.endswith(_PARQUET):
        return True
    with linefiles.looking():
        if not path.is_file():
            return False
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


class _Sink(Protocol):
    def write(self, article_id: str, verdict: Verdict, offset: int | None = None) -> None: ...


class _Lines:
    def __init__(self, stream: IO[bytes]) -> None:
        self._write = stream.write

    def write(self, article_id: str, verdict: Verdict, offset: int | None = None) -> None:
        self._write(write(article_id, verdict, offset))


class Verdicts:
    """Where verdicts are written to.

    Attributes:
        relations: how many of them have each relation.
    """

    def __init__(self, sink: _Sink) -> None:
        self._sink = sink
        self.relations: Counter[str] = Counter()

    def write(self, article_id: str, verdict: Verdict, offset: int | None = None) -> None:
        """Add the verdict on an article, with its offset in the log where it has one."""
        self._sink.write(article_id, verdict, offset)
        self.relations[verdict.relation] += 1


def format_of(target: Path, asked: Format | None) -> Format:
    """Return the format of the output: the one asked for, else the one that its name tells.

    Raises:
        RequestError: Parquet would go to standard output, or be packed once more.
    """
    chosen = asked or ("parquet" if target.name.endswith(_PARQUET) else "jsonl")
    if chosen == "parquet" and target == STANDARD_STREAM:
        raise RequestError("Parquet can't be written to a pipe. Name a file: --output FILE.")
    if chosen == "parquet" and target.suffix == ".gz":
        raise RequestError(f"Parquet is packed inside, and {target} would be packed twice. Name a file without .gz.")
    return chosen


@contextmanager
def verdicts(target: Path, chosen: Format, *, with_offsets: bool = False) -> Iterator[Verdicts]:
    """Open the output; the file takes its name only when all is written.

    Raises:
        RequestError: it can't be written.
        SetupError: it is to be Parquet, and pyarrow is not there.
    """
    if chosen == "jsonl":
        with linefiles.written(target) as stream:
            yield Verdicts(_Lines(stream))
        return
    parquet_files = _parquet_files(target)
    with linefiles.written(target) as stream, parquet_files.verdict_table(stream, with_offsets=with_offsets) as table:
        yield Verdicts(table)


def _parquet_files(path: Path) -> ModuleType:
    try:
        from isnad_dedup.offline import parquet_files
    except ModuleNotFoundError as exc:
        if exc.name is None or not exc.name.startswith("pyarrow"):
            raise
        raise SetupError(f'{path} is Parquet, for which pyarrow is needed: pip install "isnad[parquet]"') from exc
    return parquet_files

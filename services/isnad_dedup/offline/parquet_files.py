"""Articles and verdicts as Parquet files, for `isnad dedup`; the only module that imports pyarrow.

Both ways a stretch of rows is in memory at a time, however large the file and its row groups are.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from isnad.errors import RequestError
from isnad.messages import Verdict
from isnad_dedup.offline.lines import Row

_TEXTS = ("id", "body", "source", "title")
_MOMENTS = ("published_at", "appended_at")
_REQUIRED = ("id", "body")

_TEXT_KINDS = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_binary_view,
    pa.types.is_null,
)
_MUST_BE = {
    "id": "text or whole numbers",
    "body": "text",
    "source": "text",
    "title": "text",
    "published_at": "text, times or dates",
    "appended_at": "text, times or dates",
}

_BATCH_ROWS = 512
_COLUMN_BUFFER_BYTES = 1024 * 1024
"""Read of a column at once; without it a whole row group would be in memory."""
_GROUP_PARTS = 50_000
"""Verdicts and their links in a row group that is written, about."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}

_LINK = pa.struct(
    [
        ("id", pa.string()),
        ("story_id", pa.string()),
        ("jaccard", pa.float64()),
        ("contained", pa.float64()),
        ("contains", pa.float64()),
    ]
)
_VERDICT = pa.schema(
    [("id", pa.string()), ("story_id", pa.string()), ("relation", pa.string()), ("links", pa.list_(_LINK))]
)
_VERDICT_IN_LOG = _VERDICT.append(pa.field("offset", pa.int64()))


class Rows:
    """The articles of an open Parquet file; columns that dedup does not know are not read."""

    unit = "row"
    """What its numbers count."""

    def __init__(self, file: pq.ParquetFile, name: str, size: int) -> None:
        """Begin before the first row.

        Raises:
            RequestError: a column is missing, or is not of a kind that can be read.
        """
        self._file = file
        self._size = size
        self._read = 0
        self.name = name
        self._columns = _known(file.schema_arrow, name)

    @property
    def position(self) -> int:
        """The bytes on disk that the rows read so far stand for."""
        rows: int = self._file.metadata.num_rows
        return self._size * self._read // max(rows, 1)

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        """Yield each row with its number from 1.

        Raises:
            RequestError: the file can't be read to its end.
        """
        try:
            for batch in self._file.iter_batches(_BATCH_ROWS, columns=self._columns, use_threads=False):
                for row in _rows(batch):
                    self._read += 1
                    yield self._read, row
        except (pa.ArrowException, OSError) as exc:
            raise RequestError(f"{self.name} can't be read after row {self._read}: {_sentence(exc)}") from exc


@contextmanager
def opened(path: Path) -> Iterator[Rows]:
    """Open a Parquet file.

    Raises:
        RequestError: it can't be read, is no Parquet file, or lacks a column.
    """
    try:
        raw = path.open("rb")
    except OSError as exc:
        raise RequestError(f"{path} can't be read: {exc.strerror}") from exc
    with raw:
        try:
            file = pq.ParquetFile(raw, buffer_size=_COLUMN_BUFFER_BYTES, pre_buffer=False)
        except (pa.ArrowException, OSError) as exc:
            raise RequestError(f"{path} can't be read as Parquet: {_sentence(exc)}") from exc
        yield Rows(file, str(path), path.stat().st_size)


def _sentence(exc: Exception) -> str:
    """The part of pyarrow's message that is for a user: it may go on with lines about its own code."""
    return str(exc).partition("\n")[0].rstrip(".")


def _known(schema: pa.Schema, name: str) -> list[str]:
    for column in _REQUIRED:
        if column not in schema.names:
            raise RequestError(f"{name} has no column {column}; its columns are: {', '.join(schema.names)}.")
    known = [column for column in (*_TEXTS, *_MOMENTS) if column in schema.names]
    for column in known:
        if schema.names.count(column) > 1:
            raise RequestError(f"{name} has more than one column {column}.")
        kind = schema.field(column).type
        if not _can_be(column, kind):
            raise RequestError(f"{name}: the column {column} is {kind}, and must be {_MUST_BE[column]}.")
    return known


def _can_be(column: str, kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    accepted: tuple[Callable[[pa.DataType], bool], ...] = _TEXT_KINDS
    if column == "id":
        accepted = (*accepted, pa.types.is_integer)
    elif column in _MOMENTS:
        accepted = (*accepted, pa.types.is_timestamp, pa.types.is_date)
    return any(is_kind(kind) for is_kind in accepted)


def _rows(batch: pa.RecordBatch) -> Iterator[Row]:
    damaged: set[int] = set()
    columns = {name: _values(batch.column(name), damaged) for name in batch.schema.names}
    nothing: list[Any] = [None] * batch.num_rows
    in_order = [columns.get(name, nothing) for name in (*_TEXTS, *_MOMENTS)]
    for number in range(batch.num_rows):
        yield Row._make((*(column[number] for column in in_order), number in damaged))


def _values(column: pa.Array, damaged: set[int]) -> list[Any]:
    """Return the values of a column, and note where one is a text that can't be read."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_integer(column.type):
        return list(column.cast(pa.string()).to_pylist())
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return _moments(column)
    try:
        texts = column.to_pylist()
        return [text.decode() if isinstance(text, bytes) else text for text in texts]
    except UnicodeDecodeError:
        return [_text(number, column, damaged) for number in range(len(column))]


def _text(number: int, column: pa.Array, damaged: set[int]) -> str | None:
    try:
        value = column[number].as_py()
        return value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError:
        damaged.add(number)
        return None


def _moments(column: pa.Array) -> list[datetime | None]:
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("s"), safe=False)
    per_second = _PER_SECOND[column.type.unit]
    return [_moment(count, per_second) for count in column.cast(pa.int64()).to_pylist()]


def _moment(count: int | None, per_second: int) -> datetime | None:
    """Return the moment that is so far from 1970 in UTC; None where no calendar has it."""
    if count is None:
        return None
    try:
        return _EPOCH + timedelta(microseconds=count * 1_000_000 // per_second)
    except OverflowError:
        return None


class VerdictTable:
    """Writes verdicts as the rows of a Parquet file."""

    def __init__(self, writer: pq.ParquetWriter, group_parts: int) -> None:
        self._writer = writer
        self._group_parts = group_parts
        self._verdicts: list[tuple[str, Verdict, int | None]] = []
        self._parts = 0

    def write(self, article_id: str, verdict: Verdict, offset: int | None = None) -> None:
        """Add the verdict on an article, with its offset in the log where the table has such a column."""
        self._verdicts.append((article_id, verdict, offset))
        self._parts += 1 + len(verdict.links)
        if self._parts >= self._group_parts:
            self.flush()

    def flush(self) -> None:
        """Write what is in memory."""
        if self._verdicts:
            self._writer.write_batch(_table(self._verdicts, self._writer.schema))
            self._verdicts, self._parts = [], 0


@contextmanager
def verdict_table(stream: IO[bytes], *, with_offsets: bool, group_parts: int = _GROUP_PARTS) -> Iterator[VerdictTable]:
    """Write a Parquet file of verdicts into the stream.

    Args:
        stream: an empty file.
        with_offsets: whether the table has the offsets in the log.
        group_parts: in memory, and in a row group, are about so many verdicts and links of theirs.
    """
    schema = _VERDICT_IN_LOG if with_offsets else _VERDICT
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        table = VerdictTable(writer, group_parts)
        yield table
        table.flush()


def _table(verdicts: list[tuple[str, Verdict, int | None]], schema: pa.Schema) -> pa.RecordBatch:
    links = [link for _, verdict, _ in verdicts for link in verdict.links]
    ends = accumulate((len(verdict.links) for _, verdict, _ in verdicts), initial=0)
    structs = pa.StructArray.from_arrays(
        [pa.array([getattr(link, field.name) for link in links], field.type) for field in _LINK], fields=list(_LINK)
    )
    columns: dict[str, Any] = {
        "id": [article_id for article_id, _, _ in verdicts],
        "story_id": [verdict.story_id for _, verdict, _ in verdicts],
        "relation": [verdict.relation for _, verdict, _ in verdicts],
        "links": pa.ListArray.from_arrays(pa.array(ends, pa.int32()), structs),
        "offset": [offset for _, _, offset in verdicts],
    }
    return pa.record_batch([columns[name] for name in schema.names], schema=schema)

"""Reads records whose headers have names that are not UTF-8, which aiokafka can't.

Kafka keeps the names of headers as bytes and takes any; its own client reads them as UTF-8, with U+FFFD where they are
none. aiokafka (0.14) reads them strictly: a `UnicodeDecodeError` for the whole fetch, each time anew. One such record,
which any producer of `articles.raw` can send, would keep its partition from ever going on. A consumer has no setting or
hook for it, and to catch the error outside is too late: it does not say where the record is, and Faust has stopped.

So `read_any_header_name` puts `Batches` in place of the one name through which aiokafka's consumer, and with it that of
Faust, takes a fetch apart: `aiokafka.consumer.fetcher.MemoryRecords`. `Batches` lets aiokafka do everything, and reads
a batch itself only where aiokafka gives up on a name. If a version of aiokafka has no such name any more or uses it
otherwise, that function or its tests fail.
"""

import struct
from collections.abc import Iterator
from typing import Any, Final

from aiokafka import codec  # noqa: TID251  isnad.kafka is the adapter of aiokafka
from aiokafka.consumer import fetcher  # noqa: TID251
from aiokafka.record.default_records import DefaultRecord  # noqa: TID251
from aiokafka.record.memory_records import MemoryRecords  # noqa: TID251
from aiokafka.record.util import decode_varint  # noqa: TID251

_LENGTH = struct.Struct(">8xi")
"""Where a batch says how many bytes follow (KIP-98, message format 2)."""
_COUNT = struct.Struct(">i")
_OVERHEAD_BYTES: Final = 61
"""What stands in a batch before its records."""
_LOG_APPEND_TIME: Final = 1
_WITH_HEADERS: Final = 2

_DECODE = {1: codec.gzip_decode, 2: codec.snappy_decode, 3: codec.lz4_decode, 4: codec.zstd_decode}


def read_any_header_name() -> None:
    """Let every consumer of this process read on past any name of a header; more than once does no harm.

    Raises:
        AttributeError: this version of aiokafka takes a fetch apart in another way.
    """
    if fetcher.MemoryRecords is not Batches:
        fetcher.MemoryRecords = Batches


class Batches:
    """The batches of one fetch, as aiokafka's `MemoryRecords` gives them."""

    def __init__(self, data: bytes) -> None:
        self._inner = MemoryRecords(data)
        self._data = memoryview(data)
        self._at = 0

    def has_next(self) -> bool:
        """Return whether a whole batch is left."""
        return bool(self._inner.has_next())

    def size_in_bytes(self) -> int:
        """Return the size of the fetch."""
        return int(self._inner.size_in_bytes())

    def next_batch(self) -> Any:  # noqa: ANN401  aiokafka ships no types
        """Return the next batch; None at the end."""
        batch = self._inner.next_batch()
        if batch is None:
            return None
        start = self._at
        (length,) = _LENGTH.unpack_from(self._data, start)
        self._at = start + _LENGTH.size + length
        return _Batch(batch, self._data[start : self._at]) if batch.magic >= _WITH_HEADERS else batch


class _Batch:
    """A batch of aiokafka that can be read to its end."""

    def __init__(self, inner: Any, data: memoryview) -> None:  # noqa: ANN401
        self._inner = inner
        self._data = data

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._inner, name)

    def __next__(self) -> Any:  # noqa: ANN401
        return next(self._inner)

    def __iter__(self) -> Iterator[Any]:
        given = 0
        try:
            for record in self._inner:
                yield record
                given += 1
        except UnicodeDecodeError:
            for number, record in enumerate(self._read()):
                if number >= given:
                    yield record

    def _read(self) -> Iterator[Any]:
        packed = bytes(self._data[_OVERHEAD_BYTES:])
        decode = _DECODE.get(self._inner.compression_type)
        records = _Reader(bytearray(decode(packed) if decode else packed))
        (count,) = _COUNT.unpack_from(self._data, _OVERHEAD_BYTES - _COUNT.size)
        for _ in range(count):
            yield self._record(records)

    def _record(self, data: "_Reader") -> Any:  # noqa: ANN401
        data.number()  # its length
        data.number()  # its attributes, of which there are none
        later = data.number()
        offset = self._inner.base_offset + data.number()
        kind = self._inner.timestamp_type
        time = self._inner.max_timestamp if kind == _LOG_APPEND_TIME else self._inner.first_timestamp + later
        key, value = data.octets(), data.octets()
        headers = [((data.octets() or b"").decode("utf-8", "replace"), data.octets()) for _ in range(data.number())]
        return DefaultRecord(offset, time, kind, key, value, headers)


class _Reader:
    """Goes through the bytes of records (KIP-98: zigzag varints, and bytes after their number or -1)."""

    def __init__(self, data: bytearray) -> None:
        self._data = data
        self._at = 0

    def number(self) -> int:
        found: int
        found, self._at = decode_varint(self._data, self._at)
        return found

    def octets(self) -> bytes | None:
        length = self.number()
        if length < 0:
            return None
        start, self._at = self._at, self._at + length
        return bytes(self._data[start : self._at])

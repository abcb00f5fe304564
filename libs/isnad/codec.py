"""Records to bytes and back, with every way in which bytes can be wrong told apart (pure)."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeVar

import msgspec

from isnad.errors import RecordError
from isnad.messages import SCHEMA, RawArticle, Reason, Takedown

R = TypeVar("R", bound=msgspec.Struct)
T = TypeVar("T", bound=msgspec.Struct)

_FOREIGN = (RawArticle, Takedown)
"""Records that anybody may write, and that are looked at more closely."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_KIND = b'"kind"'
_TAKEDOWNS = frozenset({b'"takedown"', b'"restore"'})

_encoder = msgspec.json.Encoder(order="deterministic")


def encode(record: msgspec.Struct) -> bytes:
    """Return the record as JSON, UTF-8; the same record always gives the same bytes."""
    return _encoder.encode(record)


def decode(kind: type[R], value: bytes | None) -> R:
    """Return the record that the bytes hold. Unknown fields are ignored, and so is a byte order mark before the JSON.

    Of a `RawArticle` or a `Takedown`, a field that is there twice and the character U+0000 are refused too: nobody
    knows what they mean.

    Raises:
        RecordError: the bytes are no such record; its reason says in which way.
    """
    value = (value or b"").removeprefix(_BYTE_ORDER_MARK)
    if not value.strip():
        raise RecordError(Reason.EMPTY, "the message has no value")
    try:
        value.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise RecordError(Reason.INVALID_UTF8, f"byte {exc.start} is not UTF-8") from exc
    try:
        record: R = _decoder(kind).decode(value)
        _check_schema(getattr(record, "schema", SCHEMA))
        if issubclass(kind, _FOREIGN):
            check_characters(record)
            _check_unique(value)
    except RecursionError as exc:
        raise RecordError(Reason.TOO_DEEP, "the JSON is nested too deeply") from exc
    except msgspec.ValidationError as exc:
        _check_schema(_schema(value))
        raise RecordError(Reason.SCHEMA_INVALID, str(exc)) from exc
    except (msgspec.DecodeError, UnicodeError) as exc:
        raise RecordError(Reason.INVALID_JSON, str(exc)) from exc
    return record


def check_characters(record: msgspec.Struct) -> None:
    """Refuse the character U+0000 in any field of text, and in any list of texts.

    Raises:
        RecordError: it is there.
    """
    for name, text in texts_of(record):
        if "\0" in text:
            raise RecordError(Reason.SCHEMA_INVALID, f"`{name}` holds the character U+0000")


def texts_of(record: msgspec.Struct) -> Iterator[tuple[str, str]]:
    """Yield all texts of a record, those in lists too, each with the name of its field."""
    for name in record.__struct_fields__:
        value = getattr(record, name)
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str):
                yield name, text


def decode_either(article: type[R], takedown: type[T], value: bytes | None) -> R | T:
    """Return the article or the takedown that the bytes hold; see `decode`.

    A takedown is what says so in its `kind`; whatever else stands in such a field, it is one of the unknown ones.
    """
    return decode(takedown, value) if value and _is_takedown(value) else decode(article, value)


def _is_takedown(value: bytes) -> bool:
    # Looking through megabytes of text for the name takes microseconds, reading them takes milliseconds.
    if _KIND not in value:
        return False
    try:
        kind: _Kind = _decoder(_Kind).decode(value.removeprefix(_BYTE_ORDER_MARK))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    return bytes(kind.kind) in _TAKEDOWNS


class _Kind(msgspec.Struct):
    kind: msgspec.Raw = msgspec.Raw()


class _Version(msgspec.Struct):
    schema: int = SCHEMA


@lru_cache(maxsize=32)
def _decoder(kind: type[R]) -> msgspec.json.Decoder[R]:
    return msgspec.json.Decoder(kind)


def _schema(value: bytes) -> int:
    """Return the version that a record claims which could not be read otherwise."""
    try:
        version: _Version = _decoder(_Version).decode(value)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return SCHEMA
    return version.schema


def _check_schema(schema: int) -> None:
    if not 1 <= schema <= SCHEMA:
        raise RecordError(
            Reason.SCHEMA_UNSUPPORTED, f"schema {schema}; this version of isnad reads versions 1 to {SCHEMA}"
        )


def _check_unique(value: bytes) -> None:
    json.loads(value, object_pairs_hook=_unique, parse_int=len, parse_float=len)


def _unique(pairs: list[tuple[str, object]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice, _ = Counter(names).most_common(1)[0]
        raise RecordError(Reason.SCHEMA_INVALID, f"`{twice[:100]}` is there twice")

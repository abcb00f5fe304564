"""Records to bytes and back, with every way in which bytes can be wrong told apart (pure)."""

from typing import TypeVar

import msgspec

from isnad.errors import RecordError
from isnad.messages import SCHEMA, Reason

R = TypeVar("R", bound=msgspec.Struct)

_encoder = msgspec.json.Encoder(order="deterministic")


def encode(record: msgspec.Struct) -> bytes:
    """Return the record as JSON, UTF-8; the same record always gives the same bytes."""
    return _encoder.encode(record)


class _Version(msgspec.Struct):
    schema: int = SCHEMA


def decode(kind: type[R], value: bytes | None) -> R:
    """Return the record that the bytes hold.

    Raises:
        RecordError: the bytes are no such record; its reason says in which way.
    """
    if not value:
        raise RecordError(Reason.EMPTY, "the message has no value")
    try:
        value.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise RecordError(Reason.INVALID_UTF8, f"byte {exc.start} is not UTF-8") from exc
    try:
        version = msgspec.json.decode(value, type=_Version).schema
        if version > SCHEMA:
            raise RecordError(
                Reason.SCHEMA_UNSUPPORTED, f"schema {version}; this version of isnad reads up to {SCHEMA}"
            )
        return msgspec.json.decode(value, type=kind)
    except RecursionError as exc:
        raise RecordError(Reason.TOO_DEEP, "the JSON is nested too deeply") from exc
    except msgspec.ValidationError as exc:
        raise RecordError(Reason.SCHEMA_INVALID, str(exc)) from exc
    except (msgspec.DecodeError, UnicodeError) as exc:
        raise RecordError(Reason.INVALID_JSON, str(exc)) from exc

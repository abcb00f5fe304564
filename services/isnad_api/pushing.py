"""From the body of a push to messages for `articles.raw`, and to what became of each line (pure)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import msgspec

from isnad import entry
from isnad.codec import decode, encode
from isnad.errors import RecordError, SetupError, TransientError
from isnad.identity import article_id
from isnad.messages import SCHEMA, RawArticle, Reason
from isnad.outcomes import Outgoing
from isnad.topics import MAX_RAW_BYTES

_NOT_BLANK = re.compile(rb"\S[^\n]*")


class _Pushed(RawArticle, frozen=True, kw_only=True):
    """A raw article of which the producer need not say the version."""

    schema: int = SCHEMA


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no article can be made of a line; the error that said so is not kept, as it holds the line itself."""

    reason: Reason
    detail: str

    @classmethod
    def of(cls, error: RecordError) -> "Refusal":
        """Return what is kept of an error."""
        return cls(error.reason, error.detail)


@dataclass(frozen=True, slots=True)
class Line:
    """One article of a push."""

    number: int
    """From 1."""
    id: str = ""
    message: Outgoing | None = None
    error: Refusal | None = None
    """Why no article can be made of it; then there is no message."""


def has_more_lines(body: bytes, most: int) -> bool:
    """Return whether an NDJSON body has more lines than that; blank ones count for nothing."""
    # Looking at each line takes many times longer than counting their ends, and few bodies have so many.
    return body.count(b"\n") >= most and any(islice(_NOT_BLANK.finditer(body), most, None))


def read_lines(body: bytes, topic: str, *, several: bool) -> Iterator[Line]:
    """Yield the articles of a body in their order; each is read when it is asked for.

    Args:
        body: one JSON object, or with `several` one in each line; blank lines are left out, and counted.
        topic: where the messages go.
        several: whether the body is NDJSON.
    """
    texts = _texts(body) if several else iter([(1, body.strip())])
    return (_line(number, text, topic) for number, text in texts)


def _texts(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank, with their numbers; a list of millions of blank ones is never made."""
    number, counted = 1, 0
    for found in _NOT_BLANK.finditer(body):
        number += body.count(b"\n", counted, found.start())
        counted = found.start()
        yield number, found[0].rstrip()


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a push."""

    accepted: list[Line]
    """Kafka has them."""
    refused: list[Line]
    """With the `error` of each; sending them again does not help."""
    open: list[Line]
    """Kafka did not acknowledge them; they may still arrive."""
    obstacle: TransientError | SetupError | None
    """Why lines are open."""


def settle(lines: Sequence[Line], failures: Sequence[Exception | None]) -> Settled:
    """Return what became of each line.

    Args:
        lines: the lines of a push.
        failures: for each line that has a message, in order: None, or why Kafka does not have it.

    Raises:
        Exception: a failure that is nobody's fault but isnad's.
    """
    settled = Settled([], [line for line in lines if line.message is None], [], None)
    sent = [line for line in lines if line.message is not None]
    obstacles: list[TransientError | SetupError] = []
    for line, failure in zip(sent, failures, strict=True):
        match failure:
            case None:
                settled.accepted.append(line)
            case RecordError():
                settled.refused.append(replace(line, message=None, error=Refusal.of(failure)))
            case TransientError() | SetupError():
                settled.open.append(line)
                obstacles.append(failure)
            case _:
                raise failure
    settled.refused.sort(key=lambda line: line.number)
    # Waiting mends the one and not the other, so who is told to wait must not need the other.
    obstacles.sort(key=lambda obstacle: isinstance(obstacle, TransientError))
    return replace(settled, obstacle=obstacles[0] if obstacles else None)


def _line(number: int, text: bytes, topic: str) -> Line:
    try:
        _check_size(text)
        raw = RawArticle(**msgspec.structs.asdict(decode(_Pushed, text)))
        id_ = article_id(raw)
        entry.check(raw)
        value = encode(raw)
        _check_size(value)
    except RecordError as exc:
        return Line(number, error=Refusal.of(exc))
    except UnicodeError:
        return Line(number, error=Refusal(Reason.INVALID_JSON, "holds half a character (a lone surrogate)"))
    return Line(number, id_, Outgoing(topic, id_.encode(), value))


def _check_size(text: bytes) -> None:
    if len(text) > MAX_RAW_BYTES:
        raise RecordError(Reason.TOO_LARGE, f"{len(text):,} bytes; an article has {MAX_RAW_BYTES:,} at most")

"""The original of a dead letter: its bytes, wherever they stand, and the outlet that it came from."""

from typing import Protocol

import msgspec

from isnad.burials import Log
from isnad.errors import RequestError, SetupError
from isnad.messages import DeadLetter
from isnad.outcomes import Headers, Record


class Original(Protocol):
    """What was read from the topic."""

    @property
    def key(self) -> bytes | None:
        """Its key."""
        ...

    @property
    def value(self) -> bytes | None:
        """Its value."""
        ...

    @property
    def headers(self) -> Headers:
        """Its headers."""
        ...


async def original(letter: DeadLetter, log: Log) -> Original:
    """Return what the letter is about: the letter has it, or it was too large for one and stands where it came from.

    Raises:
        BrokerUnavailable: Kafka does not answer in time.
        RequestError: it is no longer there.
    """
    if letter.key is not None or letter.value is not None:
        return letter
    try:
        first, end = await log.bounds(letter.topic, letter.partition)
    except SetupError as exc:
        raise RequestError(f"{_where(letter)}, and that is gone: {exc}") from exc
    if not first <= letter.offset < end:
        held = f"has {first:,} to {end - 1:,}" if first < end else "is empty"
        raise RequestError(
            f"{_where(letter)}, and Kafka has deleted it there: the partition {held}. Ask its source for it again."
        )
    there = [one async for one in log.read(letter.topic, letter.partition, letter.offset, letter.offset + 1)]
    if not _is_it(there, letter):
        raise RequestError(f"{_where(letter)}, and another one stands there now. Ask its source for it again.")
    return there[0]


def _is_it(there: list[Record], letter: DeadLetter) -> bool:
    """A topic that was made anew begins to count again."""
    return bool(there) and abs((there[0].appended_at - letter.appended_at).total_seconds()) < 1


def _where(letter: DeadLetter) -> str:
    return (
        f"The original was too large for a letter and stands in {letter.topic}, partition {letter.partition}, "
        f"offset {letter.offset}"
    )


class _Outlet(msgspec.Struct):
    source: str


class _Story(msgspec.Struct):
    origin: _Outlet


class _Within(msgspec.Struct):
    """The part of every record that names the outlet; the other fields may be as wrong as they like."""

    source: str | None = None
    article: _Outlet | None = None
    story: _Story | None = None


_decoder = msgspec.json.Decoder(_Within)


def source(letter: DeadLetter) -> str | None:
    """Return the outlet of a letter's original, None where it can't be read in it."""
    try:
        within = _decoder.decode(letter.value or b"")
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    if within.article is not None:
        return within.article.source
    return within.story.origin.source if within.story is not None else within.source

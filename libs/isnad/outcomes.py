"""What a stage is given and what it answers: records in, one outcome for each (pure).

A service hands `stage.py` a function `list[Record] -> list[Outcome]` of the same length and order. It never sees an
acknowledgement: the stage sends `messages`, awaits that Kafka has them, and only then lets the batch be committed.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from isnad.errors import RecordError

Headers = tuple[tuple[str, bytes], ...]
"""What Kafka carries beside key and value, in order; a name may be there more than once."""


@dataclass(frozen=True, slots=True)
class Record:
    """One message as it was read from Kafka."""

    topic: str
    partition: int
    offset: int
    appended_at: datetime
    """The message's timestamp, aware, UTC."""
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send. Without a key Kafka chooses the partition; without a value it is one all the same."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


def headers(given: Iterable[tuple[str, bytes | None]]) -> Headers:
    """Return headers as a client of Kafka gives them; one without a value has an empty one from here on."""
    return tuple((name, value or b"") for name, value in given)


Status = Literal["passed", "indexed", "stale", "taken_down", "dead"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record; each record has exactly one, and the metric counts it under `status`."""

    status: Status
    messages: tuple[Outgoing, ...] = ()
    error: RecordError | None = None
    article_id: str | None = None

    @classmethod
    def dead(cls, error: RecordError, article_id: str | None = None) -> "Outcome":
        """The record can't be processed; the stage writes the dead letter with the record's original bytes."""
        return cls("dead", error=error, article_id=article_id)


Process = Callable[[list[Record]], Awaitable[list[Outcome]]]
"""A stage's work. Raises `TransientError` to have the same batch tried again; any other exception ends the process."""


def one_by_one(work: Callable[[Record], Outcome], after_each: Callable[[], None] = lambda: None) -> Process:
    """Return the work on a batch that is the work on each of its records.

    It runs in a thread, so that the event loop stays free to keep the worker in its group. `after_each` is called there
    after each record: a batch of very long articles may take minutes, and is not stuck.
    """

    def work_on_all(records: list[Record]) -> list[Outcome]:
        outcomes = []
        for record in records:
            outcomes.append(work(record))
            after_each()
        return outcomes

    return in_thread(work_on_all)


def in_thread(work: Callable[[list[Record]], list[Outcome]]) -> Process:
    """Return the work on a batch, done in a thread: the event loop stays free to keep the worker in its group."""

    async def process(records: list[Record]) -> list[Outcome]:
        # Only here: commands that read files know of records too, and would start later by a tenth of a second.
        import asyncio

        return await asyncio.to_thread(work, records)

    return process

"""From a batch's outcomes to messages that Kafka has: what to send, dead letters, and what became of each record.

An outcome holds only when all of its messages are acknowledged. Sending can be tried again and again; what was
acknowledged is not sent a second time.
"""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from isnad import codec, deaths
from isnad.errors import RecordError, SetupError, TransientError
from isnad.identity import LONGEST_ID_BYTES
from isnad.messages import SCHEMA, DeadLetter, Reason
from isnad.outcomes import Outcome, Outgoing, Record
from isnad.topics import MAX_MESSAGE_BYTES

_FRAME_BYTES = 512
"""What Kafka adds to a message, generously."""

_MOST_DETAIL = 2000
"""Characters of the sentence that says why; a server's answer may quote the whole document."""


class Sender(Protocol):
    """What delivers messages: `isnad.kafka.Producer`, or the fake one of `isnad.testing.broker`."""

    async def deliver(self, messages: Sequence[Outgoing]) -> list[Exception | None]:
        """Send messages in order; return for each None, or why Kafka does not have it."""
        ...


class Delivery:
    """A batch on its way out.

    Attributes:
        outcomes: what became of each record, in their order; to be believed once `attempt` has returned.

    Raises:
        ValueError: there is not exactly one outcome for each record, or one is dead without a reason.
    """

    def __init__(
        self, records: Sequence[Record], outcomes: Sequence[Outcome], *, stage: str, dead_topic: str, now: datetime
    ) -> None:
        self._records = records
        self._stage = stage
        self._dead_topic = dead_topic
        self._now = now
        self._letters: dict[int, DeadLetter] = {}
        self._referred: set[int] = set()
        self._left: list[tuple[int, Outgoing]] = []
        self.outcomes = checked(records, outcomes)
        for n, outcome in enumerate(self.outcomes):
            self._left += [(n, _marked(message, records[n])) for message in outcome.messages]
            if outcome.error is not None:
                self._bury(n, outcome.error)

    async def attempt(self, sender: Sender) -> None:
        """Send what is left; return when Kafka has acknowledged everything.

        Raises:
            TransientError: Kafka does not take something now; another attempt goes on with what is left.
            SetupError: a topic is not as it must be; another attempt goes on with what is left.
            Exception: a bug.
        """
        while self._left:
            tried, self._left = self._left, []
            obstacle: TransientError | SetupError | None = None
            for (n, message), failure in zip(
                tried, await sender.deliver([message for _, message in tried]), strict=True
            ):
                if failure is None:
                    continue
                if isinstance(failure, (TransientError, SetupError)):
                    self._left.append((n, message))
                    obstacle = obstacle or failure
                elif isinstance(failure, RecordError):
                    self._refused(n, message, failure)
                else:
                    raise failure
            if obstacle is not None:
                raise obstacle

    def _refused(self, n: int, message: Outgoing, error: RecordError) -> None:
        if message.topic != self._dead_topic:
            if n not in self._letters:
                self.outcomes[n] = Outcome.dead(error, self.outcomes[n].article_id)
                self._bury(n, error)
            return
        if n in self._referred:
            raise error
        self._referred.add(n)
        self._post(n, reference(self._letters[n]))

    def _bury(self, n: int, error: RecordError) -> None:
        record = self._records[n]
        self._post(
            n,
            DeadLetter(
                schema=SCHEMA,
                reason=error.reason,
                detail=error.detail[:_MOST_DETAIL],
                stage=self._stage,
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                appended_at=record.appended_at,
                died_at=self._now,
                key=record.key,
                value=record.value,
                article_id=self.outcomes[n].article_id,
                headers=record.headers,
                deaths=1 + deaths.earlier(record.headers),
            ),
        )

    def _post(self, n: int, letter: DeadLetter) -> None:
        self._letters[n] = letter
        key = letter.article_id.encode() if letter.article_id else letter.key or b""
        self._left.append((n, Outgoing(self._dead_topic, key, codec.encode(letter))))


def checked(records: Sequence[Record], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes, those with a message larger than Kafka takes as dead ones.

    A page's articles go out all together, or not at all, so this is known before anything is sent.

    Raises:
        ValueError: there is not exactly one outcome for each record, or one is dead without a reason.
    """
    if len(outcomes) != len(records):
        raise ValueError(f"{len(outcomes)} outcomes were made of {len(records)} records")
    if any(outcome.status == "dead" and outcome.error is None for outcome in outcomes):
        raise ValueError("an outcome is dead without an error that says why")
    too_large = [_too_large(outcome) for outcome in outcomes]
    return [
        outcome if error is None else Outcome.dead(error, outcome.article_id)
        for outcome, error in zip(outcomes, too_large, strict=True)
    ]


def _marked(message: Outgoing, record: Record) -> Outgoing:
    """What is made of a record that died before says so too: it may die at a later stage."""
    if not (earlier := deaths.earlier(record.headers)):
        return message
    return dataclasses.replace(message, headers=deaths.marked(message.headers, earlier))


def _too_large(outcome: Outcome) -> RecordError | None:
    for message in outcome.messages:
        size = len(message.key or b"") + len(message.value or b"") + _FRAME_BYTES
        size += sum(len(name) + len(value) for name, value in message.headers)
        if size > MAX_MESSAGE_BYTES:
            what = f"a message made of it for {message.topic} has {size:,} bytes"
            return RecordError(Reason.TOO_LARGE, f"{what}, of {MAX_MESSAGE_BYTES:,} at most")
    return None


def reference(letter: DeadLetter) -> DeadLetter:
    """Return the letter without what can be of any size, for a record too large to be put into another one."""
    where = f"the original stands in {letter.topic}, partition {letter.partition}, offset {letter.offset}"
    given = letter.article_id
    return msgspec.structs.replace(
        letter,
        key=None,
        value=None,
        headers=(),
        detail=f"{letter.detail}; {where}",
        article_id=given if given and len(given.encode()) <= LONGEST_ID_BYTES else None,
    )

"""Sending: idempotent, acknowledged by all replicas, and never without an end."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaProducer  # noqa: TID251  isnad.kafka is the adapter of aiokafka

from isnad.errors import BrokerUnavailable, RecordError, SetupError
from isnad.kafka.errors import MEANINGS, Meaning, no_topic, translate, translated
from isnad.kafka.refusals import explained
from isnad.kafka.security import options
from isnad.kafka_access import KafkaAccess
from isnad.messages import Reason
from isnad.outcomes import Outgoing
from isnad.topics import MAX_MESSAGE_BYTES

_BATCH_BYTES = 256 * 1024
_LINGER_MS = 5

Failure = Exception | None


@dataclass(frozen=True, slots=True, eq=False)
class _OnItsWay:
    """A message in the hands of aiokafka."""

    inner: AIOKafkaProducer
    future: asyncio.Future[Any]

    def has_arrived(self) -> bool:
        return self.future.done() and not self.future.cancelled() and self.future.exception() is None


_Sent = _OnItsWay | Exception


class _BatchTooLargeError(Exception):
    """The broker refused the batch in which a message was, as too large."""


class Producer:
    """Sends messages and says when Kafka has them.

    It connects with the first message, so it can be made while Kafka is down. A message whose time ran out may still
    arrive: who sends an equal one again waits for it, and no second one is made while the first is on its way. Once it
    has arrived, an equal one is another message: others may stand between the two.

    After a failure that leaves the numbering of an idempotent producer out of step, which aiokafka does not mend, the
    next message goes through a fresh one. What the old one has on its way is waited for before, for `close_seconds` or
    as long as the sender waits, and then given up. Then the promise holds no longer: Kafka may have it all the same, or
    get it with the last bytes of the old connection, and an equal one that is sent again is a second one.

    Args:
        timeout_seconds: so long a message may take.
        close_seconds: so long messages that are on their way are waited for before a connection is ended.
    """

    def __init__(self, kafka: str | KafkaAccess, *, timeout_seconds: float = 30.0, close_seconds: float = 5.0) -> None:
        self._access = KafkaAccess.of(kafka)
        self._timeout_seconds = timeout_seconds
        self._close_seconds = close_seconds
        self._inner: AIOKafkaProducer | None = None
        self._retiring: AIOKafkaProducer | None = None
        self._out_of_step = False
        self._connecting = asyncio.Lock()
        self._topics: set[str] = set()
        self._late: dict[Outgoing, _OnItsWay] = {}
        """Whose time ran out; all of the inner producer that is in use."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Wait a moment for what is on its way, then disconnect."""
        async with self._connecting:
            await self._retire()

    async def send(self, message: Outgoing) -> None:
        """Send one message; return when Kafka has acknowledged it.

        Raises:
            BrokerUnavailable: no acknowledgement in time; the message may still arrive.
            RecordError: the message is larger than its topic takes (`Reason.TOO_LARGE`).
            SetupError: the topic does not exist.
        """
        await self.send_all([message])

    async def send_all(self, messages: Sequence[Outgoing]) -> None:
        """Send messages, in order; return when Kafka has acknowledged all of them.

        Raises:
            IsnadError: as `send` does, for the first message that failed; the others were tried too.
        """
        for failure in await self.deliver(messages):
            if failure is not None:
                raise failure

    async def deliver(self, messages: Sequence[Outgoing]) -> list[Failure]:
        """Send messages, in order; return for each None, or the error that `send` would have raised."""
        failures = await self._try(messages)
        # A broker that refuses a batch as too large does not say which of its messages is to blame: alone, they tell.
        for n, message in enumerate(messages):
            if isinstance(failures[n], _BatchTooLargeError):
                (failure,) = await self._try([message])
                failures[n] = _too_large(message) if isinstance(failure, _BatchTooLargeError) else failure
        return failures

    async def _try(self, messages: Sequence[Outgoing]) -> list[Failure]:
        sent: list[_Sent] = []
        try:
            async with asyncio.timeout(self._timeout_seconds):
                for message in messages:
                    sent.append(await self._enqueue(message))  # noqa: PERF401  what was sent counts if time runs out
                waiting = [one.future for one in sent if isinstance(one, _OnItsWay)]
                if waiting:
                    await asyncio.wait(waiting)
        except TimeoutError:
            pass
        except (BrokerUnavailable, SetupError) as exc:
            sent += [exc] * (len(messages) - len(sent))
        for message, one in zip(messages, sent, strict=False):
            if isinstance(one, _OnItsWay) and not one.future.done():
                self._note_late(message, one)
        sent += [self._too_late()] * (len(messages) - len(sent))
        return [self._failure(one) for one in sent]

    async def _enqueue(self, message: Outgoing) -> _Sent:
        late = self._still_late(message)
        if late is not None and late.inner is self._inner and not self._out_of_step:
            return late
        # Of one that is being retired it is known afterwards whether it has arrived.
        inner = await self._connected()
        if late is not None and late.has_arrived():
            return late
        if message.topic not in self._topics:
            await self._look_up(inner, message.topic)
        try:
            with translated(self._access):
                future: asyncio.Future[Any] = await inner.send(
                    message.topic, message.value, key=message.key, headers=list(message.headers)
                )
        except RecordError:
            return _too_large(message)
        except BrokerUnavailable:
            # There was no room to queue it, or aiokafka's sender has died; a fresh one is right in both cases.
            self._out_of_step = self._out_of_step or inner is self._inner
            raise
        future.add_done_callback(_take_note)
        return _OnItsWay(inner, future)

    def _note_late(self, message: Outgoing, sent: _OnItsWay) -> None:
        # What was given up with its producer will never be answered; to wait for it again would be to wait for ever.
        if sent.inner not in (self._inner, self._retiring) or self._late.get(message) is sent:
            return
        self._late[message] = sent
        sent.future.add_done_callback(lambda _: self._no_longer_late(message, sent))

    def _still_late(self, message: Outgoing) -> _OnItsWay | None:
        late = self._late.get(message)
        if late is not None and late.future.done():
            self._no_longer_late(message, late)
            return None
        return late

    def _no_longer_late(self, message: Outgoing, sent: _OnItsWay) -> None:
        if self._late.get(message) is not sent:
            return
        del self._late[message]
        if sent.inner is self._inner and not sent.has_arrived():
            self._out_of_step = True

    def _failure(self, sent: _Sent) -> Failure:
        if isinstance(sent, Exception):
            return sent
        if not sent.future.done():
            return self._too_late()
        error = sent.future.exception()
        if error is None:
            return None
        self._out_of_step = self._out_of_step or sent.inner is self._inner
        if MEANINGS.get(type(error)) is Meaning.TOO_LARGE:
            return _BatchTooLargeError()
        meant = translate(error, self._access)
        if meant is error or not isinstance(meant, Exception):
            raise error
        return meant

    def _too_late(self) -> BrokerUnavailable:
        return BrokerUnavailable(
            f"Kafka at {self._access} did not acknowledge within {self._timeout_seconds:g} seconds"
        )

    async def _connected(self) -> AIOKafkaProducer:
        async with self._connecting:
            if self._out_of_step:
                await self._retire()
            if self._inner is None:
                inner = AIOKafkaProducer(
                    **options(self._access),
                    acks="all",
                    enable_idempotence=True,
                    max_request_size=MAX_MESSAGE_BYTES,
                    max_batch_size=_BATCH_BYTES,
                    linger_ms=_LINGER_MS,
                )
                try:
                    with translated(self._access):
                        async with explained(self._access):
                            await inner.start()
                except BaseException:
                    await inner.stop()
                    raise
                self._inner = inner
            return self._inner

    async def _look_up(self, inner: AIOKafkaProducer, topic: str) -> None:
        with translated(self._access):
            self._topics = set((await inner.client.fetch_all_metadata()).topics())
        if topic not in self._topics:
            raise no_topic(f"Kafka at {self._access} has no topic {topic}", self._access)

    async def _retire(self) -> None:
        inner, self._inner = self._inner, None
        self._out_of_step = False
        self._topics = set()
        if inner is None:
            return
        self._retiring = inner
        with suppress(TimeoutError):
            try:
                async with asyncio.timeout(self._close_seconds):
                    await inner.stop()
            finally:
                await self._give_up(inner)
                self._retiring = None
                self._late = {}

    async def _give_up(self, inner: AIOKafkaProducer) -> None:
        """End what `stop` leaves where it did not come to its end: tasks, and connections."""
        tasks = _tasks(inner)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        # A connection ends when all is written, which a server that reads no further never lets happen.
        with suppress(TimeoutError):
            async with asyncio.timeout(self._close_seconds):
                await inner.client.close()


def _tasks(inner: AIOKafkaProducer) -> list[asyncio.Task[Any]]:
    """Return aiokafka's tasks that send: it waits for them without an end, and gives them out to nobody.

    Ending the client alone leaves them behind. An idempotent batch is tried for ever, so they would wait for the news
    of a client that brings no more.
    """
    owners = (inner._sender, inner._message_accumulator)
    return [task for task in asyncio.all_tasks() if any(_self(task) is owner for owner in owners)]


def _self(task: asyncio.Task[Any]) -> object:
    """Return whose method a task runs."""
    frame = getattr(task.get_coro(), "cr_frame", None)
    return frame.f_locals.get("self") if frame is not None else None


def _take_note(future: asyncio.Future[Any]) -> None:
    """Look at the error of a message that nobody waits for any more, so that asyncio does not complain."""
    if not future.cancelled():
        future.exception()


def _too_large(message: Outgoing) -> RecordError:
    size = len(message.value or b"")
    return RecordError(Reason.TOO_LARGE, f"a message of {size:,} bytes is larger than {message.topic} takes")

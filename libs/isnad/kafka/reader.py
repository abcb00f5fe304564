"""Reading a stretch of one partition, without a consumer group and without committing anything."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition  # noqa: TID251  isnad.kafka is the adapter of aiokafka

from isnad.errors import BrokerUnavailable, SetupError
from isnad.kafka.connect import admin_client, consumer, partitions_of
from isnad.kafka.errors import translated
from isnad.kafka_access import KafkaAccess
from isnad.outcomes import Record, headers

_POLL_MS = 1000

_TRY_MS = 500
"""So long a refusal is waited for; a Kafka that takes longer refuses while the stage works, which then starts anew."""


class LogReader:
    """Reads topics as logs: any stretch, as often as wanted."""

    def __init__(self, kafka: str | KafkaAccess, *, timeout_seconds: float = 30.0) -> None:
        self._access = KafkaAccess.of(kafka)
        self._timeout_seconds = timeout_seconds

    async def try_out(self, topics: Sequence[str]) -> None:
        """Ask for what comes next in each topic, to learn before the work begins whether Kafka lets us read it.

        Raises:
            BrokerUnavailable: it does not, or does not answer in time.
            SetupError: there is no such topic.
        """
        places = [await self._partition(topic, 0) for topic in topics]
        async with consumer(self._access, self._timeout_seconds) as inner:
            # Asked for together, Kafka would keep the refusal back until the others have something or time runs out.
            for place in places:
                inner.assign([place])
                with translated(self._access):
                    await inner.seek_to_end(place)
                    await inner.getmany(timeout_ms=_TRY_MS)

    async def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        """Return the first offset that is there, and the next one to be written; they are equal when nothing is there.

        Raises:
            BrokerUnavailable: Kafka does not answer in time.
            SetupError: there is no such topic or partition.
        """
        where = await self._partition(topic, partition)
        async with consumer(self._access, self._timeout_seconds) as inner:
            with translated(self._access):
                first = await inner.beginning_offsets([where])
                following = await inner.end_offsets([where])
        return first[where], following[where]

    async def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Record]:
        """Yield the records from offset `start` up to, not including, `end`, in order.

        `end` must not be past the end of the log: the reader would wait for it, and give up. Who leaves the loop early
        closes the reader with `contextlib.aclosing`.

        Raises:
            BrokerUnavailable: nothing came for `timeout_seconds`.
            SetupError: there is no such topic or partition, or the log no longer begins as early as `start`.
        """
        if start >= end:
            return
        where = await self._partition(topic, partition)
        async with consumer(self._access, self._timeout_seconds) as inner:
            with translated(self._access):
                first = (await inner.beginning_offsets([where]))[where]
            if start < first:
                raise SetupError(
                    f"{topic} begins at offset {first:,}; what was before, from {start:,} on, is no longer in Kafka"
                )
            inner.assign([where])
            inner.seek(where, start)
            position = start
            while position < end:
                for message in await self._next(inner, where, position):
                    if message.offset >= end:
                        return
                    yield record(message)
                position = await inner.position(where)

    async def _next(self, inner: AIOKafkaConsumer, where: TopicPartition, position: int) -> list[Any]:
        """Return the messages at the position, or none when the log only skips numbers there."""
        loop = asyncio.get_running_loop()
        late = loop.time() + self._timeout_seconds
        with translated(self._access):
            while loop.time() < late:
                batches = await inner.getmany(where, timeout_ms=_POLL_MS)
                if batches:
                    return list(batches[where])
                if await inner.position(where) > position:
                    return []
        raise BrokerUnavailable(
            f"Kafka at {self._access} sent nothing of {where.topic} from offset {position:,} on "
            f"for {self._timeout_seconds:g} seconds"
        )

    async def _partition(self, topic: str, partition: int) -> TopicPartition:
        where = TopicPartition(topic, partition)
        async with admin_client(self._access, self._timeout_seconds) as client:
            if where not in await partitions_of(client, self._access, topic):
                raise SetupError(f"{topic} has no partition {partition}. Look what is wrong with: isnad topics check")
        return where


def record(message: Any) -> Record:  # noqa: ANN401  aiokafka ships no types
    """Return a message of aiokafka as a record."""
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        appended_at=datetime.fromtimestamp(message.timestamp / 1000, UTC),
        key=message.key,
        value=message.value,
        headers=headers(message.headers),
    )

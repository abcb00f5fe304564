"""Reading a stretch of one partition, without a consumer group and without committing anything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition  # noqa: TID251  isnad.kafka is the adapter of aiokafka

from isnad.errors import BrokerUnavailable, SetupError
from isnad.kafka.errors import translated
from isnad.outcomes import Record
from isnad.topics import MAX_MESSAGE_BYTES

_POLL_MS = 1000


@asynccontextmanager
async def consumer(bootstrap: str, topic: str, timeout_seconds: float) -> AsyncIterator[AIOKafkaConsumer]:
    """Yield a connected consumer of no group, once it is sure that the topic exists.

    Raises:
        BrokerUnavailable: Kafka does not answer within `timeout_seconds`.
        SetupError: there is no such topic.
    """
    inner = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        client_id="isnad",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        max_partition_fetch_bytes=2 * MAX_MESSAGE_BYTES,
        request_timeout_ms=int(timeout_seconds * 1000),
    )
    try:
        with translated(bootstrap):
            async with asyncio.timeout(timeout_seconds):
                await inner.start()
                topics = await inner.topics()
        if topic not in topics:
            raise SetupError(f"Kafka at {bootstrap} has no topic {topic}. Create it: isnad topics create")
        yield inner
    finally:
        await inner.stop()


class LogReader:
    """Reads topics as logs: any stretch, as often as wanted."""

    def __init__(self, bootstrap: str, *, timeout_seconds: float = 30.0) -> None:
        self._bootstrap = bootstrap
        self._timeout_seconds = timeout_seconds

    async def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        """Return the first offset that is there, and the next one to be written; they are equal when nothing is there.

        Raises:
            BrokerUnavailable: Kafka does not answer in time.
            SetupError: there is no such topic or partition.
        """
        async with consumer(self._bootstrap, topic, self._timeout_seconds) as inner:
            where = self._partition(inner, topic, partition)
            with translated(self._bootstrap):
                first = await inner.beginning_offsets([where])
                following = await inner.end_offsets([where])
        return first[where], following[where]

    async def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Record]:
        """Yield the records from offset `start` up to, not including, `end`, in order.

        `end` must not be past the end of the log: the reader would wait for it, and give up.

        Raises:
            BrokerUnavailable: nothing came for `timeout_seconds`.
            SetupError: there is no such topic or partition, or the log no longer begins as early as `start`.
        """
        if start >= end:
            return
        async with consumer(self._bootstrap, topic, self._timeout_seconds) as inner:
            where = self._partition(inner, topic, partition)
            with translated(self._bootstrap):
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
                    position = message.offset + 1
                    if message.offset >= end:
                        return
                    yield record(message)
                position = max(position, await inner.position(where)) if position < end else position

    async def _next(self, inner: AIOKafkaConsumer, where: TopicPartition, position: int) -> list[Any]:
        """Return the messages at the position, or none when the log only skips numbers there."""
        loop = asyncio.get_running_loop()
        late = loop.time() + self._timeout_seconds
        with translated(self._bootstrap):
            while loop.time() < late:
                batches = await inner.getmany(where, timeout_ms=_POLL_MS)
                if batches:
                    return list(batches[where])
                if await inner.position(where) > position:
                    return []
        raise BrokerUnavailable(
            f"Kafka at {self._bootstrap} sent nothing of {where.topic} from offset {position:,} on "
            f"for {self._timeout_seconds:g} seconds"
        )

    def _partition(self, inner: AIOKafkaConsumer, topic: str, partition: int) -> TopicPartition:
        known = inner.partitions_for_topic(topic)
        if known is not None and partition not in known:
            raise SetupError(f"{topic} has no partition {partition}. Look what is wrong with: isnad topics check")
        return TopicPartition(topic, partition)


def record(message: Any) -> Record:  # noqa: ANN401  aiokafka's messages have no type
    """Return a message of aiokafka as a record."""
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        appended_at=datetime.fromtimestamp(message.timestamp / 1000, UTC),
        key=message.key,
        value=message.value,
    )

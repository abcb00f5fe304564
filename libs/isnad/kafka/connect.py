"""Connections to Kafka that last for one piece of work, and the topics that it has."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition  # noqa: TID251  isnad.kafka is the adapter of aiokafka
from aiokafka.admin import AIOKafkaAdminClient  # noqa: TID251

from isnad.kafka.errors import no_topic, translated
from isnad.kafka.header_names import read_any_header_name
from isnad.kafka.refusals import explained
from isnad.kafka.security import options
from isnad.kafka_access import KafkaAccess
from isnad.topics import MAX_MESSAGE_BYTES

ISOLATION = "read_committed"
"""Of every consumer, so that a stage and those who look after it see the same records."""


@asynccontextmanager
async def admin_client(kafka: str | KafkaAccess, timeout_seconds: float) -> AsyncIterator[AIOKafkaAdminClient]:
    """Yield a connected admin client; what is done with it has `timeout_seconds` in all.

    Raises:
        BrokerUnavailable: Kafka does not answer in time, or does not let us in.
        SetupError: a file of certificates can't be read.
    """
    access = KafkaAccess.of(kafka)
    client = AIOKafkaAdminClient(**options(access), request_timeout_ms=int(timeout_seconds * 1000))
    try:
        with translated(access):
            async with asyncio.timeout(timeout_seconds):
                async with explained(access):
                    await client.start()
                yield client
    finally:
        await client.close()


@asynccontextmanager
async def consumer(kafka: str | KafkaAccess, timeout_seconds: float) -> AsyncIterator[AIOKafkaConsumer]:
    """Yield a connected consumer of no group; it may only be asked about topics that are known to exist.

    Raises:
        BrokerUnavailable: Kafka does not answer within `timeout_seconds`, or does not let us in.
        SetupError: a file of certificates can't be read.
    """
    access = KafkaAccess.of(kafka)
    read_any_header_name()
    inner = await started_consumer(
        access,
        timeout_seconds,
        group_id=None,
        auto_offset_reset="none",
        max_partition_fetch_bytes=2 * MAX_MESSAGE_BYTES,
    )
    try:
        yield inner
    finally:
        await inner.stop()


async def started_consumer(access: KafkaAccess, timeout_seconds: float, **settings: object) -> AIOKafkaConsumer:
    """Return a connected consumer that commits nothing by itself; whoever gets it has to stop it.

    What a producer sent in a transaction that it gave up is never read, and nothing past one that is still open: a log
    ends there.

    Args:
        access: where Kafka is.
        timeout_seconds: for connecting, and then for each request.
        settings: more of aiokafka's, by its names.

    Raises:
        BrokerUnavailable: Kafka does not answer within `timeout_seconds`, or does not let us in.
        SetupError: a file of certificates can't be read.
    """
    inner = AIOKafkaConsumer(
        **options(access),
        enable_auto_commit=False,
        isolation_level=ISOLATION,
        request_timeout_ms=int(timeout_seconds * 1000),
        **settings,
    )
    try:
        with translated(access):
            async with asyncio.timeout(timeout_seconds), explained(access):
                await inner.start()
    except BaseException:
        await inner.stop()
        raise
    return inner


async def partitions_of(client: AIOKafkaAdminClient, kafka: str | KafkaAccess, topic: str) -> list[TopicPartition]:
    """Return the partitions of a topic, in order.

    Raises:
        SetupError: there is no such topic.
    """
    for described in await client.describe_topics():
        if described["topic"] == topic:
            return [
                TopicPartition(topic, number) for number in sorted(one["partition"] for one in described["partitions"])
            ]
    raise no_topic(f"Kafka at {kafka} has no topic {topic}", kafka)

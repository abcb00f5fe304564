"""Connections to Kafka that last for one piece of work, and the topics that it has."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition  # noqa: TID251  isnad.kafka is the adapter of aiokafka
from aiokafka.admin import AIOKafkaAdminClient  # noqa: TID251

from isnad.errors import SetupError
from isnad.kafka.errors import translated
from isnad.topics import MAX_MESSAGE_BYTES


@asynccontextmanager
async def admin_client(bootstrap: str, timeout_seconds: float) -> AsyncIterator[AIOKafkaAdminClient]:
    """Yield a connected admin client; what is done with it has `timeout_seconds` in all.

    Raises:
        BrokerUnavailable: Kafka does not answer in time.
    """
    client = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap, client_id="isnad", request_timeout_ms=int(timeout_seconds * 1000)
    )
    try:
        with translated(bootstrap):
            async with asyncio.timeout(timeout_seconds):
                await client.start()
                yield client
    finally:
        await client.close()


@asynccontextmanager
async def consumer(bootstrap: str, timeout_seconds: float) -> AsyncIterator[AIOKafkaConsumer]:
    """Yield a connected consumer of no group; it may only be asked about topics that are known to exist.

    Raises:
        BrokerUnavailable: Kafka does not answer within `timeout_seconds`.
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
        yield inner
    finally:
        await inner.stop()


async def partitions_of(client: AIOKafkaAdminClient, bootstrap: str, topic: str) -> list[TopicPartition]:
    """Return the partitions of a topic, in order.

    Raises:
        SetupError: there is no such topic.
    """
    for described in await client.describe_topics():
        if described["topic"] == topic:
            return [
                TopicPartition(topic, number) for number in sorted(one["partition"] for one in described["partitions"])
            ]
    raise SetupError(f"Kafka at {bootstrap} has no topic {topic}. Create it: isnad topics create")

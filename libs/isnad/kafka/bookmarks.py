"""Places in topics with a note each, kept in Kafka under the name of a consumer group that nobody is a member of.

So a command that is killed can go on from any machine, and `kafka-consumer-groups` shows how far it was. Kafka forgets
them a week after they were last put (`offsets.retention.minutes`).
"""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition  # noqa: TID251  isnad.kafka is the adapter of aiokafka

from isnad.continuity import Partition
from isnad.errors import BrokerUnavailable
from isnad.kafka.connect import admin_client, started_consumer
from isnad.kafka.errors import translated
from isnad.kafka_access import KafkaAccess
from isnad.places import Bookmark


class Bookmarks:
    """The places of one group. An async context manager; it connects when the first is put."""

    def __init__(self, kafka: str | KafkaAccess, group: str, *, timeout_seconds: float = 30.0) -> None:
        self._access = KafkaAccess.of(kafka)
        self._group = group
        self._timeout_seconds = timeout_seconds
        self._inner: AIOKafkaConsumer | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._disconnect()

    async def read(self) -> dict[Partition, Bookmark]:
        """Return all that were put and not forgotten.

        Raises:
            BrokerUnavailable: Kafka does not answer in time, or has never had a group and prepares for the first one.
        """
        async with admin_client(self._access, self._timeout_seconds) as client:
            found = await client.list_consumer_group_offsets(self._group)
        return {
            (where.topic, where.partition): Bookmark(kept.offset, kept.metadata)
            for where, kept in found.items()
            if kept.offset >= 0
        }

    async def put(self, bookmarks: Mapping[Partition, Bookmark]) -> None:
        """Keep these, each in place of the earlier one of its partition, which must exist.

        A note has 4096 bytes at most (`offset.metadata.max.bytes`).

        Raises:
            BrokerUnavailable: Kafka does not answer in time; it may have kept them.
        """
        places = {TopicPartition(*partition): (kept.offset, kept.note) for partition, kept in bookmarks.items()}
        if not places:
            return
        try:
            inner = await self._connected()
            with translated(self._access):
                if not places.keys() <= inner.assignment():
                    inner.assign([*inner.assignment() | places.keys()])
                    # It is to keep places, and to fetch nothing.
                    inner.pause(*inner.assignment())
                async with asyncio.timeout(self._timeout_seconds):
                    await inner.commit(places)
        except BrokerUnavailable:
            await self._disconnect()
            raise

    async def _connected(self) -> AIOKafkaConsumer:
        if self._inner is None:
            self._inner = await started_consumer(
                self._access, self._timeout_seconds, group_id=self._group, auto_offset_reset="none"
            )
        return self._inner

    async def _disconnect(self) -> None:
        inner, self._inner = self._inner, None
        if inner is not None:
            await inner.stop()

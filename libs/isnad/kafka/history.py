"""What is there of a topic: from which offset and moment on, and where a moment lies in it."""

from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition  # noqa: TID251  isnad.kafka is the adapter of aiokafka

from isnad.kafka.connect import admin_client, consumer, partitions_of
from isnad.kafka.errors import translated
from isnad.kafka_access import KafkaAccess
from isnad.places import Extent

_LOWEST_STAMP = 0


class History:
    """Asks Kafka for extents and moments, over a new connection each time."""

    def __init__(self, kafka: str | KafkaAccess, *, timeout_seconds: float = 30.0) -> None:
        self._access = KafkaAccess.of(kafka)
        self._timeout_seconds = timeout_seconds

    async def extents(self, topic: str) -> dict[int, Extent]:
        """Return what is there of each partition.

        Raises:
            BrokerUnavailable: Kafka does not answer in time.
            SetupError: there is no such topic.
        """
        partitions = await self._partitions(topic)
        async with consumer(self._access, self._timeout_seconds) as inner:
            with translated(self._access):
                firsts = await inner.beginning_offsets(partitions)
                ends = await inner.end_offsets(partitions)
                found = await inner.offsets_for_times(dict.fromkeys(partitions, _LOWEST_STAMP))
        stamps = {where: earliest.timestamp for where, earliest in found.items() if earliest is not None}
        return {
            where.partition: Extent(
                firsts[where],
                ends[where],
                datetime.fromtimestamp(stamps[where] / 1000, UTC) if where in stamps else None,
            )
            for where in partitions
        }

    async def offsets_at(self, topic: str, moment: datetime) -> dict[int, int]:
        """Return for each partition the first offset whose message was appended then or later, else its end.

        Raises:
            BrokerUnavailable: Kafka does not answer in time.
            SetupError: there is no such topic.
        """
        partitions = await self._partitions(topic)
        async with consumer(self._access, self._timeout_seconds) as inner:
            return await self._offsets_at(inner, partitions, max(_LOWEST_STAMP, int(moment.timestamp() * 1000)))

    async def _offsets_at(
        self, inner: AIOKafkaConsumer, partitions: list[TopicPartition], stamp: int
    ) -> dict[int, int]:
        with translated(self._access):
            # The end first: what is appended between the two questions lies after the moment all the same.
            ends = await inner.end_offsets(partitions)
            found = await inner.offsets_for_times(dict.fromkeys(partitions, stamp))
        return {
            where.partition: ends[where] if (later := found[where]) is None else later.offset for where in partitions
        }

    async def _partitions(self, topic: str) -> list[TopicPartition]:
        async with admin_client(self._access, self._timeout_seconds) as client:
            return await partitions_of(client, self._access, topic)

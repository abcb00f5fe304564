"""How far a consumer group has come, measured again and again over one connection."""

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition  # noqa: TID251  isnad.kafka is the adapter of aiokafka

from isnad.continuity import Partition
from isnad.kafka.connect import started_consumer
from isnad.kafka.errors import translated
from isnad.kafka.header_names import read_any_header_name
from isnad.kafka_access import KafkaAccess

_LOOK_MS = 200
_LOOK_BYTES = 1 << 16


class GroupProgress:
    """Asks for the committed offsets of a group without being a member of it. An async context manager."""

    def __init__(self, kafka: str | KafkaAccess, group: str, *, timeout_seconds: float = 10.0) -> None:
        self._access = KafkaAccess.of(kafka)
        self._group = group
        self._timeout_seconds = timeout_seconds
        self._inner: AIOKafkaConsumer | None = None
        self._reader: AIOKafkaConsumer | None = None
        self._hollow: dict[TopicPartition, tuple[int, int]] = {}
        """The stretch of a partition that was looked through last, and holds no message."""

    async def __aenter__(self) -> Self:
        self._inner = await started_consumer(self._access, self._timeout_seconds, group_id=self._group)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connected = (self._inner, self._reader)
        self._inner = self._reader = None
        for inner in filter(None, connected):
            with translated(self._access):
                await inner.stop()

    async def starts(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Return for each partition, which must exist, the offset from which the group has to read on.

        That is what it committed last, even if retention has deleted what is there; without a commit, the first offset.

        Raises:
            BrokerUnavailable: Kafka does not answer in time.
        """
        return {partition: start for partition, (start, _, _) in (await self._places(partitions)).items()}

    async def lags(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Return for each partition, which must exist, how many of its messages the group has not committed.

        Offsets that are no messages count too, unless nothing else is left: a transaction's end takes one, and so does
        each record of one that was given up.

        Raises:
            BrokerUnavailable: Kafka does not answer in time.
        """
        found = {}
        for partition, (committed, first, end) in (await self._places(partitions)).items():
            start = max(committed, first)
            waits = start < end and not await self._is_hollow(TopicPartition(*partition), start, end)
            found[partition] = end - start if waits else 0
        return found

    async def _is_hollow(self, where: TopicPartition, start: int, end: int) -> bool:
        if self._hollow.get(where) == (start, end):
            return True
        if self._reader is None:
            read_any_header_name()
            self._reader = await started_consumer(
                self._access,
                self._timeout_seconds,
                group_id=None,
                auto_offset_reset="earliest",
                max_partition_fetch_bytes=_LOOK_BYTES,
            )
        inner = self._reader
        with translated(self._access):
            inner.assign([where])
            try:
                inner.seek(where, start)
                position = start
                while not await inner.getmany(where, timeout_ms=_LOOK_MS, max_records=1):
                    before, position = position, await inner.position(where)
                    if position >= end:
                        self._hollow[where] = (start, end)
                        return True
                    if position == before:  # Kafka is slow: nobody knows yet
                        return False
            finally:
                inner.unsubscribe()
        return False

    async def _places(self, partitions: Iterable[Partition]) -> dict[Partition, tuple[int, int, int]]:
        """Return for each partition: from where to read on, the first offset that is there, the next to be written."""
        inner = self._inner
        if inner is None:
            raise RuntimeError("GroupProgress is used outside its `async with`")
        wanted = [TopicPartition(*partition) for partition in partitions]
        if not wanted:
            return {}
        with translated(self._access):
            async with asyncio.timeout(self._timeout_seconds):
                committed = {one: await inner.committed(one) for one in wanted}
                firsts = await inner.beginning_offsets(wanted)
                ends = await inner.end_offsets(wanted)
        return {
            (one.topic, one.partition): (
                firsts[one] if committed[one] is None else committed[one],
                firsts[one],
                ends[one],
            )
            for one in wanted
        }

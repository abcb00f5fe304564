"""Stretches of several partitions as one history, in the order in which it was appended."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import Self, cast

from isnad.burials import Log
from isnad.continuity import Partition
from isnad.outcomes import Record
from isnad_cli.replay.where import Stretch


class Merged:
    """Reads batches; after an error it goes on behind the last batch that was read whole. An async context manager.

    The records of a partition come in its order, those of several by their append times, as far as that allows.
    """

    def __init__(self, log: Log, stretches: Mapping[Partition, Stretch], batch_size: int) -> None:
        """Begin at the starts of the stretches; at most so many records make a batch."""
        self._log = log
        self._places = {partition: stretch.start for partition, stretch in stretches.items()}
        self._ends = {partition: stretch.end for partition, stretch in stretches.items()}
        self._batch_size = batch_size
        self._sources: dict[Partition, AsyncIterator[Record]] = {}
        self._heads: dict[Partition, Record] = {}
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    @property
    def places(self) -> dict[Partition, int]:
        """The next offset of each partition, behind the last batch."""
        return dict(self._places)

    async def batch(self) -> list[Record]:
        """Return the next records, none at the end.

        Raises:
            BrokerUnavailable: Kafka can't be read now; call again.
            SetupError: a topic is gone, or what is to be read was deleted meanwhile.
        """
        try:
            found: list[Record] = []
            for partition in self._places.keys() - self._sources.keys():
                await self._begin(partition)
            while self._heads and len(found) < self._batch_size:
                partition = min(self._heads, key=lambda one: (self._heads[one].appended_at, one))
                found.append(self._heads[partition])
                await self._advance(partition)
        except BaseException:
            await self._close()
            raise
        for record in found:
            self._places[record.topic, record.partition] = record.offset + 1
        for partition in self._places.keys() - self._heads.keys():
            # What is left of it are numbers without records.
            self._places[partition] = self._ends[partition]
        return found

    async def _begin(self, partition: Partition) -> None:
        source = self._log.read(*partition, self._places[partition], self._ends[partition])
        self._sources[partition] = source
        await self._open.enter_async_context(aclosing(cast("AsyncGenerator[Record, None]", source)))
        await self._advance(partition)

    async def _advance(self, partition: Partition) -> None:
        try:
            self._heads[partition] = await anext(self._sources[partition])
        except StopAsyncIteration:
            self._heads.pop(partition, None)

    async def _close(self) -> None:
        self._sources.clear()
        self._heads.clear()
        await self._open.aclose()

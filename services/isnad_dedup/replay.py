"""Keeping the ledger level with the log: before a batch is answered, whatever stands before it is read from Kafka."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Protocol

import structlog

from isnad.errors import SetupError
from isnad.health import Health
from isnad.outcomes import Outcome, Record
from isnad_dedup.ledger import Ledger

_CHUNK = 200
"""Records in memory at once while the log is read; one can be megabytes."""

_logger = structlog.get_logger()


class Log(Protocol):
    """What is needed of `isnad.kafka.LogReader`."""

    async def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        """Return the first offset and the next one to be written."""
        ...

    def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Record]:
        """Yield the records from `start` up to, not including, `end`."""
        ...


class Replay:
    """Answers batches of the one partition of a topic, reading up in its log where that is needed."""

    def __init__(
        self,
        log: Log,
        topic: str,
        new_ledger: Callable[[], Ledger],
        health: Health,
        still_working: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin with a new ledger.

        Args:
            log: where the topic can be read as a log.
            topic: its name; its partition 0 is the log.
            new_ledger: makes a ledger of an empty log.
            health: where it shows that it reads.
            still_working: called now and then while it reads, which can take minutes.
        """
        self._log = log
        self._topic = topic
        self._new_ledger = new_ledger
        self._ledger = new_ledger()
        self._health = health
        self._still_working = still_working

    async def process(self, batch: list[Record]) -> list[Outcome]:
        """Return an outcome for each record.

        Raises:
            BrokerUnavailable: the log can't be read now; the same batch may be tried again.
            SetupError: the topic has more partitions than one, so its articles have no order.
        """
        if any(record.partition for record in batch):
            raise SetupError(f"{self._topic} has more than one partition. Look what is wrong with: isnad topics check")
        outcomes: list[Outcome] = []
        while len(outcomes) < len(batch):
            outcomes += await asyncio.to_thread(self._ledger.answer, batch[len(outcomes) :])
            if len(outcomes) < len(batch):
                await self.read_up_to(batch[len(outcomes)].offset)
        return outcomes

    async def read_up_to(self, offset: int) -> None:
        """Bring the ledger to where it was before this offset: forward from where it is, or anew from the log's start.

        An offset past the log's end means its end.

        Raises:
            BrokerUnavailable: the log can't be read now; what was read stays.
        """
        if offset < self._ledger.next_offset:
            self._ledger = self._new_ledger()
        ledger = self._ledger
        first, end = await self._log.bounds(self._topic, 0)
        start, offset = max(ledger.next_offset, first), min(offset, end)
        if ledger.next_offset < first:
            _logger.warning("the log no longer begins at its start", topic=self._topic, first_offset=first)
        if start < offset:
            await self._read(ledger, start, offset)
        ledger.skip_to(offset)
        self._health.well("log")

    async def _read(self, ledger: Ledger, start: int, end: int) -> None:
        _logger.info("reading the log", topic=self._topic, start=start, end=end)
        self._report(start, end)
        chunk: list[Record] = []
        async for record in self._log.read(self._topic, 0, start, end):
            chunk.append(record)
            if len(chunk) == _CHUNK:
                await asyncio.to_thread(ledger.follow, chunk)
                chunk = []
                self._report(ledger.next_offset, end)
        await asyncio.to_thread(ledger.follow, chunk)
        _logger.info("read the log", topic=self._topic, start=start, end=end, articles_in_window=len(ledger))

    def _report(self, reached: int, end: int) -> None:
        self._still_working()
        self._health.waiting("log", f"the index is made from {self._topic}: offset {reached:,} of {end:,}")

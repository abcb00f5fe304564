"""Keeping the ledger level with the log: before a batch is answered, whatever stands before it is read from Kafka."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Protocol

import structlog

from isnad.health import Health
from isnad.outcomes import Outcome, Record
from isnad_dedup.ledger import Ledger

_CHUNK = 2_000

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

    def __init__(self, log: Log, topic: str, new_ledger: Callable[[], Ledger], health: Health) -> None:
        self._log = log
        self._topic = topic
        self._new_ledger = new_ledger
        self._ledger = new_ledger()
        self._health = health

    async def process(self, batch: list[Record]) -> list[Outcome]:
        """Return an outcome for each record.

        Raises:
            BrokerUnavailable: the log can't be read now; the same batch may be tried again.
        """
        outcomes: list[Outcome] = []
        while len(outcomes) < len(batch):
            outcomes += await asyncio.to_thread(self._ledger.answer, batch[len(outcomes) :])
            if len(outcomes) < len(batch):
                await self.read_up_to(batch[len(outcomes)].offset)
        return outcomes

    async def read_up_to(self, offset: int) -> None:
        """Bring the ledger to where it was before this offset: forward from where it is, or anew from the log's start.

        Raises:
            BrokerUnavailable: the log can't be read now; what was read stays.
        """
        if offset < self._ledger.next_offset:
            self._ledger = self._new_ledger()
        ledger = self._ledger
        first, _ = await self._log.bounds(self._topic, 0)
        start = max(ledger.next_offset, first)
        if ledger.next_offset < first:
            _logger.warning("the log no longer begins at its start", topic=self._topic, first_offset=first)
        if start >= offset:
            ledger.skip_to(offset)
            return
        self._report(start, start, offset)
        chunk: list[Record] = []
        async for record in self._log.read(self._topic, 0, start, offset):
            chunk.append(record)
            if len(chunk) == _CHUNK:
                await asyncio.to_thread(ledger.follow, chunk)
                chunk = []
                self._report(start, ledger.next_offset, offset)
        await asyncio.to_thread(ledger.follow, chunk)
        ledger.skip_to(offset)
        self._health.well("log")
        _logger.info("read the log", topic=self._topic, start=start, end=offset, articles_in_window=len(ledger))

    def _report(self, start: int, reached: int, end: int) -> None:
        left = f"offset {reached:,} of {end:,}"
        self._health.waiting("log", f"the index is rebuilt from {self._topic}: {left}")
        _logger.info("reading the log", topic=self._topic, start=start, reached=reached, end=end)

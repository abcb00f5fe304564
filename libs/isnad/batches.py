"""What a stage does with a batch of records, from having them in hand until all that came of them is acknowledged.

Nothing here knows the stream engine: whoever calls `handle` may commit the batch when it returns, and must not when it
raises.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Protocol

import structlog

from isnad.clock import Clock
from isnad.continuity import Continuity, Hole, Partition
from isnad.delivery import Delivery, Sender
from isnad.metrics import StageMetrics
from isnad.outcomes import Process, Record
from isnad.retry import Patience


class Places(Protocol):
    """Where a group has to read on: `isnad.kafka.GroupProgress`."""

    async def starts(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Return for each partition the offset from which the group has to read on."""
        ...


class Log(Protocol):
    """What stands in the topics: `isnad.kafka.LogReader`."""

    async def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        """Return the first offset that is there, and the next one to be written."""
        ...

    def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Record]:
        """Yield the records from offset `start` up to, not including, `end`."""
        ...


class Batches:
    """Handles one batch after another.

    Args:
        stage: its short name.
        process: its work.
        dead_topic: where dead letters go.
        patience: waits for broken dependencies.
        sender: sends messages.
        places: knows where the group has to read on.
        log: reads what was skipped.
        metrics: where what became of the records is counted.
        clock: tells the time.
    """

    def __init__(
        self,
        *,
        stage: str,
        process: Process,
        dead_topic: str,
        patience: Patience,
        sender: Sender,
        places: Places,
        log: Log,
        metrics: StageMetrics,
        clock: Clock,
    ) -> None:
        self._stage = stage
        self._process = process
        self._dead_topic = dead_topic
        self._patience = patience
        self._sender = sender
        self._places = places
        self._records = log
        self._metrics = metrics
        self._clock = clock
        self._continuity = Continuity()
        self._generation: int | None = None
        self._log = structlog.get_logger(stage=stage)

    async def handle(self, records: Sequence[Record], generation: int | None) -> None:
        """Process a batch, send what comes of it, and return when Kafka has acknowledged all of it.

        Args:
            records: the batch.
            generation: changes whenever Kafka gives the partitions out anew.

        Raises:
            Stopped: the stage was asked to stop while it waited for a broken dependency.
            Exception: a bug, in the process or in the stream engine.
        """
        started = self._clock.monotonic()
        await self._patience.until_done(lambda: self._check_continuity(records, generation))
        outcomes = await self._patience.until_done(lambda: self._process(list(records)))
        delivery = Delivery(records, outcomes, stage=self._stage, dead_topic=self._dead_topic, now=self._clock.now())
        await self._patience.until_done(lambda: delivery.attempt(self._sender))
        for outcome in delivery.outcomes:
            self._metrics.records.labels(self._stage, outcome.status).inc()
            if outcome.error is not None:
                self._metrics.dead_letters.labels(self._stage, str(outcome.error.reason)).inc()
        self._metrics.batch_records.labels(self._stage).observe(len(records))
        self._metrics.batch_seconds.labels(self._stage).observe(self._clock.monotonic() - started)
        self._metrics.last_progress.labels(self._stage).set(self._clock.now().timestamp())

    async def _check_continuity(self, records: Sequence[Record], generation: int | None) -> None:
        if generation != self._generation:
            self._continuity.forget()
            self._generation = generation
        for partition, offset in (await self._places.starts(self._continuity.unknown(records))).items():
            self._continuity.begin(partition, offset)
        for hole in self._continuity.holes(records):
            await self._look_into(hole)
        self._continuity.seen(records)

    async def _look_into(self, hole: Hole) -> None:
        first, _ = await self._records.bounds(hole.topic, hole.partition)
        if hole.start < first:
            self._metrics.offset_resets.labels(self._stage, hole.topic).inc()
            self._log.error(
                "messages were deleted before this stage had read them; it goes on with the first that is there",
                topic=hole.topic,
                partition=hole.partition,
                missed=min(first, hole.end) - hole.start,
            )
        there = self._records.read(hole.topic, hole.partition, max(first, hole.start), hole.end)
        # Numbers without messages, as a producer's transactions leave behind, are no loss.
        skipped = [record.offset async for record in there]
        if skipped:
            raise RuntimeError(f"{len(skipped)} messages were skipped: {hole}")

"""What a stage does with a batch of records, from having them in hand until all that came of them is acknowledged.

Nothing here knows the stream engine: whoever calls `handle` may commit the batch when it returns, and must not when it
raises.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Protocol, TypeVar

import structlog

from isnad.burials import Burials, Log
from isnad.clock import Clock
from isnad.continuity import Continuity, Hole, Partition
from isnad.delivery import Delivery, Sender, checked
from isnad.errors import TooMuchPoison
from isnad.metrics import StageMetrics
from isnad.outcomes import Outcome, Process, Record
from isnad.poison import Poison, PoisonLimit
from isnad.retry import Leniency, Patience

_LETTERS_FOR_EACH = 4
"""Messages read of the dead letters for each record that the limit looks back at; other stages write there too."""


T = TypeVar("T")


class Places(Protocol):
    """Where a group has to read on: `isnad.kafka.GroupProgress`."""

    async def starts(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Return for each partition the offset from which the group has to read on."""
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
        log: reads what was skipped, and the dead letters.
        poison: how much of a partition may die.
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
        poison: PoisonLimit,
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
        self._poison = Poison(poison)
        self._burials = Burials(log, dead_topic, stage, _LETTERS_FOR_EACH * poison.reach)
        self._generation: int | None = None
        self._log = structlog.get_logger(stage=stage)

    async def handle(self, records: Sequence[Record], generation: int | None) -> None:
        """Process a batch, send what comes of it, and return when Kafka has acknowledged all of it.

        Args:
            records: the batch.
            generation: changes whenever Kafka gives the partitions out anew.

        Raises:
            Stopped: the stage was asked to stop while it waited, for a broken dependency or for a person.
            SetupError: Kafka is not as it must be, for half a minute, as where a topic is gone.
            Exception: a bug, in the process or in the stream engine.
        """
        started = self._clock.monotonic()
        await self._until_done(lambda: self._check_continuity(records, generation))
        outcomes = checked(records, await self._until_done(lambda: self._process(list(records))))
        final: list[Outcome] = []
        while len(final) < len(records):
            # All of them, but for those after the record that is one too many to die.
            left, of_them = records[len(final) :], outcomes[len(final) :]
            number = await self._until_done(partial(self._admitted, left, of_them))
            final += await self._deliver(left[:number], of_them[:number])
        for record, outcome in zip(records, final, strict=True):
            self._metrics.records.labels(self._stage, record.topic, outcome.status).inc()
            if outcome.error is not None:
                self._metrics.dead_letters.labels(self._stage, str(outcome.error.reason)).inc()
        self._metrics.batch_records.labels(self._stage).observe(len(records))
        self._metrics.batch_seconds.labels(self._stage).observe(self._clock.monotonic() - started)
        self._metrics.last_progress.labels(self._stage).set(self._clock.now().timestamp())

    async def _deliver(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> list[Outcome]:
        delivery = Delivery(records, outcomes, stage=self._stage, dead_topic=self._dead_topic, now=self._clock.now())
        await self._until_done(partial(delivery.attempt, self._sender))
        self._poison.seen(records, [outcome.status == "dead" for outcome in delivery.outcomes])
        return delivery.outcomes

    async def _until_done(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do what `Patience` does, and wait a while for topics that are not there."""
        leniency = Leniency(self._clock)
        return await self._patience.until_done(lambda: leniency.attempt(work))

    async def _admitted(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> int:
        dead = [outcome.status == "dead" for outcome in outcomes]
        if self._poison.unasked(records, dead):
            self._poison.recall(await self._burials.look())
        number = self._poison.admitted(records, dead)
        if not number:
            # Somebody may have looked at the letters since.
            self._poison.recall(await self._burials.look())
            number = self._poison.admitted(records, dead)
        if not number:
            raise TooMuchPoison(self._why_poison(records[0], outcomes))
        return number

    def _why_poison(self, record: Record, outcomes: Iterable[Outcome]) -> str:
        reasons = Counter(str(outcome.error.reason) for outcome in outcomes if outcome.error is not None)
        return (
            f"Too many records of {record.topic}, partition {record.partition}, can't be processed. Look why: "
            f"isnad dead list --stage {self._stage}. The stage goes on when those letters are replayed or dropped "
            f"(isnad dead replay, isnad dead drop), or with a higher ISNAD_POISON_ROW and ISNAD_POISON_SHARE. "
            f"Offset {record.offset} is next; the batch in hand has "
            f"{', '.join(f'{number} {reason}' for reason, number in reasons.most_common())}."
        )

    async def _check_continuity(self, records: Sequence[Record], generation: int | None) -> None:
        if generation != self._generation:
            self._continuity.forget()
            self._poison.forget()
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

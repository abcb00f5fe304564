"""Keeping the ledger level with the log: before a batch is answered, whatever stands before it is in the ledger.

It comes from the newest snapshot that stands before the batch, and from the log after that; without such a snapshot,
from the whole log.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import structlog

from isnad.errors import SetupError, TransientError
from isnad.health import Health
from isnad.outcomes import Outcome, Record
from isnad.similarity.snapshot import Captured, Described, Opened, SnapshotError, Snapshots
from isnad_dedup.log.ledger import LastRecord, Ledger, Place

_CHUNK = 200
"""Records in memory at once while the log is read; one can be megabytes."""

_WORTH_LOADING = 20_000
"""So many records are read about as quickly as a large snapshot is loaded."""

_IN_NO_TIME = 1_000
"""Reading so many is not worth a word."""

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
        snapshots: Snapshots | None = None,
    ) -> None:
        """Begin with a new ledger.

        Args:
            log: where the topic can be read as a log.
            topic: its name; its partition 0 is the log.
            new_ledger: makes a ledger of an empty log.
            health: where it shows that it reads.
            still_working: called now and then while it reads, which can take minutes.
            snapshots: states of this log, where any are kept.
        """
        self._log = log
        self._topic = topic
        self._new_ledger = new_ledger
        self._ledger = new_ledger()
        self._health = health
        self._still_working = still_working
        self._snapshots = snapshots
        self._one_by_one = asyncio.Lock()

    @property
    def next_offset(self) -> int:
        """Everything before this offset was taken."""
        return self._ledger.next_offset

    def __len__(self) -> int:
        """Articles in the window."""
        return len(self._ledger)

    async def capture(self) -> Captured | None:
        """Return the state as it is now, to be written into a snapshot; None where an error left none.

        Raises:
            StorageUnavailable: working files can't be written now.
        """
        async with self._one_by_one:
            return await asyncio.to_thread(self._ledger.capture) if self._ledger.is_sound else None

    async def process(self, batch: list[Record]) -> list[Outcome]:
        """Return an outcome for each record.

        Raises:
            BrokerUnavailable: the log can't be read now; the same batch may be tried again.
            StorageUnavailable: working files can't be written now; the same.
            SetupError: the topic has more partitions than one, so its articles have no order.
        """
        if any(record.partition for record in batch):
            raise SetupError(f"{self._topic} has more than one partition. Look what is wrong with: isnad topics check")
        outcomes: list[Outcome] = []
        async with self._one_by_one:
            while len(outcomes) < len(batch):
                if self._ledger.is_sound:
                    outcomes += await asyncio.to_thread(self._ledger.answer, batch[len(outcomes) :])
                if len(outcomes) < len(batch):
                    await self._read_up_to(batch[len(outcomes)].offset)
        return outcomes

    async def read_up_to(self, offset: int) -> None:
        """Bring the ledger to where it was before this offset: forward from where it is, or anew.

        An offset past the log's end means its end.

        Raises:
            BrokerUnavailable: the log can't be read now; what was read stays.
            StorageUnavailable: working files can't be written now.
        """
        async with self._one_by_one:
            await self._read_up_to(offset)

    async def follow_up_to(self, offset: int) -> None:
        """Do the same where the ledger is not that far yet, as one who stands by does now and then.

        Raises:
            BrokerUnavailable: the log can't be read now; what was read stays.
            StorageUnavailable: working files can't be written now.
        """
        async with self._one_by_one:
            if offset > self._ledger.next_offset or not self._ledger.is_sound:
                await self._read_up_to(offset)

    async def _read_up_to(self, offset: int) -> None:
        first, end = await self._log.bounds(self._topic, 0)
        offset = min(offset, end)
        if offset < self._ledger.next_offset or not self._ledger.is_sound or not await self._knows_this_log(first):
            self._replace(self._new_ledger())
        if self._ledger.last is None or offset - self._ledger.next_offset > _WORTH_LOADING:
            await self._load(first, offset)
        ledger = self._ledger
        if ledger.next_offset < first:
            _logger.error(
                "the log's beginning is gone and no snapshot can be used: earlier articles are not known, so what "
                "reprints them opens stories of its own",
                topic=self._topic,
                first_offset=first,
            )
        start = max(ledger.next_offset, first)
        if start < offset:
            await self._read(ledger, start, offset)
        ledger.skip_to(offset)
        self._health.well("log")

    async def _knows_this_log(self, first: int) -> bool:
        """Return whether the log is the one that the ledger was made from, as far as that can still be seen."""
        last = self._ledger.last
        if last is None or last.offset < first:
            return True
        try:
            await self._compare(last, first)
        except SnapshotError as exc:
            _logger.warning("what is in memory is not used", reason=str(exc))
            return False
        return True

    def _replace(self, ledger: Ledger) -> None:
        self._ledger.close()
        self._ledger = ledger

    async def _load(self, first: int, offset: int) -> None:
        """Go on from the newest snapshot before the offset, where one is further on than the ledger."""
        if self._snapshots is None:
            return
        present = self._ledger.next_offset
        self._health.waiting("log", "a snapshot of the state is looked for")

        def refuse(found: Described) -> None:
            stands_at = Place.of(found.about).next_offset
            if stands_at > offset:
                raise SnapshotError(f"It stands at offset {stands_at:,}, and {offset:,} has to be answered first.")
            if stands_at <= present:
                raise SnapshotError(f"It stands at offset {stands_at:,}, and {present:,} is reached already.")

        usable = self._snapshots.newest_first(refuse)
        loop, thread = asyncio.get_running_loop(), ThreadPoolExecutor(1, "snapshots")
        try:
            while (snapshot := await loop.run_in_executor(thread, next, usable, None)) is not None:
                self._still_working()
                try:
                    await self._compare(Place.of(snapshot.about).last, first)
                    self._replace(await loop.run_in_executor(thread, self._restored, snapshot))
                except SnapshotError as exc:
                    _logger.warning("a snapshot is not used", snapshot=str(snapshot.folder), reason=str(exc))
                else:
                    self._snapshots.used(snapshot)
                    return
        finally:
            # By the same thread, which may be at a snapshot still where this is cancelled.
            closed = loop.run_in_executor(thread, usable.close)
            thread.shutdown(wait=False)
            await asyncio.shield(closed)
        if present == 0:
            self._snapshots.used(None)

    async def _compare(self, last: LastRecord | None, first: int) -> None:
        """Raise `SnapshotError` where the last record of a state is not the one that the log has there."""
        if last is None:
            raise SnapshotError("It holds no record.")
        if last.offset < first:
            raise SnapshotError(f"The log begins at offset {first:,} now, after the snapshot's last record.")
        there = [one async for one in self._log.read(self._topic, 0, last.offset, last.offset + 1)]
        if [LastRecord.of(one) for one in there] != [last]:
            raise SnapshotError(f"It is of another log: at offset {last.offset:,} stands another record than then.")

    def _restored(self, snapshot: Opened) -> Ledger:
        ledger = self._new_ledger()
        try:
            ledger.restore(snapshot)
        except TransientError:
            ledger.close()
            raise
        except Exception as exc:
            ledger.close()
            # Whatever is wrong with it, the log has all that it has.
            raise SnapshotError(f"It can't be taken over: {exc!r}.") from exc
        _logger.info(
            "loaded a snapshot",
            snapshot=str(snapshot.folder),
            next_offset=ledger.next_offset,
            articles_in_window=len(ledger),
        )
        return ledger

    async def _read(self, ledger: Ledger, start: int, end: int) -> None:
        takes_long = end - start > _IN_NO_TIME
        if takes_long:
            _logger.info("reading the log", topic=self._topic, start=start, end=end)
            self._report(start, end)
        chunk: list[Record] = []
        async for record in self._log.read(self._topic, 0, start, end):
            chunk.append(record)
            if len(chunk) == _CHUNK:
                await asyncio.to_thread(ledger.follow, chunk)
                chunk = []
                if takes_long:
                    self._report(ledger.next_offset, end)
        await asyncio.to_thread(ledger.follow, chunk)
        if takes_long:
            _logger.info("read the log", topic=self._topic, start=start, end=end, articles_in_window=len(ledger))

    def _report(self, reached: int, end: int) -> None:
        self._still_working()
        self._health.waiting("log", f"the index is made from {self._topic}: offset {reached:,} of {end:,}")

"""A Kafka in memory: topics, messages, groups, and the ways in which a broker fails.

What `producer()`, `reader()` and `admin()` return does what `isnad.kafka.Producer`, `LogReader` and `Admin` do; one
contract holds both (`tests/contract/test_broker.py`). It can't lose a connection halfway, rebalance a group or delete
by retention, and it does not choose Kafka's own partition for a key, though equal keys do go to the same one.
"""

import zlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

from isnad.clock import Clock
from isnad.continuity import Partition
from isnad.delivery import Delivery
from isnad.errors import BrokerUnavailable, RecordError, SetupError
from isnad.messages import Reason
from isnad.outcomes import Outcome, Outgoing, Process, Record
from isnad.places import Bookmark, Extent
from isnad.testing.clock import ManualClock
from isnad.topics import TopicFault, Topics, TopicSpec, corrections, faults


class FakeBroker:
    """The broker; tests look into it and break it.

    Attributes:
        down: why nobody gets an answer, None while all is well.
        clock: gives the append times.
    """

    def __init__(self, specs: Iterable[TopicSpec] = (), *, clock: Clock | None = None) -> None:
        self.clock = clock or ManualClock()
        self.down: str | None = None
        self._specs: dict[str, TopicSpec] = {}
        self._logs: dict[str, list[list[Record]]] = {}
        self._committed: dict[tuple[str, str, int], int] = {}
        self._bookmarks: dict[str, dict[Partition, Bookmark]] = {}
        for spec in specs:
            self.set_up(spec)

    def producer(self) -> "FakeProducer":
        """Return what stands in for `isnad.kafka.Producer`."""
        return FakeProducer(self)

    def reader(self) -> "FakeReader":
        """Return what stands in for `isnad.kafka.LogReader`."""
        return FakeReader(self)

    def admin(self) -> "FakeAdmin":
        """Return what stands in for `isnad.kafka.Admin`."""
        return FakeAdmin(self)

    def progress(self, group: str) -> "FakeProgress":
        """Return what stands in for `isnad.kafka.GroupProgress`."""
        return FakeProgress(self, group)

    def history(self) -> "FakeHistory":
        """Return what stands in for `isnad.kafka.History`."""
        return FakeHistory(self)

    def bookmarks(self, group: str) -> "FakeBookmarks":
        """Return what stands in for `isnad.kafka.Bookmarks`."""
        return FakeBookmarks(self, self._bookmarks.setdefault(group, {}))

    def committed(self, group: str, topic: str, partition: int) -> int:
        """Return the offset from which a group has to read on."""
        self.answer()
        return self._committed.get((group, topic, partition), 0)

    def records(self, topic: str) -> list[Record]:
        """Return all messages of a topic, partition by partition."""
        return [record for partition in self.partitions(topic) for record in partition]

    def append(self, message: Outgoing) -> Record:
        """Put a message into its topic, and return it as it stands there.

        Raises:
            BrokerUnavailable: the broker is down.
            RecordError: the message is too large.
            SetupError: there is no such topic.
        """
        partitions = self.partitions(message.topic)
        size = len(message.value or b"")
        if len(message.key or b"") + size > int(self._specs[message.topic].settings["max.message.bytes"]):
            raise RecordError(Reason.TOO_LARGE, f"a message of {size:,} bytes is larger than {message.topic} takes")
        number = zlib.crc32(message.key or b"") % len(partitions)
        log = partitions[number]
        record = Record(message.topic, number, len(log), self.clock.now(), message.key, message.value, message.headers)
        log.append(record)
        return record

    async def run(
        self, stage: str, inputs: Sequence[str], process: Process, *, topics: Topics, batch_size: int = 100
    ) -> list[Outcome]:
        """Do what `isnad.stage` does until the stage has no lag: process in batches, send, commit; return all outcomes.

        Raises:
            Exception: whatever the process or the broker raises; nothing of that batch is committed then.
        """
        done: list[Outcome] = []
        group = topics.group(stage)
        while batch := self.uncommitted(group, inputs)[:batch_size]:
            outcomes = await process(list(batch))
            delivery = Delivery(batch, outcomes, stage=stage, dead_topic=topics.dead, now=self.clock.now())
            await delivery.attempt(self.producer())
            self.commit(group, batch)
            done += delivery.outcomes
        return done

    def uncommitted(self, group: str, topics: Iterable[str]) -> list[Record]:
        """Return the messages of these topics that a group has not committed."""
        return [
            record
            for topic in topics
            for number, partition in enumerate(self.partitions(topic))
            for record in partition[self.committed(group, topic, number) :]
        ]

    def commit(self, group: str, records: Iterable[Record]) -> None:
        """Commit these records for a group."""
        self.answer()
        for record in records:
            self._committed[group, record.topic, record.partition] = record.offset + 1

    def set_up(self, spec: TopicSpec) -> None:
        """Create a topic, give it more partitions, or change its settings."""
        log = self._logs.setdefault(spec.name, [])
        log += [[] for _ in range(spec.partitions - len(log))]
        self._specs[spec.name] = spec

    def found(self, topic: str) -> TopicSpec | None:
        """Return how a topic is set up, None if there is none."""
        self.answer()
        return self._specs.get(topic)

    def partitions(self, topic: str) -> list[list[Record]]:
        """Return the messages of each partition.

        Raises:
            BrokerUnavailable: the broker is down.
            SetupError: there is no such topic.
        """
        self.answer()
        if topic not in self._logs:
            raise SetupError(f"The fake Kafka has no topic {topic}. Create it: isnad topics create")
        return self._logs[topic]

    def answer(self) -> None:
        """Raise `BrokerUnavailable` while the broker is down."""
        if self.down is not None:
            raise BrokerUnavailable(f"The fake Kafka is not available: {self.down}")


class FakeProducer:
    """Stands in for `isnad.kafka.Producer`."""

    def __init__(self, broker: FakeBroker) -> None:
        self._broker = broker

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Do nothing: what was sent is there."""

    async def send(self, message: Outgoing) -> None:
        """Put one message into its topic, or raise."""
        self._broker.append(message)

    async def send_all(self, messages: Sequence[Outgoing]) -> None:
        """Put messages into their topics; raise for the first that failed, after trying the others."""
        for failure in await self.deliver(messages):
            if failure is not None:
                raise failure

    async def deliver(self, messages: Sequence[Outgoing]) -> list[Exception | None]:
        """Put messages into their topics; return for each None, or why it is not there."""
        failures: list[Exception | None] = []
        for message in messages:
            try:
                self._broker.append(message)
            except (BrokerUnavailable, RecordError, SetupError) as exc:
                failures.append(exc)
            else:
                failures.append(None)
        return failures


class FakeReader:
    """Stands in for `isnad.kafka.LogReader`."""

    def __init__(self, broker: FakeBroker) -> None:
        self._broker = broker

    async def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        """Return the first offset that is there, and the next one to be written."""
        return 0, len(self._partition(topic, partition))

    async def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Record]:
        """Yield the records from offset `start` up to, not including, `end`."""
        for record in self._partition(topic, partition)[start:end]:
            yield record

    def _partition(self, topic: str, partition: int) -> list[Record]:
        partitions = self._broker.partitions(topic)
        if partition >= len(partitions):
            raise SetupError(f"{topic} has no partition {partition}. Look what is wrong with: isnad topics check")
        return partitions[partition]


class FakeHistory:
    """Stands in for `isnad.kafka.History`."""

    def __init__(self, broker: FakeBroker) -> None:
        self._broker = broker

    async def extents(self, topic: str) -> dict[int, Extent]:
        """Return what is there of each partition."""
        return {
            number: Extent(0, len(log), log[0].appended_at if log else None)
            for number, log in enumerate(self._broker.partitions(topic))
        }

    async def offsets_at(self, topic: str, moment: datetime) -> dict[int, int]:
        """Return for each partition the first offset whose message was appended then or later, else its end."""
        return {
            number: sum(record.appended_at < moment for record in log)
            for number, log in enumerate(self._broker.partitions(topic))
        }


class FakeBookmarks:
    """Stands in for `isnad.kafka.Bookmarks`."""

    def __init__(self, broker: FakeBroker, kept: dict[Partition, Bookmark]) -> None:
        self._broker = broker
        self._kept = kept

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    async def read(self) -> dict[Partition, Bookmark]:
        """Return all that were put."""
        self._broker.answer()
        return dict(self._kept)

    async def put(self, bookmarks: Mapping[Partition, Bookmark]) -> None:
        """Keep these."""
        self._broker.answer()
        self._kept.update(bookmarks)


class FakeProgress:
    """Stands in for `isnad.kafka.GroupProgress`."""

    def __init__(self, broker: FakeBroker, group: str) -> None:
        self._broker = broker
        self._group = group

    async def __aenter__(self) -> Self:
        self._broker.answer()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    async def starts(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Return for each partition the offset from which the group has to read on."""
        return {partition: self._broker.committed(self._group, *partition) for partition in partitions}

    async def lags(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Return for each partition how many of its messages the group has not committed."""
        starts = await self.starts(partitions)
        return {(topic, n): len(self._broker.partitions(topic)[n]) - start for (topic, n), start in starts.items()}


class FakeAdmin:
    """Stands in for `isnad.kafka.Admin`."""

    def __init__(self, broker: FakeBroker) -> None:
        self._broker = broker

    async def check(self, specs: Sequence[TopicSpec]) -> list[TopicFault]:
        """Return what is not as the specs say."""
        return [fault for spec in specs for fault in self._faults(spec)]

    async def create(self, specs: Sequence[TopicSpec], replication: int | None = None) -> list[str]:  # noqa: ARG002
        """Create and mend topics; return what was done, a sentence for each. There are no copies of partitions here."""
        done = []
        for spec in specs:
            found = self._broker.found(spec.name)
            if found is None:
                self._broker.set_up(spec)
                done.append(f"created {spec.name}")
                continue
            wrong = corrections(spec, found.settings, found.settings)
            if wrong or len(self._broker.partitions(spec.name)) < spec.partitions:
                self._broker.set_up(replace(spec, config={**found.settings, **wrong}))
                done.append(f"mended {spec.name}")
        return done

    async def ends(self, topic: str) -> dict[int, int]:
        """Return for each partition the next offset to be written."""
        return {number: len(partition) for number, partition in enumerate(self._broker.partitions(topic))}

    async def lag(self, group: str, topic: str) -> int:
        """Return how many messages of a topic a group has not committed."""
        return len(self._broker.uncommitted(group, [topic]))

    def _faults(self, spec: TopicSpec) -> list[TopicFault]:
        found = self._broker.found(spec.name)
        if found is None:
            return faults(spec, None, {})
        return faults(spec, len(self._broker.partitions(spec.name)), found.settings)

"""What the dead letters say about the records of one stage: which died, and which of them a person has resolved."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple, Protocol

from isnad import codec
from isnad.continuity import Partition
from isnad.errors import RecordError
from isnad.messages import DeadLetter
from isnad.outcomes import Record
from isnad.poison import Buried


class Log(Protocol):
    """What stands in the topics: `isnad.kafka.LogReader`."""

    async def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        """Return the first offset that is there, and the next one to be written."""
        ...

    def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Record]:
        """Yield the records from offset `start` up to, not including, `end`."""
        ...


class Burials:
    """The last dead letters, read a little further at each look.

    Args:
        log: where they are read.
        topic: the topic of dead letters.
        stage: whose letters count.
        most: the first look goes so many messages back, those of other stages included; and so many records of each
            partition are kept, the newest.
    """

    def __init__(self, log: Log, topic: str, stage: str, most: int) -> None:
        self._log = log
        self._topic = topic
        self._stage = stage
        self._most = most
        self._following: int | None = None
        self._known: dict[Partition, dict[int, _Known]] = {}

    async def look(self) -> list[Buried]:
        """Return what the letters say, the records of each partition in their order.

        Raises:
            BrokerUnavailable: Kafka does not answer in time.
            SetupError: there is no such topic.
        """
        first, end = await self._log.bounds(self._topic, 0)
        if self._following is None or self._following > end:  # the first look, or another topic than then
            self._known.clear()
            self._following = end - self._most
        # Nothing is left out from here on: a decision that is missed is never known, and the stage waits for it.
        self._following = max(first, self._following)
        async for record in self._log.read(self._topic, 0, self._following, end):
            self._take(record)
            self._following = record.offset + 1
        for records in self._known.values():
            self._keep_newest(records)
        return [
            Buried(partition, offset, resolved=records[offset].resolved)
            for partition, records in self._known.items()
            for offset in sorted(records)
        ]

    def _take(self, record: Record) -> None:
        try:
            letter = codec.decode(DeadLetter, record.value)
        except RecordError:
            return  # somebody else's; `isnad dead list` counts it
        if letter.stage != self._stage:
            return
        records = self._known.setdefault((letter.topic, letter.partition), {})
        told = _Known(letter.appended_at, letter.offset, letter.resolution is not None)
        known = records.get(letter.offset)
        if known is not None and known.appended_at == told.appended_at:
            told = known._replace(resolved=known.resolved or told.resolved)
        records[letter.offset] = told
        if len(records) > 2 * self._most:
            self._keep_newest(records)

    def _keep_newest(self, records: dict[int, "_Known"]) -> None:
        for known in sorted(records.values())[: -self._most or None]:
            del records[known.offset]


class _Known(NamedTuple):
    appended_at: datetime
    """By which the record of a topic that was made anew is told from an earlier one."""
    offset: int
    resolved: bool

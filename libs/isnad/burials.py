"""What the dead letters say about the records of one stage: which died, and which of them a person has resolved."""

from collections import deque
from collections.abc import AsyncIterator
from typing import Protocol

from isnad import codec
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
        most: so many messages back, those of other stages included.
    """

    def __init__(self, log: Log, topic: str, stage: str, most: int) -> None:
        self._log = log
        self._topic = topic
        self._stage = stage
        self._most = most
        self._following = 0
        self._buried: deque[Buried] = deque(maxlen=most)

    async def look(self) -> list[Buried]:
        """Return what the letters say, in their order.

        Raises:
            BrokerUnavailable: Kafka does not answer in time.
            SetupError: there is no such topic.
        """
        first, end = await self._log.bounds(self._topic, 0)
        start = max(first, self._following, end - self._most)
        async for record in self._log.read(self._topic, 0, start, end):
            self._take(record)
            self._following = record.offset + 1
        return list(self._buried)

    def _take(self, record: Record) -> None:
        try:
            letter = codec.decode(DeadLetter, record.value)
        except RecordError:
            return  # somebody else's; `isnad dead list` counts it
        if letter.stage == self._stage:
            partition = (letter.topic, letter.partition)
            self._buried.append(Buried(partition, letter.offset, resolved=letter.resolution is not None))

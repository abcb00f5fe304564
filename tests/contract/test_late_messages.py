"""Messages that a real Kafka acknowledges later than their sender waits."""

import asyncio
import gc
import itertools
import weakref
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from tests.conftest import Servers
from tests.harness.servers import go_on, pause

from isnad.errors import BrokerUnavailable
from isnad.kafka import Admin, LogReader, Producer
from isnad.outcomes import Outgoing
from isnad.topics import Topics

pytestmark = pytest.mark.real

_numbers = itertools.count()

_SECONDS = 5.0
"""So long the producer waits; a Kafka that works answers sooner, also on a busy machine."""


class Watched(Outgoing):
    """A message of which can be seen whether anybody still holds it."""


class Desk:
    """A producer on a topic that has one message, and its Kafka."""

    def __init__(self, servers: Servers, kafka: str, topic: str) -> None:
        self.producer = Producer(kafka, timeout_seconds=_SECONDS)
        self._servers = servers
        self._kafka = kafka
        self._topic = topic

    def message(self, value: bytes) -> Watched:
        return Watched(self._topic, b"k", value)

    @contextmanager
    def silence(self) -> Iterator[None]:
        """Kafka keeps its connections and answers nothing."""
        server = self._servers.start_kafka()
        pause(server)
        try:
            yield
        finally:
            go_on(server)

    async def there(self) -> list[bytes | None]:
        reader = LogReader(self._kafka)
        return [one.value async for one in reader.read(self._topic, 0, *await reader.bounds(self._topic, 0))]


@pytest.fixture
async def desk(servers: Servers, kafka: str) -> AsyncIterator[Desk]:
    topics = Topics(f"late{next(_numbers)}.")
    await Admin(kafka).create(topics.specs(partitions=1), replication=1)
    desk = Desk(servers, kafka, topics.prepared)
    async with Producer(kafka) as first:
        await first.send(desk.message(b"0"))
    async with desk.producer:
        yield desk


async def test_who_sends_a_late_message_again_waits_for_it(desk: Desk):
    """So it stands once in Kafka."""
    await desk.producer.send(desk.message(b"1"))
    with desk.silence():
        with pytest.raises(BrokerUnavailable):
            await desk.producer.send(desk.message(b"2"))
        again = asyncio.create_task(desk.producer.send(desk.message(b"2")))
        await asyncio.sleep(0.1)
    await again
    assert await desk.there() == [b"0", b"1", b"2"]


async def test_a_late_message_that_has_arrived_is_sent_anew_when_it_is_sent_again(desk: Desk):
    """Another one came between the two, and the last one counts; nor is the late one kept in memory."""
    await desk.producer.send(desk.message(b"1"))
    late = desk.message(b"2")
    held = weakref.ref(late)
    with desk.silence(), pytest.raises(BrokerUnavailable):
        await desk.producer.send(late)
    del late
    await desk.producer.send(desk.message(b"3"))
    gc.collect()
    assert held() is None
    await desk.producer.send(desk.message(b"2"))
    assert await desk.there() == [b"0", b"1", b"2", b"3", b"2"]

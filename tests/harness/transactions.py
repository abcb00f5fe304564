"""Records of a producer that sends in transactions, as Flink and Kafka Connect can; isnad's own producer does not."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer  # noqa: TID251


class Transactional:
    """Sends to partition 0 of a topic."""

    def __init__(self, inner: AIOKafkaProducer, topic: str) -> None:
        self._inner = inner
        self._topic = topic

    async def send(self, values: Sequence[bytes]) -> None:
        """Send in a transaction of their own, which is left open."""
        await self._inner.begin_transaction()
        for value in values:
            await self._inner.send_and_wait(self._topic, value, key=b"k", partition=0)

    async def commit(self) -> None:
        await self._inner.commit_transaction()

    async def give_up(self) -> None:
        await self._inner.abort_transaction()


@asynccontextmanager
async def transactional(kafka: str, topic: str) -> AsyncIterator[Transactional]:
    """Yield a producer of its own."""
    inner = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=f"transactional-{topic}")
    await inner.start()
    try:
        yield Transactional(inner, topic)
    finally:
        await inner.stop()

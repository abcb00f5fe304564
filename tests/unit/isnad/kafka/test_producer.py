"""Messages that Kafka does not acknowledge while it refuses others: none waits for ever, and nothing is left behind."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.harness.small_kafka import SmallKafka

from isnad.kafka import Producer
from isnad.outcomes import Outgoing

OUT_OF_ORDER = 45
"""Kafka's code for a number that does not follow the last one."""

A, B = Outgoing("a", b"k", b"A"), Outgoing("b", b"k", b"B")


@pytest.fixture
async def kafka() -> AsyncIterator[SmallKafka]:
    async with SmallKafka(("a", "b")).running() as kafka:
        yield kafka


def left_behind() -> list[str]:
    """Tasks of aiokafka that still run."""
    codes = [getattr(task.get_coro(), "cr_code", None) for task in asyncio.all_tasks()]
    return [code.co_qualname for code in codes if code is not None and "aiokafka" in code.co_filename]


async def put_out_of_step(kafka: SmallKafka, producer: Producer) -> None:
    """A is not acknowledged, and B refused as one that does not follow."""
    kafka.silent, kafka.refused = {"a"}, {"b": OUT_OF_ORDER}
    assert all(await producer.deliver([A, B]))
    kafka.refused = {}


async def deliver_all(producer: Producer, messages: list[Outgoing]) -> None:
    """Send again what Kafka does not have, as services do."""
    left = messages
    async with asyncio.timeout(20):
        while left:
            failures = await producer.deliver(left)
            left = [message for message, failure in zip(left, failures, strict=True) if failure is not None]


@pytest.mark.parametrize("left", [[A], [A, B], [B, A]])
async def test_what_was_given_up_with_its_connection_is_sent_anew(kafka: SmallKafka, left: list[Outgoing]):
    """Kafka is well again, and will never answer what the old connection asked."""
    async with Producer(kafka.address, timeout_seconds=0.3, close_seconds=0.1) as producer:
        await put_out_of_step(kafka, producer)
        kafka.silent = set()
        kafka.received.clear()
        await deliver_all(producer, left)
    assert {value for _, value in kafka.received} == {message.value for message in left}


async def test_it_is_not_waited_for_again_by_who_waited_while_it_was_given_up(kafka: SmallKafka):
    """One waits for the late one; another meets a refusal, with which the connection is given up."""
    async with Producer(kafka.address, timeout_seconds=0.5, close_seconds=0.1) as producer:
        kafka.silent, kafka.refused = {"a"}, {"b": OUT_OF_ORDER}
        assert await producer.deliver([A]) != [None]
        waiting = asyncio.create_task(producer.deliver([A]))
        await asyncio.sleep(0)
        assert await producer.deliver([B]) != [None]
        kafka.silent, kafka.refused = set(), {}
        await deliver_all(producer, [B])
        assert await waiting != [None]
        await deliver_all(producer, [A])


async def test_what_arrives_while_the_old_connection_is_ended_is_not_sent_a_second_time(kafka: SmallKafka):
    """Who asks for it meanwhile is told that it is there."""
    async with Producer(kafka.address, timeout_seconds=0.5) as producer:
        await put_out_of_step(kafka, producer)
        again = asyncio.create_task(producer.deliver([A]))
        await asyncio.sleep(0)
        kafka.speak()
        assert await again == [None]
    assert kafka.received.count(("a", b"A")) == 1


async def test_nor_is_what_was_given_up_by_its_sender_while_the_connection_was_ended(kafka: SmallKafka):
    """Its time is over before that of the message with which the connection is ended."""
    async with Producer(kafka.address, timeout_seconds=1) as producer:
        kafka.silent, kafka.refused = {"a"}, {"b": OUT_OF_ORDER}
        first = asyncio.create_task(producer.deliver([A]))
        await asyncio.sleep(0.4)
        assert await producer.deliver([B]) != [None]
        kafka.refused = {}
        ending = asyncio.create_task(producer.deliver([B]))
        assert await first != [None]
        again = asyncio.create_task(producer.deliver([A]))
        await asyncio.sleep(0)
        kafka.speak()
        assert await asyncio.gather(again, ending) == [[None], [None]]
    assert kafka.received.count(("a", b"A")) == 1


async def test_a_late_one_is_waited_for_however_often_it_is_sent_again(kafka: SmallKafka):
    """As long as its connection is the one in use."""
    async with Producer(kafka.address, timeout_seconds=0.1) as producer:
        await deliver_all(producer, [B])
        kafka.silent = {"a"}
        for _ in range(3):
            assert await producer.deliver([A]) != [None]
        kafka.speak()
    assert kafka.received.count(("a", b"A")) == 1


@pytest.mark.parametrize("cancelled", [False, True])
async def test_a_connection_that_is_given_up_leaves_no_task_behind(kafka: SmallKafka, *, cancelled: bool):
    """With messages on their way to two servers, both silent; also where who ends it has no patience."""
    kafka.silent = {"a", "b"}
    producer = Producer(kafka.address, timeout_seconds=0.3, close_seconds=5 if cancelled else 0.1)
    assert all(await producer.deliver([A, B]))
    assert left_behind()
    if cancelled:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await producer.close()
    else:
        await producer.close()
    assert left_behind() == []
    kafka.speak()
    async with asyncio.timeout(5):
        await kafka.deserted.wait()

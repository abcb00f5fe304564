"""Whether the API is ready, as Kafka and Elasticsearch come and go."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import structlog

from isnad.health import Health
from isnad.kafka import require_topics
from isnad.testing.broker import FakeBroker
from isnad.topics import Topics
from isnad_api.readiness import keep_looking

SPECS = [spec for spec in Topics().specs() if spec.name == "articles.raw"]


@pytest.fixture
def broker():
    return FakeBroker(SPECS)


@pytest.fixture
def looking(broker, index):
    @asynccontextmanager
    async def looking(health, kafka=broker):
        async def look_at_kafka():
            await require_topics(kafka.admin(), SPECS, "here:9092", second_look_seconds=0)

        looks = {"kafka": look_at_kafka, "elasticsearch": index.ping}
        task = asyncio.create_task(keep_looking(looks, health, every_seconds=0.01))
        yield
        assert not task.done()
        task.cancel()

    return looking


async def until(holds):
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  what is awaited is told by no event
            await asyncio.sleep(0.01)


def waits(health):
    return [one.dependency for one in health.reasons()]


async def test_it_is_ready_when_both_are_well(looking):
    health = Health()
    async with looking(health):
        await until(health.ready)


async def test_while_kafka_is_away_it_is_not_ready_and_says_why(looking, broker):
    """Also when Kafka was away from the start, and since when does not change from look to look."""
    broker.down = "no broker"
    health = Health()
    async with looking(health):
        await until(lambda: waits(health) == ["kafka"])
        (first,) = health.reasons()
        assert "no broker" in first.reason
        broker.down = "still no broker"
        await until(lambda: "still" in health.reasons()[0].reason)
        assert health.reasons()[0].since == first.since
        broker.down = None
        await until(health.ready)


async def test_topics_that_are_missing_when_kafka_comes_later_are_told_with_the_command(looking, broker):
    """The API goes on, since it can search; when the topics are created it is ready."""
    empty = FakeBroker()
    empty.down = "no broker"
    health = Health()
    async with looking(health, empty):
        await until(lambda: waits(health) == ["kafka"])
        empty.down = None
        await until(lambda: "isnad topics create" in health.reasons()[0].reason)
        assert "articles.raw does not exist" in health.reasons()[0].reason
        empty.set_up(SPECS[0])
        await until(health.ready)


async def test_elasticsearch_is_told_apart_from_kafka(looking, index, broker):
    health = Health()
    async with looking(health):
        await until(health.ready)
        index.away = "refused"
        await until(lambda: waits(health) == ["elasticsearch"])
        broker.down = "no broker"
        await until(lambda: waits(health) == ["elasticsearch", "kafka"])
        index.away = None
        await until(lambda: waits(health) == ["kafka"])


async def test_the_log_has_one_line_for_the_wait_and_one_for_its_end(looking, broker):
    broker.down = "no broker"
    health = Health()
    with structlog.testing.capture_logs() as lines:
        async with looking(health):
            await until(lambda: waits(health) == ["kafka"])
            await asyncio.sleep(0.05)
            broker.down = None
            await until(health.ready)
    assert [(line["event"], line["dependency"]) for line in lines] == [("waiting", "kafka"), ("goes on", "kafka")]


async def test_a_look_that_fails_unexpectedly_does_not_end_the_looking():
    failures = [ZeroDivisionError("bug")]

    async def broken_once():
        if failures:
            raise failures.pop()

    health = Health()
    task = asyncio.create_task(keep_looking({"kafka": broken_once}, health, every_seconds=0.2))
    await until(lambda: waits(health) == ["kafka"])
    await until(health.ready)
    task.cancel()

"""`isnad replay` on a real Kafka: what it says where there is nothing to replay, or not any more."""

import asyncio
import os
import subprocess
import sys

import pytest
from aiokafka import TopicPartition  # noqa: TID251  retention takes minutes; this deletes at once
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete  # noqa: TID251

from isnad.kafka import Admin, Producer
from isnad.outcomes import Outgoing
from isnad.topics import Topics

pytestmark = pytest.mark.real


def isnad(kafka: str, topics: Topics, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ISNAD_")}  # noqa: TID251
    command = [sys.executable, "-m", "isnad_cli", "replay", *arguments]
    return subprocess.run(
        [*command, "--kafka", kafka, "--topic-prefix", topics.prefix],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


async def delete_before(kafka: str, topic: str, offset: int) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await client.start()
    try:
        await client.delete_records({TopicPartition(topic, 0): RecordsToDelete(offset)})
    finally:
        await client.close()


@pytest.fixture(scope="module")
def topics(kafka: str) -> Topics:
    """A log of ten records that are no articles, of which the first four were deleted."""
    made = Topics("replay-command-")

    async def fill() -> None:
        await Admin(kafka).create(made.specs(partitions=1))
        async with Producer(kafka) as producer:
            await producer.send_all([Outgoing(made.prepared, b"k", b"%d" % number) for number in range(10)])
        await delete_before(kafka, made.prepared, 4)

    asyncio.run(fill())
    return made


def test_topics_that_are_missing_are_said_with_the_command_that_makes_them(kafka: str) -> None:
    done = isnad(kafka, Topics("not-there-"), "entities", "--from", "beginning")
    assert done.returncode == 1
    assert "has no topic not-there-articles.matched. Create it: isnad topics create" in done.stderr


def test_where_there_is_nothing_it_says_so_and_all_is_well(kafka: str, topics: Topics) -> None:
    done = isnad(kafka, topics, "entities", "--from", "beginning")
    assert (done.returncode, done.stdout) == (
        0,
        "Nothing to replay: there is nothing in the topic between these places.\n",
    )


def test_what_was_deleted_is_refused_with_the_moment_since_when_it_is_there(kafka: str, topics: Topics) -> None:
    for start in ("2", "2018-01-01T00:00:00Z"):
        done = isnad(kafka, topics, "dedup", "--from", start)
        assert done.returncode == 2
        assert "there since 20" in done.stderr
        assert "--from beginning" in done.stderr


def test_of_what_is_left_all_is_replayed_and_bad_records_are_dead_letters(kafka: str, topics: Topics) -> None:
    """It says since when there is something; the records hold numbers, which are no articles."""
    done = isnad(kafka, topics, "dedup", "--from", "beginning", "--lead", "0")
    assert (done.returncode, done.stderr.count("is no longer in Kafka")) == (0, 1), done.stderr
    assert "dedup: 6 records replayed" in done.stdout
    assert "(6 dead)" in done.stdout
    assert asyncio.run(Admin(kafka).ends(topics.dead)) == {0: 6}

"""Dedup on a real Kafka: a standby takes over in the time of a catch-up, and a restart begins from a snapshot."""

import asyncio
import json
import re
import signal
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from subprocess import Popen
from uuid import uuid4

import pytest
from tests.harness.workers import unsupervised
from tests.unit.isnad_dedup.articles import prepared, text

from isnad.codec import decode
from isnad.kafka import Admin, LogReader, Producer
from isnad.messages import MatchedArticle
from isnad.outcomes import Outgoing
from isnad.similarity.snapshot import Snapshots, described
from isnad.similarity.window import Window
from isnad.topics import Topics
from isnad_dedup.log.ledger import Ledger

ENOUGH_SECONDS = 60
FIRST, SECOND, THIRD = 1500, 1500, 100

pytestmark = [pytest.mark.real, pytest.mark.long, pytest.mark.timeout(300)]


async def until(condition: Callable[[], Awaitable[bool] | bool]) -> float:
    """Wait for a condition and return how many seconds that took."""
    began = time.monotonic()
    while time.monotonic() - began < ENOUGH_SECONDS:
        answer = condition()
        if answer if isinstance(answer, bool) else await answer:
            return time.monotonic() - began
        await asyncio.sleep(0.05)
    pytest.fail("it takes too long")


class Log:
    """The ordered log in Kafka, and what dedup made of it."""

    def __init__(self, kafka: str, topics: Topics, producer: Producer) -> None:
        self.kafka, self.topics, self._producer = kafka, topics, producer
        self._length = 0

    async def add(self, count: int) -> None:
        """Append articles of which every third is a copy."""
        numbers = range(self._length, self._length + count)
        self._length += count
        values = [prepared(str(n), text((n - n % 3, n - n % 3 + 60), (-n - 1, 0))[:700]) for n in numbers]
        await self._producer.send_all(
            [Outgoing(self.topics.prepared, str(n).encode(), value) for n, value in zip(numbers, values, strict=True)]
        )

    async def drained(self) -> bool:
        return await Admin(self.kafka).lag(self.topics.group("dedup"), self.topics.prepared) == 0

    async def must_be_answered_once_and_as_by_one_reader(self) -> None:
        """Compare what stands in Kafka with what a ledger says of the log; each offset has one answer."""
        reader = LogReader(self.kafka)
        log = [one async for one in reader.read(self.topics.prepared, 0, 0, self._length)]
        expected = {
            message.value
            for outcome in Ledger(self.topics, Window()).answer(log)
            for message in outcome.messages
            if message.topic == self.topics.matched
        }
        found = set()
        for partition in range(4):
            bounds = await reader.bounds(self.topics.matched, partition)
            found |= {one.value async for one in reader.read(self.topics.matched, partition, *bounds)}
        assert len(found) == self._length
        assert found == expected
        assert {decode(MatchedArticle, value).verdict.relation for value in found} >= {"original", "partial"}


@asynccontextmanager
async def new_log(kafka: str) -> AsyncIterator[Log]:
    topics = Topics(f"standby-{uuid4().hex[:8]}.")
    await Admin(kafka).create(topics.specs())
    async with Producer(kafka) as producer:
        yield Log(kafka, topics, producer)


class Worker:
    """A dedup process."""

    def __init__(self, process: Popen[bytes], log: Path) -> None:
        self.process, self._log = process, log

    def said(self, message: str) -> list[dict[str, object]]:
        lines = [json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if message in line["message"]]

    def metric(self, name: str) -> float | None:
        addresses = self.said("health pages")
        if not addresses:
            return None
        with urllib.request.urlopen(f"{addresses[-1]['address']}/metrics", timeout=5) as page:
            found = re.search(rf"^{name}(?:{{.*}})? (.+)$", page.read().decode(), re.MULTILINE)
        return float(found[1]) if found else None

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


async def test_a_standby_takes_over_without_reading_the_log_again(kafka: str, tmp_path: Path):
    with ExitStack() as processes:

        def start(name: str) -> Worker:
            settings = {"ISNAD_STATE_FOLDER": str(tmp_path / "state"), "ISNAD_SESSION_SECONDS": "6"}
            log = tmp_path / name
            made = unsupervised("dedup", kafka, topics, log, ISNAD_LOG_FORMAT="json", **settings)
            return Worker(processes.enter_context(made), log)

        async with new_log(kafka) as log:
            topics = log.topics
            await log.add(FIRST)
            one = start("one")
            await until(log.drained)
            two = start("two")
            # Which of them has the partition now, the group decides.
            await until(lambda: {each.metric("isnad_assigned_partitions") for each in (one, two)} == {0, 1})
            works, waits = (one, two) if two.metric("isnad_assigned_partitions") == 0 else (two, one)
            await log.add(SECOND)
            await until(log.drained)
            # It follows what is committed, every two seconds.
            behind = await until(lambda: waits.metric("isnad_dedup_window_articles") == FIRST + SECOND)
            assert behind < 10
            assert waits.metric("isnad_dedup_behind_records") == 0
            readings = waits.said("reading the log")

            works.stop(signal.SIGKILL)
            began = time.monotonic()
            await log.add(THIRD)
            await until(lambda: waits.metric("isnad_assigned_partitions") == 1)
            noticed = time.monotonic() - began
            answered = await until(log.drained)
            print(f"noticed after {noticed:.1f} s, {THIRD} articles answered {answered:.1f} s later")
            # Kafka takes the session's six seconds to miss the dead worker; the state is there already.
            assert answered < 5
            assert waits.said("reading the log") == readings
            await log.must_be_answered_once_and_as_by_one_reader()
            # The working files of the dead worker go with the next start, those of the living one stay.
            assert len(list((tmp_path / "state").glob("work-*"))) == 2
            three = start("three")
            await until(lambda: three.metric("isnad_assigned_partitions") is not None)
            assert len(list((tmp_path / "state").glob("work-*"))) == 2
            assert [each.stop() for each in (three, waits)] == [0, 0]
            assert list((tmp_path / "state").glob("work-*")) == []


async def test_a_restart_begins_from_the_last_snapshot(kafka: str, tmp_path: Path):
    snapshots = Snapshots(tmp_path / "state" / "snapshots", {})

    def newest() -> object:
        folder = next(iter(snapshots.folders()), None)
        return described(folder).about["ledger"]["next_offset"] if folder else None  # type: ignore[call-overload, index]

    async with new_log(kafka) as log:

        async def run(name: str, count: int, expected: int, end: signal.Signals, **settings: str) -> object:
            """Run a worker until it has answered so many more articles, and return from where it began."""
            settings = {"ISNAD_STATE_FOLDER": str(tmp_path / "state"), "ISNAD_LOG_FORMAT": "json", **settings}
            with unsupervised("dedup", kafka, log.topics, tmp_path / name, **settings) as process:
                running = Worker(process, tmp_path / name)
                await log.add(count)
                await until(log.drained)
                if end == signal.SIGKILL:
                    await until(lambda: newest() == expected)
                began = time.monotonic()
                assert running.stop(end) == (-end if end == signal.SIGKILL else 0)
                assert time.monotonic() - began < 8
            assert newest() == expected
            assert running.said("reading the log") == []
            return [line["next_offset"] for line in running.said("loaded a snapshot")]

        often = {"ISNAD_SNAPSHOT_SECONDS": "1", "ISNAD_SNAPSHOT_RECORDS": "50"}
        assert await run("one", 1500, 1500, signal.SIGTERM) == []
        assert await run("two", 1500, 3000, signal.SIGTERM) == [1500]
        # Too little is new for another one.
        assert await run("three", 100, 3000, signal.SIGTERM) == [3000]
        assert await run("four", 100, 3200, signal.SIGKILL, **often) == [3000]
        assert await run("five", 100, 3200, signal.SIGTERM) == [3200]
        # The one that was killed may not have come to removing the third.
        assert len(snapshots.folders()) in (2, 3)
        await log.must_be_answered_once_and_as_by_one_reader()

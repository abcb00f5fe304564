"""Dedup on a real Kafka, killed ten times under load: of each record it says what one reader of the log says of it.

The readers to compare with are a ledger that takes the whole log at once, for every byte of the messages, and
`isnad dedup --from-log` in a process of its own, for the verdicts.
"""

import asyncio
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal
from uuid import uuid4

import pytest
from tests.harness.workers import unsupervised
from tests.unit.isnad_dedup.made_log import made_log
from tests.unit.isnad_dedup.said import Said, articles, by_one_reader, by_position, differences, in_topics

from isnad.kafka import Admin, LogReader, Producer
from isnad.outcomes import Outgoing, Record
from isnad.similarity.snapshot import Snapshots
from isnad.similarity.window import Window
from isnad.topics import Topics
from isnad_dedup.offline import archives

WINDOW = Window(articles=600)
BATCH = 10
RECORDS_PER_LIFE = 200
RECORDS_PER_SECOND = 100
ENOUGH_SECONDS = 60


@dataclass(frozen=True)
class Life:
    """One process: amid what it is killed, and what became of the snapshots before it started."""

    killed: Literal["starting", "working", "working, after a snapshot"]
    snapshots: Literal["kept", "deleted", "damaged"] = "kept"


LIVES = [
    Life("working"),
    Life("working, after a snapshot"),
    Life("working"),
    Life("working, after a snapshot"),
    Life("working", snapshots="deleted"),
    Life("working, after a snapshot"),
    Life("starting"),
    Life("working, after a snapshot", snapshots="damaged"),
    Life("starting"),
    Life("working"),
]
"""After ten kills another process lives on until all is answered."""


@dataclass
class Log:
    """The ordered log while it is written, and what dedup says of it."""

    kafka: str
    topics: Topics
    producer: Producer
    values: list[bytes]
    length: int = 0

    async def grow(self, count: int) -> None:
        for _ in range(count // BATCH):
            some = range(self.length, self.length + BATCH)
            self.length += BATCH
            # Equal messages that are on their way at once would be taken for one, so each has its own key.
            messages = [Outgoing(self.topics.prepared, str(n).encode(), self.values[n]) for n in some]
            await self.producer.send_all(messages)
            await asyncio.sleep(BATCH / RECORDS_PER_SECOND)

    async def answers(self) -> int:
        """Return how many there are, with those that were given again."""
        return sum((await Admin(self.kafka).ends(self.topics.matched)).values())

    async def all_is_answered(self) -> bool:
        return await Admin(self.kafka).lag(self.topics.group("dedup"), self.topics.prepared) == 0

    async def records(self, *topics: str) -> list[Record]:
        reader, found = LogReader(self.kafka), []
        for topic in topics:
            for partition in await Admin(self.kafka).ends(topic):
                bounds = await reader.bounds(topic, partition)
                found += [one async for one in reader.read(topic, partition, *bounds)]
        return found


@dataclass
class State:
    """What dedup keeps on disk."""

    folder: Path

    def newest(self) -> Path | None:
        return next(iter(Snapshots(self.folder / "snapshots", {}).folders()), None)

    def delete(self) -> None:
        shutil.rmtree(self.folder / "snapshots")

    def damage(self) -> None:
        newest = self.newest()
        assert newest is not None
        part = next(newest.glob("index-*-table*"))
        content = bytearray(part.read_bytes())
        content[-1] ^= 1
        # The snapshot before it may have the very same file under another name.
        part.unlink()
        part.write_bytes(content)


def last_lines(logged: Path) -> str:
    return logged.read_text()[-5000:]


async def until(condition: Callable[[], Awaitable[bool]], logged: Path) -> None:
    began = time.monotonic()
    while not await condition():
        if time.monotonic() - began > ENOUGH_SECONDS:
            pytest.fail(f"it takes too long:\n{last_lines(logged)}")
        await asyncio.sleep(0.02)


async def live_and_be_killed(life: Life, log: Log, state: State, chance: Random, logged: Path) -> None:
    """Run a process while the log grows, and kill it at some moment."""
    if life.snapshots == "deleted":
        state.delete()
    elif life.snapshots == "damaged":
        state.damage()
    answers, snapshot = await log.answers(), state.newest()

    async def works() -> bool:
        return await log.answers() > answers

    async def has_written_a_snapshot() -> bool:
        return state.newest() not in (None, snapshot)

    async with asyncio.TaskGroup() as beside:
        beside.create_task(log.grow(RECORDS_PER_LIFE // 2))
        with dedup(log, state, logged) as process:
            if life.killed != "starting":
                await until(works, logged)
            if life.killed == "working, after a snapshot":
                await until(has_written_a_snapshot, logged)
            beside.create_task(log.grow(RECORDS_PER_LIFE // 2))
            await asyncio.sleep(chance.uniform(0, 3 if life.killed == "starting" else 1))
            assert process.poll() is None, last_lines(logged)
            # At the end of this block it is killed.


def dedup(log: Log, state: State, logged: Path) -> AbstractContextManager[subprocess.Popen[bytes]]:
    return unsupervised(
        "dedup",
        log.kafka,
        log.topics,
        logged,
        ISNAD_BATCH_SIZE=str(BATCH),
        ISNAD_LOG_FORMAT="json",
        ISNAD_SESSION_SECONDS="4",
        ISNAD_SNAPSHOT_RECORDS="10",
        ISNAD_SNAPSHOT_SECONDS="1",
        ISNAD_STATE_FOLDER=str(state.folder),
        ISNAD_WINDOW_ARTICLES=str(WINDOW.articles),
    )


def verdicts_by_command(log: Log, target: Path) -> bytes:
    options = ["--kafka", log.kafka, "--topic-prefix", log.topics.prefix, "--window-articles", str(WINDOW.articles)]
    command = [sys.executable, "-m", "isnad_cli", "dedup", "--from-log", "--output", str(target), *options]
    subprocess.run(command, check=True)
    return target.read_bytes()


def verdicts_in_messages(said: Said, topics: Topics, target: Path) -> bytes:
    with archives.verdicts(target, "jsonl", with_offsets=True) as verdicts:
        for one in articles(said, topics):
            verdicts.write(one.article.id, one.verdict, one.position.offset)
    return target.read_bytes()


def lines(logged: Path, message: str) -> list[dict[str, Any]]:
    every = [json.loads(line) for line in logged.read_text().splitlines() if line.startswith("{")]
    return [line for line in every if line["message"] == message]


@pytest.mark.real
@pytest.mark.row(2, "kill -9 dedup ten times under load, with snapshots kept, deleted, damaged")
async def test_killed_ten_times_under_load_it_says_what_one_reader_of_the_log_says(kafka: str, tmp_path: Path):
    topics, state, chance = Topics(f"same-log-{uuid4().hex[:8]}."), State(tmp_path / "state"), Random()
    values = [arrived.value for arrived in made_log((len(LIVES) + 1) * RECORDS_PER_LIFE, seed=4)]
    *logged, last = [tmp_path / f"{number}.log" for number in range(len(LIVES) + 1)]
    await Admin(kafka).create(topics.specs())

    async with Producer(kafka) as producer:
        log = Log(kafka, topics, producer, values)
        for life, file in zip(LIVES, logged, strict=True):
            await live_and_be_killed(life, log, state, chance, file)
        with dedup(log, state, last) as process:
            await log.grow(RECORDS_PER_LIFE)
            await until(log.all_is_answered, last)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 20) == 0, last_lines(last)
    records = await log.records(topics.prepared)
    messages = await log.records(topics.matched, topics.changes, topics.dead)

    said = in_topics(messages, topics)
    assert len(records) == len(values)
    assert differences(said, by_position(by_one_reader(records, topics, WINDOW), topics)) == {}
    by_command = await asyncio.to_thread(verdicts_by_command, log, tmp_path / "by-command.jsonl")
    assert by_command == verdicts_in_messages(said, topics, tmp_path / "in-messages.jsonl")

    # Else it would have shown less than it says.
    repeated = len(messages) - sum(len(of_one) for of_one in said.values())
    assert repeated > 20, "kills amid the work make answers that are given again"
    loaded = [lines(file, "loaded a snapshot") for file in (*logged, last)]
    assert sum(map(bool, loaded)) >= 3
    (of_damaged,) = [file for life, file in zip(LIVES, logged, strict=True) if life.snapshots == "damaged"]
    refused = [line["reason"] for line in lines(of_damaged, "a snapshot is not used")]
    assert any("is damaged" in reason for reason in refused)

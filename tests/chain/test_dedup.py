"""Dedup, killed again and again under load, gives the verdicts that `isnad dedup` gives for the same log."""

import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from uuid import uuid4

import msgspec
import pytest
from click.testing import CliRunner

from isnad.codec import decode, encode
from isnad.errors import RecordError
from isnad.kafka import Admin, LogReader, Producer
from isnad.messages import SCHEMA, DeadLetter, MatchedArticle, PreparedArticle, StoryChange
from isnad.outcomes import Outgoing, Record
from isnad.topics import Topics
from isnad_dedup.command import dedup

SEEDS = Path(__file__).parents[2] / "seeds"
ARTICLES = 500
KILLS = 3
DRAIN_SECONDS = 90
NOON = datetime(2018, 2, 8, 12, tzinfo=UTC)


def made_log(count: int) -> list[bytes]:
    """Reports of real sentences, with copies, cut and wrapped ones, edited, redelivered and broken ones among them."""
    chance = random.Random(2018)
    sentences = [s.strip() for file in sorted(SEEDS.glob("*.txt")) for s in re.split(r"[.\n]", file.read_text())]
    sentences = [s for s in sentences if len(s.split()) >= 8]
    log: list[PreparedArticle] = []
    values: list[bytes] = []
    while len(values) < count:
        kind = chance.random()
        older = chance.choice(log[-60:]) if log else None
        if kind < 0.05:
            values.append(chance.choice([b"no JSON", b"{}", b"\xff"]))
            continue
        if kind < 0.15 and older:
            values.append(encode(older))
            continue
        lines = chance.sample(sentences, chance.randint(1, 9))
        if kind < 0.55 and older:
            reprinted = older.body.split("\n")
            lines = reprinted[: chance.randint(1, len(reprinted))] + lines[: chance.choice([0, 0, 1, 3])]
        same_id = older is not None and 0.50 < kind < 0.55
        article = PreparedArticle(
            schema=SCHEMA,
            id=older.id if older and same_id else f"article-{len(values)}",
            source=f"outlet-{chance.randint(1, 9)}",
            title=chance.choice(["عنوان", "عنوان آخر"]),
            body="\n".join(lines),
            language="ar",
            published_at=NOON + timedelta(minutes=chance.randint(-600, 600)),
            arrived_at=NOON,
        )
        log.append(article)
        values.append(encode(article))
    return values


@dataclass
class Worker:
    """The service as its own process, which the test kills and starts again."""

    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "isnad_dedup"], env=self.environment, stdout=log, stderr=log
            )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-5000:]
        self.process.send_signal(number)
        return self.process.wait(20)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(10 * DRAIN_SECONDS):
        if await condition():
            return
        await asyncio.sleep(0.1)
    pytest.fail("it takes too long")


async def read_all(kafka: str, topic: str, partitions: int) -> list[Record]:
    reader, records = LogReader(kafka), []
    for partition in range(partitions):
        records += [one async for one in reader.read(topic, partition, *await reader.bounds(topic, partition))]
    return records


@asynccontextmanager
async def topics_of_its_own(kafka: str) -> AsyncIterator[Topics]:
    topics = Topics(f"dedup-{uuid4().hex[:8]}.")
    await Admin(kafka).create(topics.specs())
    yield topics


def offline(log: list[Record], folder: Path) -> list[dict[str, object]]:
    """What the command says of the articles of the log, in their order."""
    lines = []
    for record in log:
        try:
            article = decode(PreparedArticle, record.value)
        except RecordError:
            continue
        lines.append(
            {
                "id": article.id,
                "source": article.source,
                "title": article.title,
                "body": article.body,
                "appended_at": record.appended_at.isoformat(),
            }
        )
    (folder / "log.jsonl").write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    arguments = ["--input", str(folder / "log.jsonl"), "--output", str(folder / "verdicts.jsonl")]
    CliRunner().invoke(dedup, arguments, catch_exceptions=False)
    return [json.loads(line) for line in (folder / "verdicts.jsonl").read_bytes().splitlines()]


def as_line(matched: MatchedArticle) -> dict[str, object]:
    verdict = msgspec.to_builtins(matched.verdict)
    shares = ("id", "story_id", "jaccard", "contained", "contains")
    return {
        "id": matched.article.id,
        "story_id": verdict["story_id"],
        "relation": verdict["relation"],
        "links": [{name: link[name] for name in shares} for link in verdict["links"]],
    }


@pytest.mark.real
@pytest.mark.timeout(400)
async def test_killed_under_load_dedup_gives_the_verdicts_of_the_command(kafka: str, tmp_path: Path):
    async with topics_of_its_own(kafka) as topics, Producer(kafka) as producer:
        environment = {
            **os.environ,  # noqa: TID251  a composition root
            "ISNAD_KAFKA": kafka,
            "ISNAD_TOPIC_PREFIX": topics.prefix,
            "ISNAD_BATCH_SIZE": "7",
        }
        values = made_log(ARTICLES)
        part = len(values) // (KILLS + 1)

        async def answered() -> int:
            return sum((await Admin(kafka).ends(topics.matched)).values())

        async def more_than(count: int) -> bool:
            return await answered() > count

        async def drained() -> bool:
            return await Admin(kafka).lag(topics.group("dedup"), topics.prepared) == 0

        # One works and the other stands by, until the first is killed and comes back as the one that stands by.
        with (
            Worker(environment, tmp_path / "one.log") as one_worker,
            Worker(environment, tmp_path / "other.log") as other_worker,
        ):
            workers = (one_worker, other_worker)
            for kill in range(KILLS + 1):
                some = range(kill * part, len(values) if kill == KILLS else (kill + 1) * part)
                before = await answered()
                # Equal messages that are on their way at once would be taken for one, so each has its own key.
                await producer.send_all([Outgoing(topics.prepared, str(n).encode(), values[n]) for n in some])
                if kill < KILLS:
                    await until(lambda before=before: more_than(before + part // 3))
                    # Without knowing which of them works: after the first, every kill may hit either.
                    workers[kill % 2].end(signal.SIGKILL)
                    workers[kill % 2].start()
            await until(drained)
            for worker in workers:
                assert worker.end(signal.SIGTERM) == 0, worker.log.read_text()[-5000:]

        log = await read_all(kafka, topics.prepared, 1)
        matched = [decode(MatchedArticle, record.value) for record in await read_all(kafka, topics.matched, 4)]
        changes = [decode(StoryChange, record.value) for record in await read_all(kafka, topics.changes, 4)]
        dead = [decode(DeadLetter, record.value) for record in await read_all(kafka, topics.dead, 1)]

    assert len(log) == len(values)
    by_offset: defaultdict[int, set[bytes]] = defaultdict(set)
    for one in matched:
        by_offset[one.position.offset].add(encode(one))
    assert {offset: len(answers) for offset, answers in by_offset.items() if len(answers) > 1} == {}
    once = [decode(MatchedArticle, answers.pop()) for _, answers in sorted(by_offset.items())]
    assert [as_line(one) for one in once] == offline(log, tmp_path)
    assert {letter.offset for letter in dead} == {record.offset for record in log} - set(by_offset)

    # Every story's last state counts each of its articles once.
    stories = {one.article.id: one.verdict.story_id for one in once}
    last = {change.story.id: change for change in sorted(changes, key=lambda change: change.position.offset)}
    counted = {story_id: change.story.articles for story_id, change in last.items()}
    assert counted == {story: list(stories.values()).count(story) for story in set(stories.values())}
    relations = {one.verdict.relation for one in once}
    assert relations == {"original", "copy", "partial", "revision"}, "the log was meant to hold all of them"

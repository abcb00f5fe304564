"""Prepare on a real Kafka, killed amid its work: each page gives its articles, each bad record its dead letter."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import pytest
from tests.harness.workers import unsupervised

from isnad.codec import decode, encode
from isnad.kafka import Admin, LogReader, Producer
from isnad.messages import SCHEMA, DeadLetter, PreparedArticle, RawArticle, Reason
from isnad.outcomes import Outgoing, Record
from isnad.topics import Topics

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

PAGES = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))]
ARTICLES_OF_PAGE = [4, 1, 1, 1, 1]
ROUNDS = 60
BAD = {b"{": Reason.INVALID_JSON, b'{"schema":1,"source":"a","id":"empty","body":"***"}': Reason.NO_TEXT}
DRAIN_SECONDS = 120


async def records(kafka: str, topic: str) -> list[Record]:
    reader = LogReader(kafka)
    return [record async for record in reader.read(topic, 0, *await reader.bounds(topic, 0))]


async def until(left: int, waiting: Callable[[], Awaitable[int]], log: Path) -> None:
    deadline = time.monotonic() + DRAIN_SECONDS
    while await waiting() > left:
        if time.monotonic() > deadline:
            pytest.fail(f"it takes too long:\n{await asyncio.to_thread(log.read_text)}")
        await asyncio.sleep(0.1)


async def test_pages_are_prepared_once_though_the_worker_is_killed(kafka: str, tmp_path: Path) -> None:
    topics, log = Topics(f"prepare-{uuid4().hex[:8]}-"), tmp_path / "prepare.log"
    admin = Admin(kafka)
    await admin.create(topics.specs())
    sent = {
        f"page-{turn}-{number}": RawArticle(schema=SCHEMA, source="seeds", id=f"page-{turn}-{number}", body=page)
        for turn in range(ROUNDS)
        for number, page in enumerate(PAGES)
    }
    async with Producer(kafka) as producer:
        await producer.send_all([Outgoing(topics.raw, key.encode(), encode(raw)) for key, raw in sent.items()])
        await producer.send_all([Outgoing(topics.raw, b"bad", value) for value in BAD])

    async def waiting() -> int:
        return await admin.lag(topics.group("prepare"), topics.raw)

    with unsupervised("prepare", kafka, topics, log):
        await until(len(sent) // 2, waiting, log)  # then it is killed
    with unsupervised("prepare", kafka, topics, log) as second:
        await until(0, waiting, log)
        second.terminate()
        assert second.wait(15) == 0

    written: dict[str, set[bytes]] = defaultdict(set)
    parts: dict[str, set[str]] = defaultdict(set)
    for record in await records(kafka, topics.prepared):
        article = decode(PreparedArticle, record.value)
        assert record.key == article.id.encode()
        written[article.id].add(record.value or b"")
        parts[article.page_id].add(article.id)
    assert {page: len(ids) for page, ids in parts.items()} == {
        page: ARTICLES_OF_PAGE[int(page.rpartition("-")[2])] for page in sent
    }
    assert {len(versions) for versions in written.values()} == {1}, "the same record gave other bytes the second time"
    dead = [decode(DeadLetter, record.value) for record in await records(kafka, topics.dead)]
    assert {(letter.value, letter.reason, letter.stage) for letter in dead} == {
        (value, reason, "prepare") for value, reason in BAD.items()
    }

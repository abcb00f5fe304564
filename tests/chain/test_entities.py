"""Entities on a real Kafka, killed amid its work: every article comes out, with the names that it has offline."""

import asyncio
import time
from collections import defaultdict
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from tests.harness.workers import unsupervised

from isnad.codec import decode, encode
from isnad.kafka import Admin, LogReader, Producer
from isnad.messages import DeadLetter, EnrichedArticle, MatchedArticle, Reason
from isnad.outcomes import Outgoing, Record
from isnad.topics import RAW_PARTITIONS, Topics
from isnad_entities.enrich import read, wires
from isnad_entities.finder import finder
from isnad_entities.settings import SHIPPED

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

EXAMPLES = sorted((Path(__file__).parents[1] / "examples" / "articles.matched").glob("*.json"))
ROUNDS = 100
BAD = {b"{": Reason.INVALID_JSON, b"\xff": Reason.INVALID_UTF8}
DRAIN_SECONDS = 120


async def records(kafka: str, topic: str, partitions: int) -> list[Record]:
    reader = LogReader(kafka)
    return [
        record
        for partition in range(partitions)
        async for record in reader.read(topic, partition, *await reader.bounds(topic, partition))
    ]


async def until(left: int, admin: Admin, topics: Topics, log: Path) -> None:
    deadline = time.monotonic() + DRAIN_SECONDS
    while await admin.lag(topics.group("entities"), topics.matched) > left:
        if time.monotonic() > deadline:
            pytest.fail(f"it takes too long:\n{await asyncio.to_thread(log.read_text)}")
        await asyncio.sleep(0.1)


def renamed(example: MatchedArticle, article_id: str) -> MatchedArticle:
    return msgspec.structs.replace(example, article=msgspec.structs.replace(example.article, id=article_id))


async def test_articles_are_enriched_though_the_worker_is_killed(kafka: str, tmp_path: Path) -> None:
    topics, log = Topics(f"entities-{uuid4().hex[:8]}-"), tmp_path / "entities.log"
    admin = Admin(kafka)
    await admin.create(topics.specs())
    articles = [file for file in EXAMPLES if not file.stem.endswith(("_takedown", "_restore"))]
    examples = [decode(MatchedArticle, file.read_bytes()) for file in articles]
    sent = {
        f"article-{turn}-{number}": renamed(example, f"article-{turn}-{number}")
        for turn in range(ROUNDS)
        for number, example in enumerate(examples)
    }
    async with Producer(kafka) as producer:
        await producer.send_all([Outgoing(topics.matched, key.encode(), encode(one)) for key, one in sent.items()])
        await producer.send_all([Outgoing(topics.matched, b"bad", value) for value in BAD])

    with unsupervised("entities", kafka, topics, log):
        await until(len(sent) // 2, admin, topics, log)  # then it is killed
    with unsupervised("entities", kafka, topics, log) as second:
        await until(0, admin, topics, log)
        second.terminate()
        assert second.wait(15) == 0

    written: dict[str, set[bytes]] = defaultdict(set)
    for record in await records(kafka, topics.enriched, RAW_PARTITIONS):
        enriched = decode(EnrichedArticle, record.value)
        assert record.key == enriched.article.id.encode()
        written[enriched.article.id].add(record.value or b"")
        article = sent[enriched.article.id].article
        offline, _ = read(article.title, article.body, None, article.author, finder(SHIPPED), wires())
        assert list(enriched.mentions) == offline
    assert written.keys() == sent.keys()
    assert {len(versions) for versions in written.values()} == {1}, "the same record gave other bytes the second time"
    dead = [decode(DeadLetter, record.value) for record in await records(kafka, topics.dead, 1)]
    assert {(letter.value, letter.reason, letter.stage) for letter in dead} == {
        (value, reason, "entities") for value, reason in BAD.items()
    }

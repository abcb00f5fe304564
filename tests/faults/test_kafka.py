"""Faults of Kafka: away, away at the start, topics that are wrong, deleted or refuse what is sent."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import httpx
import pytest
from aiokafka.admin.records_to_delete import RecordsToDelete  # noqa: TID251  nothing of isnad deletes records
from aiokafka.structs import TopicPartition  # noqa: TID251
from tests.conftest import Process
from tests.harness.articles import Article, numbered_articles
from tests.harness.chain import STAGES, Chain
from tests.harness.servers import down_for, kill, start_again
from tests.harness.workers import Worker

from isnad.kafka import Admin
from isnad.kafka.connect import admin_client
from isnad.outcomes import Outgoing
from isnad.topics import RAW_PARTITIONS

pytestmark = pytest.mark.real

DEPENDENCY = "kafka"
EXIT_SETUP = 78


@contextmanager
def nobody_ends(chain: Chain) -> Iterator[None]:
    """No process ends meanwhile: what is broken is waited out."""
    starts = {name: worker.starts for name, worker in chain.workers.items()}
    yield
    assert {name: worker.starts for name, worker in chain.workers.items()} == starts, chain.last_words()


@pytest.mark.row(7, "the broker killed -9, away for 70 s, started again; articles pushed meanwhile")
def test_the_broker_is_away(chain: Chain, broker: Process):
    """No stage needs a hand; a push is refused with 503 and Retry-After, and the feeder keeps its place."""
    chain.start()
    api = chain.start_api()
    pushed = islice(numbered_articles(f"{chain.name}.pushed"), 40)
    with chain.load(1200):
        assert push(chain, api, next(pushed)).status_code == 202
        kill(broker)
        until = time.monotonic() + 70
        for article in islice(pushed, 3):
            answer = push(chain, api, article)
            assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True), answer.text
        for name in STAGES:
            worker = chain.workers[name]
            chain.wait_until(lambda: DEPENDENCY in worker.waits_for(), f"/readyz of {name} does not name Kafka")  # noqa: B023
        time.sleep(max(0.0, until - time.monotonic()))
        start_again(broker)
        chain.wait_until(lambda: push(chain, api, next(pushed)).status_code == 202, "pushing does not work again")
    chain.settle()
    assert chain.feedings[0].repeated > 0
    for name in STAGES:
        said = chain.workers[name].logged("waiting")
        assert 1 <= len(said) <= 10, f"{name} said {len(said)} times that it waits"


def push(chain: Chain, api: str, article: Article) -> httpx.Response:
    """Push one article, and note what the API said of it."""
    answer = httpx.post(f"{api}/v1/articles", json=article, timeout=120)
    # One that was refused while Kafka was away may be there all the same: Kafka had it and could not say so.
    if answer.status_code == 202:
        chain.also_injected.add(str(article["id"]))
    else:
        chain.uncertain.add(str(article["id"]))
    return answer


@pytest.mark.row(8, "the broker is down at the start")
def test_the_broker_is_down_at_the_start(chain: Chain, broker: Process):
    """Every service waits, is not ready and says why, and starts when the broker comes."""
    kill(broker)
    chain.start()
    for name in STAGES:
        worker = chain.workers[name]
        chain.wait_until(lambda: DEPENDENCY in worker.waits_for(), f"/readyz of {name} does not name Kafka")  # noqa: B023
    with nobody_ends(chain):
        time.sleep(10)
        start_again(broker)
        chain.feed(300, per_second=60)
        chain.settle()


@pytest.mark.row(8, "the broker goes away after a stage has found it, before it reads")
def test_the_broker_goes_away_amid_a_start(chain: Chain, broker: Process, search_server: Process):
    """The index service has checked its topics and waits for Elasticsearch; it comes back to a Kafka that is gone."""
    kill(search_server)
    chain.start()
    worker = chain.workers["index"]
    chain.wait_until(lambda: "elasticsearch" in worker.waits_for(), "the index service does not wait for Elasticsearch")
    with nobody_ends(chain):
        kill(broker)
        start_again(search_server)
        chain.wait_until(lambda: DEPENDENCY in worker.waits_for(), "/readyz of index does not name Kafka")
        start_again(broker)
        chain.feed(300, per_second=60)
        chain.settle()


@pytest.mark.row(10, "a topic is missing; a topic has the wrong number of partitions")
def test_topics_that_are_not_as_they_must_be(chain: Chain):
    """The start refuses with the command that mends it, and creates nothing silently."""
    chain.rename()
    before = chain.topic_names()
    for worker in refusing(chain, "does not exist"):
        assert worker.statuses[0] == EXIT_SETUP
    assert chain.topic_names() == before

    asyncio.run(Admin(chain.kafka).create([*chain.topics.specs(RAW_PARTITIONS - 1)], 1))
    chain.workers.clear()
    for worker in refusing(chain, f"has {RAW_PARTITIONS - 1} partitions and must have {RAW_PARTITIONS}"):
        assert worker.statuses[0] == EXIT_SETUP
    done = chain.isnad("topics", "create", *chain.addressed)
    assert done.returncode == 0, done.stderr
    chain.workers.clear()
    chain.start()
    chain.feed(100, per_second=60)
    chain.settle()


def refusing(chain: Chain, why: str) -> list[Worker]:
    """Start all stages, and return them when each has ended and said why."""
    chain.start()
    workers = list(chain.workers.values())
    for worker in workers:
        chain.wait_until(lambda: bool(worker.statuses), f"{worker.name} does not end", 90)  # noqa: B023
        worker.end()
        said = worker.logged("refuses to start")[-1]["reason"]
        assert why in said, said
        assert "isnad topics create" in said
    return workers


@pytest.mark.row(11, "retention deletes what a stage had not read")
def test_deleted_before_it_was_read(chain: Chain):
    """A metric counts it and the log says how many are missing; the stage goes on with the first that is there."""
    chain.start()
    chain.feed(200, per_second=100).wait()
    chain.drain()
    chain.workers.pop("entities").end()
    late = list(islice(numbered_articles(f"{chain.name}.late"), 200))
    chain.send(late, 100).wait()
    chain.wait_until(lambda: chain.lag("dedup", chain.topics.prepared) == 0, "dedup does not arrive")
    topic, ends = chain.topics.matched, chain.ends(chain.topics.matched)
    committed = chain.committed("entities", topic)
    first = {partition: (committed[partition] + end) // 2 for partition, end in ends.items()}
    delete_records(chain, topic, first)

    again = chain.add("entities")
    chain.wait_until(lambda: chain.lag("entities", topic) == 0, "entities does not go on")
    missed = {line["partition"]: line["missed"] for line in again.logged(MISSING)}
    assert missed == {p: first[p] - committed[p] for p in ends if first[p] > committed[p]}
    assert again.metric("isnad_offset_resets_total", stage="entities") == len(missed)
    # What is gone from one topic is still in the one before it: fed again it takes its place.
    chain.send(late, 100).wait()
    chain.settle()


MISSING = "messages were deleted before this stage had read them; it goes on with the first that is there"


def delete_records(chain: Chain, topic: str, first: dict[int, int]) -> None:
    """Delete what stands before these offsets, as retention does."""

    async def delete() -> None:
        async with admin_client(chain.kafka, 30) as client:
            await client.delete_records({TopicPartition(topic, p): RecordsToDelete(at) for p, at in first.items()})

    asyncio.run(delete())


@pytest.mark.row(20, "the topic of the dead letters is gone for 60 s")
def test_dead_letters_can_not_be_written(chain: Chain):
    """Nothing is acknowledged meanwhile: it is tried again, then the process ends, until the topic is there."""
    chain.start()
    with chain.load(400):
        take_dead_letters_away(chain, seconds=60)
    assert chain.settle().count.dead == 5
    assert set(chain.workers["prepare"].statuses) == {EXIT_SETUP}


def take_dead_letters_away(chain: Chain, seconds: float) -> None:
    """Delete the topic of the dead letters, which is empty, while broken records come, and create it after so long."""
    prepare, topic = chain.workers["prepare"], chain.topics.dead
    assert chain.appended(topic) == 0
    chain.delete_topic(topic)
    ids = [f"{chain.article_name(len(chain.feedings))}:broken-{number}" for number in range(5)]
    chain.append([Outgoing(chain.topics.raw, id_.encode(), b"{broken") for id_ in ids])
    chain.also_injected.update(ids)
    chain.wait_until(lambda: prepare.waits_for() != {}, "/readyz of prepare does not say that it waits")
    time.sleep(seconds)
    assert not [name for name in chain.topic_names() if name == topic], "somebody created it silently"
    assert chain.lag("prepare", chain.topics.raw) >= len(ids), "the broken records were acknowledged"
    chain.create_topics()
    chain.wait_until(lambda: chain.appended(topic) >= len(ids), "the dead letters do not come")


@pytest.mark.row(25, "a message just above the broker's limit")
def test_larger_than_the_broker_takes(chain: Chain):
    """It is a dead letter that says where the original stands, and the rest flows."""
    limit = 60_000
    for topic in (chain.topics.prepared, chain.topics.dead):
        chain.configure(topic, {"max.message.bytes": str(limit)})
    chain.start()
    articles = list(islice(numbered_articles(chain.article_name(0)), 300))
    large = articles[150]
    while len(json.dumps(large, ensure_ascii=False).encode()) <= limit:
        large["body"] = f"{large['body']} {articles[0]['body']}"
    chain.send(articles, 60)
    count = chain.settle().count
    (letter,) = chain.dead_letters()
    assert (count.dead, letter["reason"], letter["stage"]) == (1, "too_large", "prepare")
    assert letter.get("value") is None
    assert f"partition {letter['partition']}, offset {letter['offset']}" in letter["detail"]


@pytest.mark.row(7, "the broker stopped and started three times in a row under load")
def test_the_broker_restarts(chain: Chain, broker: Process):
    """As an upgrade of Kafka does."""
    chain.start()
    with chain.load(1200), nobody_ends(chain):
        for _ in range(3):
            down_for(broker, 3, killed=False)
            time.sleep(5)
    assert chain.settle().count.dead == 0

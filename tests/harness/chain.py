"""The whole chain for tests that break it: services with topics and indexes of their own, load, and the count."""

import asyncio
import base64
import json
import socket
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType  # noqa: TID251  no service sets such
from tests.harness import holding
from tests.harness.articles import Article, numbered_articles
from tests.harness.counting import Count, count
from tests.harness.feeding import Feeding
from tests.harness.workers import Worker, environment

from isnad.errors import TransientError
from isnad.identity import part_id
from isnad.indexes import Indexes
from isnad.kafka import Admin, GroupProgress, LogReader, Producer
from isnad.kafka.connect import admin_client
from isnad.outcomes import Outgoing, Record
from isnad.topics import Topics
from isnad_cli.demo import draining

STAGES = ("prepare", "dedup", "entities", "index")
DRAIN_SECONDS = 60.0
"""After a fault has ended no lag may be left for longer than this."""

_PAGE = 2000

T = TypeVar("T")


@dataclass
class Settled:
    """What stood where when all lag was gone.

    Attributes:
        count: where the articles are.
        drain_seconds: from the end of the fault until no lag was left.
    """

    count: Count
    drain_seconds: float


@dataclass
class Chain:
    """Running services. Addresses are those that the services were given; `elasticsearch` is the real server's.

    `api` is where the API answers, if it was started. `let_in` is with what Elasticsearch lets the count in, as httpx
    takes it (`auth`, `verify`), where it asks for that.
    """

    kafka: str
    elasticsearch: str
    folder: Path
    name: str = field(default_factory=lambda: f"f{uuid.uuid4().hex[:8]}")
    settings: dict[str, str] = field(default_factory=dict)
    workers: dict[str, Worker] = field(default_factory=dict)
    feedings: list[Feeding] = field(default_factory=list)
    also_injected: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    uncertain: set[str] = field(default_factory=set)
    settled: Settled | None = None
    api: str = ""
    let_in: dict[str, Any] = field(default_factory=dict)

    @property
    def topics(self) -> Topics:
        return Topics(f"{self.name}-")

    @property
    def indexes(self) -> Indexes:
        return Indexes(self.name)

    def create_topics(self) -> None:
        asyncio.run(Admin(self.kafka).create(self.topics.specs(), 1))

    def rename(self) -> None:
        """Take a name under which nothing has been created."""
        self.name = f"f{uuid.uuid4().hex[:8]}"

    def topic_names(self) -> list[str]:
        """The topics under this chain's name."""

        async def names() -> list[str]:
            async with admin_client(self.kafka, 30) as client:
                return sorted(name for name in await client.list_topics() if name.startswith(self.topics.prefix))

        return _patiently(names)

    def delete_topic(self, topic: str) -> None:
        async def delete() -> None:
            async with admin_client(self.kafka, 30) as client:
                await client.delete_topics([topic])

        _patiently(delete)
        self.wait_until(lambda: topic not in self.topic_names(), f"{topic} is still there")

    def configure(self, topic: str, settings: dict[str, str]) -> None:
        """Set settings of a topic, beside those that it must have."""
        spec = next(spec for spec in self.topics.specs() if spec.name == topic)
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, {**spec.settings, **settings})

        async def configure() -> None:
            async with admin_client(self.kafka, 30) as client:
                await client.alter_configs([resource])

        _patiently(configure)

    # —— workers ——

    def add(self, service: str, **settings: str) -> Worker:
        """Start one more worker of a service; settings by the names of their variables."""
        number = sum(worker.service == service for worker in self.workers.values()) + 1
        name = service if number == 1 else f"{service}-{number}"
        told = {
            "ISNAD_KAFKA": self.kafka,
            "ISNAD_ELASTICSEARCH": self.elasticsearch,
            "ISNAD_TOPIC_PREFIX": self.topics.prefix,
            "ISNAD_INDEX_PREFIX": self.name,
            "ISNAD_LOG_FORMAT": "json",
            # Small batches, so that a fault finds a worker amid its work.
            "ISNAD_BATCH_SIZE": "20",
            "ISNAD_STATE_FOLDER": str(self.folder / name),
            "ISNAD_SNAPSHOT_SECONDS": "2",
            "ISNAD_SNAPSHOT_RECORDS": "20",
        }
        if service != "dedup":
            del told["ISNAD_STATE_FOLDER"]
        worker = Worker(name, service, environment(**told | self.settings | settings), self.folder / f"{name}.log")
        self.workers[name] = worker
        return worker

    def start(self, services: Sequence[str] = STAGES) -> None:
        for service in services:
            self.add(service)

    def start_api(self, **settings: str) -> str:
        """Start the API, and return its address when it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        api = self.add("api", ISNAD_API_PORT=str(port), **settings)
        self.wait_until(lambda: not api.waits_for(), "the API is not ready")
        self.api = f"http://127.0.0.1:{port}"
        return self.api

    def close(self) -> None:
        for feeding in self.feedings:
            feeding.give_up()
        for worker in self.workers.values():
            worker.begin_to_end()
        for worker in self.workers.values():
            worker.end()

    def last_words(self) -> str:
        return "\n".join(f"—— {name} ——\n{worker.last_words(1500)}" for name, worker in self.workers.items())

    # —— load ——

    def feed(self, articles: int | None, per_second: float, *, seed: int = 1) -> Feeding:
        """Begin to send numbered articles; None for as many as until `Feeding.end`."""
        endless = numbered_articles(self.article_name(len(self.feedings)), seed)
        return self.send(endless if articles is None else islice(endless, articles), per_second)

    def article_name(self, feeding: int) -> str:
        """What the ids of a feeding's numbered articles begin with."""
        return f"{self.name}.{feeding}"

    def send(self, articles: Iterable[Article], per_second: float) -> Feeding:
        """Begin to send these articles."""
        feeding = Feeding(self.kafka, self.topics.raw, articles, per_second)
        self.feedings.append(feeding)
        return feeding

    def append(self, messages: Sequence[Outgoing]) -> None:
        """Append messages to topics, and return when Kafka has them."""

        async def send() -> None:
            async with Producer(self.kafka) as producer:
                await producer.send_all(messages)

        asyncio.run(send())

    @contextmanager
    def load(self, articles: int, per_second: float = 40) -> Iterator[Feeding]:
        """Send articles while the block runs, and wait until all are sent."""
        # The fault is to find the chain at work, and on a busy machine some join their groups long after others.
        self.wait_until(self._joined, "not every stage has joined its group")
        feeding = self.feed(articles, per_second)
        self.wait_until(lambda: self.appended(self.topics.enriched) > 0, "nothing came through")
        yield feeding
        feeding.wait()

    def _joined(self) -> bool:
        return all(self.workers[name].logged("partitions") for name in STAGES if name in self.workers)

    # —— looking ——

    def wait_until(self, true: Callable[[], bool], else_: str, seconds: float = 120) -> float:
        """Return after how many seconds something became true."""
        began = time.monotonic()
        while not true():
            if time.monotonic() - began > seconds:
                pytest.fail(f"{else_} within {seconds:g} s\n{self.last_words()}")
            time.sleep(0.05)
        return time.monotonic() - began

    def appended(self, topic: str) -> int:
        """How many records a topic has ever had."""
        return sum(self.ends(topic).values())

    def ends(self, topic: str) -> dict[int, int]:
        return _patiently(lambda: Admin(self.kafka).ends(topic))

    def lag(self, stage: str, topic: str) -> int:
        return _patiently(lambda: Admin(self.kafka).lag(self.topics.group(stage), topic))

    def records(self, topic: str) -> list[Record]:
        """All records of a topic, partition by partition."""

        async def read() -> list[Record]:
            reader, found = LogReader(self.kafka), []
            for partition in await Admin(self.kafka).ends(topic):
                first, end = await reader.bounds(topic, partition)
                found += [record async for record in reader.read(topic, partition, first, end)]
            return found

        return _patiently(read)

    def refresh(self) -> None:
        """Let searches find all that is written."""
        self._post(f"{self.name}-*/_refresh")

    def documents(self, index: str | None = None, fields: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """All documents of an index, by default of the articles in whatever index they stand."""
        self.refresh()
        asked: dict[str, Any] = {"size": _PAGE, "sort": [{"_doc": "asc"}], "query": {"match_all": {}}}
        if fields is not None:
            asked["_source"] = list(fields)
        found: list[dict[str, Any]] = []
        answer = self._post(f"{index or self.indexes.articles + '-*'}/_search?scroll=1m", asked)
        while answer["hits"]["hits"]:
            found += [hit["_source"] | {"_id": hit["_id"], "_index": hit["_index"]} for hit in answer["hits"]["hits"]]
            answer = self._post("_search/scroll", {"scroll": "1m", "scroll_id": answer["_scroll_id"]})
        return found

    def dead_letters(self) -> list[dict[str, Any]]:
        """The dead letters of articles, one for each record however often Kafka delivered it.

        One whose original was sent again is none any more: the article has another chance.
        """
        return [one for one in self.letters() if one["topic"] != self.topics.changes]

    def letters(self) -> list[dict[str, Any]]:
        """The dead letters of all topics, likewise."""
        every = self._every_letter()
        letters = {_buried(one): one for one in every if one.get("resolution") is None}
        for one in every:
            if (one.get("resolution") or {}).get("action") == "replayed":
                letters.pop(_buried(one), None)
        return list(letters.values())

    def _every_letter(self) -> list[dict[str, Any]]:
        return [json.loads(record.value or b"") for record in self.records(self.topics.dead)]

    # —— the count ——

    @property
    def injected(self) -> set[str]:
        return {id_ for feeding in self.feedings for id_ in feeding.acknowledged} | self.also_injected

    def settle(self, seconds: float = DRAIN_SECONDS) -> Settled:
        """Wait until the lag is gone, and hold what came of the articles against what must be.

        The count agrees; stories are those that `isnad dedup` gives offline for the same ordered log; each story counts
        its articles rightly; something was made of each raw record, and the newest text of each article stands; each
        decision is the same each time and explained; each dead letter holds the original bytes.
        """
        for feeding in self.feedings:
            feeding.wait()
        took = self.drain(seconds)
        documents = self.documents(fields=("id", "story_id", "relation", "title", "body"))
        indexed = [one["id"] for one in documents]
        dead = [_id_of(one) for one in self.dead_letters()]
        refused = self.refused | self.uncertain.difference(indexed, dead)
        counted = count(self.injected | self.uncertain, indexed, dead, refused)
        self.settled = Settled(counted, took)
        assert counted.agrees, f"{counted}\n{self.last_words()}"
        self._check_content(documents)
        self._check_stories(documents)
        return self.settled

    def drain(self, seconds: float = DRAIN_SECONDS) -> float:
        """Wait until each stage, in the order of travel, has committed all that it was given."""
        began = time.monotonic()
        for stage, topic in self.steps:
            while lag := self.lag(stage, topic):
                if time.monotonic() - began > seconds:
                    pytest.fail(f"{stage} has {lag} messages of {topic} left after {seconds:g} s\n{self.last_words()}")
                time.sleep(0.2)
        return time.monotonic() - began

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """Each stage with what it reads, in the order in which an article travels."""
        return draining.steps(self.topics)

    def check_commits(self, stages: Sequence[str] = STAGES) -> None:
        """Hold that nothing is committed that was not handled: its article stands in the next place or is dead.

        The commits are read before what came of them, so a stage may go on meanwhile.
        """
        for stage, topic in self.steps:
            if stage not in stages or topic == self.topics.changes:
                continue
            committed = self.committed(stage, topic)
            done = [one for one in self.records(topic) if one.offset < committed.get(one.partition, 0)]
            further = self._stands_after(stage)
            dead = {_buried(letter) for letter in self._every_letter()}
            handled = {_article_id(one.value) for one in done if (one.topic, one.partition, one.offset) not in dead}
            missing = {id_ for id_ in handled - further if part_id(id_, 1) not in further}
            assert not missing, f"{stage} committed {len(missing)} articles that it had not handled: {min(missing)} …"

    def _stands_after(self, stage: str) -> set[str]:
        following = {
            "prepare": self.topics.prepared,
            "dedup": self.topics.matched,
            "entities": self.topics.enriched,
        }.get(stage)
        if following is None:
            return {document["id"] for document in self.documents(fields=("id",))}
        return {_article_id(record.value) for record in self.records(following)}

    def handled(self, stage: str, topic: str) -> int:
        """How many records a stage has committed."""
        return sum(self.committed(stage, topic).values())

    def committed(self, stage: str, topic: str) -> dict[int, int]:
        """From which offset the stage would read on, by partition."""
        ends = self.ends(topic)

        async def lags() -> dict[int, int]:
            async with GroupProgress(self.kafka, self.topics.group(stage)) as progress:
                starts = await progress.starts((topic, partition) for partition in ends)
            return {partition: start for (_, partition), start in starts.items()}

        return _patiently(lags)

    def _check_stories(self, documents: Sequence[dict[str, Any]]) -> None:
        offline = self.offline_verdicts()
        live = {one["id"]: (one["story_id"], one["relation"]) for one in documents}
        expected = {id_: offline[id_] for id_ in live if id_ in offline}
        assert live == expected, f"other stories than offline: {_first_difference(live, expected)}"
        # One that Elasticsearch refused is a member all the same.
        sizes = Counter(story for story, _ in offline.values())
        counted = {one["id"]: one["articles"] for one in self.documents(self.indexes.stories, ("id", "articles"))}
        counted = {id_: n for id_, n in counted.items() if n}
        assert counted == sizes, f"stories count otherwise: {_first_difference(counted, sizes)}"

    def _check_content(self, documents: Sequence[dict[str, Any]]) -> None:
        topics = self.topics
        prepared, matched = self.contents(topics.prepared), self.contents(topics.matched)
        dead = {_buried(letter) for letter in self._every_letter()}
        raw = {
            (one.partition, one.offset): _article_id(one.value)
            for one in self.records(topics.raw)
            if (one.topic, one.partition, one.offset) not in dead
        }
        holding.check_prepared(raw, prepared)
        holding.check_texts(prepared, documents)
        holding.check_decisions(matched)
        holding.check_evidence(matched)
        letters = self.dead_letters()
        died_in = {letter["topic"] for letter in letters}
        records = [record for topic in died_in for record in self.records(topic)]
        holding.check_letters(letters, {(one.topic, one.partition, one.offset): one.value for one in records})

    def contents(self, topic: str) -> list[dict[str, Any]]:
        """What the records of a topic hold that isnad wrote, without those that a test put there to die."""
        dead = {_buried(one) for one in self.letters()}
        read = (_json(one.value) for one in self.records(topic) if (one.topic, one.partition, one.offset) not in dead)
        return [one for one in read if one is not None]

    def offline_verdicts(self) -> dict[str, tuple[str, str]]:
        """What `isnad dedup` says of the ordered log: (story, relation) of each article, its last version's."""
        target = self.folder / f"offline-{uuid.uuid4().hex[:6]}.jsonl"
        done = self.isnad("dedup", "--from-log", "--output", target, *self.addressed)
        assert done.returncode == 0, done.stderr
        verdicts = [json.loads(line) for line in target.read_text().splitlines()]
        return {one["id"]: (one["story_id"], one["relation"]) for one in verdicts}

    # —— commands ——

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "isnad_cli"]

    @property
    def addressed(self) -> list[str]:
        return ["--kafka", self.kafka, "--topic-prefix", self.topics.prefix]

    def isnad(self, *arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
        """Call the command; settings by the names of their variables."""
        command = [*self.command, *map(str, arguments)]
        return subprocess.run(command, env=environment(**settings), capture_output=True, text=True, check=False)

    def content(self) -> dict[str, Any]:
        """What `isnad content` says: the number and the hash of all articles and all stories."""
        done = self.isnad(
            "content", "--json", ISNAD_ELASTICSEARCH=self.elasticsearch, ISNAD_INDEX_PREFIX=self.indexes.prefix
        )
        assert done.returncode == 0, done.stderr
        content: dict[str, Any] = json.loads(done.stdout)
        return content

    def feed_files(self, *arguments: object) -> dict[str, Any]:
        """Call `isnad feed`, and return its summary."""
        done = self.isnad("feed", *arguments, "--json", *self.addressed)
        assert done.returncode in (0, 3), done.stderr
        summary: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return summary

    def _post(self, path: str, body: dict[str, Any] | None = None, seconds: float = 60) -> dict[str, Any]:
        until = time.monotonic() + seconds
        while True:
            answer = httpx.post(f"{self.elasticsearch}/{path}", json=body, timeout=60, **self.let_in)
            if answer.status_code not in (429, 503) or time.monotonic() > until:
                break
            time.sleep(1.0)  # its memory is small, or the index was made a moment ago
        if answer.status_code == 404:  # nothing was written yet
            return {"hits": {"hits": []}}
        found: dict[str, Any] = answer.raise_for_status().json()
        return found


def _patiently(work: Callable[[], Coroutine[Any, Any, T]], seconds: float = 60) -> T:
    """A broker that has just come back may need a moment."""
    until = time.monotonic() + seconds
    while True:
        try:
            return asyncio.run(work())
        except TransientError:
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


def _article_id(value: bytes | None) -> str:
    try:
        record = json.loads(value or b"{}")
    except (ValueError, RecursionError):
        return ""
    article = record.get("article", record) if isinstance(record, dict) else None
    return str(article.get("id", "")) if isinstance(article, dict) else ""


def _json(value: bytes | None) -> dict[str, Any] | None:
    try:
        record = json.loads(value or b"")
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and "schema" in record else None


def _buried(letter: dict[str, Any]) -> tuple[str, int, int]:
    return letter["topic"], letter["partition"], letter["offset"]


def _id_of(letter: dict[str, Any]) -> str:
    """The id of a dead letter's article, where it is known; otherwise its key, which producers set to the id."""
    return str(letter.get("article_id") or base64.b64decode(letter.get("key") or b"").decode("utf-8", "replace"))


def _first_difference(one: dict[str, Any], other: dict[str, Any]) -> str:
    different = sorted(id_ for id_ in one.keys() | other.keys() if one.get(id_) != other.get(id_))
    return f"{len(different)}, as {different[0]}: {one.get(different[0])} and {other.get(different[0])}"

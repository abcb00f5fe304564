"""The whole chain behind TLS, users and keys, each service with the least rights, and what a revoked key does."""

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.harness.workers import Worker, environment
from tests.secured import ApiKey, SecuredElasticsearch, SecuredKafka

from isnad.indexes import Indexes
from isnad.kafka import Admin
from isnad.topics import Topics
from isnad_cli.granting import KAFKA_USERS, kafka_grants, rights

pytestmark = [pytest.mark.real, pytest.mark.long, pytest.mark.timeout(300)]

SECONDS = 120
TEXT = "أعلنت وزارة الصحة اليوم عن افتتاح مستشفى جديد في المدينة بحضور عدد من المسؤولين والمواطنين"


@dataclass
class Secured:
    """The running chain, and the keys of those that talk to Elasticsearch."""

    kafka: SecuredKafka
    elasticsearch: SecuredElasticsearch
    topics: Topics
    indexes: Indexes
    services: dict[str, Worker]
    keys: dict[str, ApiKey]
    folder: Path

    def key(self, service: str) -> ApiKey:
        """Make a new key for a service and put it where the service looks when it starts."""
        rights_of = rights("index" if service == "index" else "api", self.indexes)
        made = self.keys[service] = self.elasticsearch.create_key(f"{self.indexes.prefix}-{service}", rights_of)
        (self.folder / f"{service}.key").write_text(f"{made.encoded}\n")
        return made

    def lag(self, stage: str, topic: str) -> int:
        return asyncio.run(Admin(self.kafka.access()).lag(self.topics.group(stage), topic))

    def report(self) -> str:
        return "\n".join(f"{name}:\n{one.last_words(1500)}" for name, one in self.services.items())

    def until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not done():
            if time.monotonic() > deadline:
                pytest.fail(self.report())
            time.sleep(0.2)

    def environment(self, user: str) -> dict[str, str]:
        told = {"ISNAD_TOPIC_PREFIX": self.topics.prefix, "ISNAD_LOG_FORMAT": "json"}
        return environment(**self.kafka.environment(user), **told)

    def start(self, service: str) -> None:
        told = self.environment(USERS.get(service, service))
        if service in ("index", "api"):
            self.key(service)
            told |= {
                "ISNAD_ELASTICSEARCH": self.elasticsearch.url,
                "ISNAD_ELASTICSEARCH_API_KEY_FILE": str(self.folder / f"{service}.key"),
                "ISNAD_ELASTICSEARCH_CA": str(self.elasticsearch.certificates.ca),
                "ISNAD_INDEX_PREFIX": self.indexes.prefix,
                "ISNAD_API_PORT": "0",
            }
        self.services[service] = Worker(service, service, told, self.folder / f"{service}.log")

    def feed(self, name: str) -> None:
        """Feed one article, as the user that may only do that."""
        article = {"schema": 1, "source": "alwatan", "url": f"https://news.example/{name}", "title": name, "body": TEXT}
        file = self.folder / f"{name}.jsonl"
        file.write_text(json.dumps(article) + "\n")
        done = subprocess.run(
            [sys.executable, "-m", "isnad_cli", "feed", str(file), "--json"],
            env=self.environment("feeder"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def search(self) -> httpx.Response:
        listening = self.services["api"].logged("listening")
        address = listening[-1]["address"] if listening else "http://127.0.0.1:9"
        return httpx.get(f"{address}/v1/search", params={"q": "مستشفى"}, timeout=30)

    def found(self) -> set[str]:
        """The titles of all articles that a search finds."""
        try:
            answer = self.search()
        except httpx.TransportError:  # it has not come so far
            return set()
        return {name for name in NAMES if answer.is_success and name in answer.text}


NAMES = ("first", "second")
USERS = {"entities": "leaver"}
"""Who has another user than one of his own name: one that no other test needs when this one has taken it away."""


@pytest.fixture(scope="module")
def chain(
    secured_kafka: SecuredKafka, secured_elasticsearch: SecuredElasticsearch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Secured]:
    """All services, each as its own user with its own rights."""
    name = f"secured{uuid.uuid4().hex[:8]}"
    topics = Topics(f"{name}-")
    running = Secured(
        secured_kafka, secured_elasticsearch, topics, Indexes(name), {}, {}, tmp_path_factory.mktemp("secured")
    )

    async def grant() -> None:
        await Admin(secured_kafka.access()).create(topics.specs(), replication=1)
        for user in KAFKA_USERS:
            await secured_kafka.allow(USERS.get(user, user), kafka_grants(user, topics))

    asyncio.run(grant())
    try:
        for service in ("prepare", "dedup", "entities", "index", "api"):
            running.start(service)
        yield running
    finally:
        for worker in running.services.values():
            worker.begin_to_end()
        for worker in running.services.values():
            worker.end()


def test_an_article_goes_through_and_is_found(chain: Secured) -> None:
    """Every stage with the rights that `isnad rights` prints, through Faust and all adapters."""
    chain.feed("first")
    chain.until(lambda: chain.found() == {"first"})


def test_a_revoked_key_of_the_index_service_is_waited_out(chain: Secured) -> None:
    """Nothing is committed or buried, /readyz says why, and with a new key it goes on."""
    chain.until(lambda: chain.lag("index", chain.topics.enriched) == 0)
    chain.elasticsearch.revoke_key(chain.keys["index"])
    chain.feed("second")
    chain.until(lambda: "elasticsearch" in chain.services["index"].waits_for())
    assert "ISNAD_ELASTICSEARCH_API_KEY" in chain.services["index"].waits_for()["elasticsearch"]["reason"]
    assert chain.lag("index", chain.topics.enriched) == 1
    chain.key("index")
    chain.services["index"].kill()
    chain.until(lambda: chain.found() == {"first", "second"})
    chain.until(lambda: chain.lag("index", chain.topics.enriched) == 0)
    assert asyncio.run(Admin(chain.kafka.access()).ends(chain.topics.dead)) == {0: 0}


def test_a_revoked_key_of_the_api_is_no_answer_for_now(chain: Secured) -> None:
    """The user is told to try again and nothing of our insides; the log tells what to do."""
    chain.elasticsearch.revoke_key(chain.keys["api"])
    answer = chain.search()
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "retry-after" in answer.headers
    for inside in (str(chain.elasticsearch.port), "security_exception", "ISNAD_"):
        assert inside not in answer.text
    assert "Look at ISNAD_ELASTICSEARCH_API_KEY" in chain.services["api"].logged("request failed")[-1]["reason"]


def test_a_user_that_kafka_no_longer_knows_waits(chain: Secured) -> None:
    """Who is connected stays so; who starts anew says as whom he is refused, and waits."""
    chain.kafka.forget("leaver")
    worker = chain.services["entities"]
    assert worker.waits_for() == {}
    worker.kill()
    chain.until(lambda: worker.starts > 1 and "kafka" in worker.waits_for())
    assert "refuses the user 'leaver'" in worker.waits_for()["kafka"]["reason"]
    assert "Look at ISNAD_KAFKA_USER" in worker.waits_for()["kafka"]["reason"]


def test_no_log_and_no_page_shows_a_secret(chain: Secured) -> None:
    """After all of this; the keys are those that were revoked, too."""
    workers = chain.services.values()
    shown = "".join(worker.log.read_text() for worker in workers)
    pages = [f"{worker.health_pages}/{page}" for worker in workers for page in ("readyz", "metrics")]
    shown += "".join(httpx.get(page, timeout=10).text for page in pages)
    assert "isnad_" in shown
    for secret in (chain.kafka.password, *(key.encoded for key in chain.keys.values())):
        assert secret not in shown

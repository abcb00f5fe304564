"""`isnad replay` while the chain runs: the same documents at every moment, whatever is replayed, whoever is killed."""

import asyncio
import json
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

import httpx
import pytest
from tests.chain.conftest import running
from tests.conftest import Stack
from tests.harness.chain import Chain

from isnad.elastic import Elastic
from isnad.errors import IsnadError
from isnad.kafka import Bookmarks

pytestmark = [pytest.mark.real, pytest.mark.long, pytest.mark.timeout(900)]

ARTICLES = 120


def made_up_articles(count: int) -> Iterator[dict[str, Any]]:
    """Articles of three months, every third one a copy of an earlier one by another outlet, with a name in each."""
    chance = random.Random(11)
    vocabulary = [f"كلمة{number}" for number in range(3000)]
    bodies: list[str] = []
    for number in range(count):
        if number % 3 == 2:
            body = bodies[chance.randrange(len(bodies))]
        else:
            body = " ".join(chance.choices(vocabulary, k=60)) + " في دمشق"
            bodies.append(body)
        yield {
            "schema": 1,
            "source": f"outlet{number % 7}",
            "id": f"made:{number}",
            "title": f"عنوان {number}",
            "body": body,
            "published_at": f"2018-0{1 + number % 3}-1{number % 9}T08:00:00Z",
        }


@pytest.fixture(scope="module")
def fed(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """A chain that has read the articles once, with one that was sent anew in another month."""
    folder = tmp_path_factory.mktemp("replay")
    articles = list(made_up_articles(ARTICLES))
    moved = {**articles[5], "published_at": "2018-05-01T08:00:00Z", "body": "نص آخر تماما " * 20}
    with running(stack, folder) as chain:
        for name, some in (("articles", articles), ("moved", [moved])):
            file = folder / f"{name}.jsonl"
            file.write_text("".join(json.dumps(one) + "\n" for one in some))
            chain.feed_files(file)
            chain.drain()
        chain.refresh()
        yield chain


def environment(chain: Chain) -> dict[str, str]:
    return {**chain.workers["index"].environment, "ISNAD_BATCH_SIZE": "5"}


def replay(chain: Chain, *arguments: str) -> dict[str, Any]:
    command = [*chain.command, "replay", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(chain), check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def content(chain: Chain) -> dict[str, Any]:
    command = [*chain.command, "content", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(chain), check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class Reader(Thread):
    """Counts all the time what a search finds through the alias: articles, and ids."""

    def __init__(self, chain: Chain) -> None:
        super().__init__(daemon=True)
        self._chain = chain
        self._ended = Event()
        self.failed: list[IsnadError] = []
        self.seen: set[tuple[int, int]] = set()

    def run(self) -> None:
        asyncio.run(self._read())

    async def _read(self) -> None:
        body = {"size": 0, "track_total_hits": True, "aggs": {"ids": {"cardinality": {"field": "id"}}}}
        async with Elastic(self._chain.elasticsearch) as elastic:
            while not self._ended.is_set():
                try:
                    answer = await elastic.search(self._chain.indexes.articles, body)
                    await elastic.search(self._chain.indexes.stories, body)
                except IsnadError as exc:
                    self.failed.append(exc)
                else:
                    self.seen.add((answer["hits"]["total"]["value"], answer["aggregations"]["ids"]["value"]))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()


@pytest.fixture(scope="module")
def before(fed: Chain) -> dict[str, Any]:
    found = content(fed)
    assert found["articles"]["documents"] == ARTICLES
    return found


def test_the_whole_history_of_each_topic_again_is_the_same_documents(fed: Chain, before: dict[str, Any]) -> None:
    """Each replay adds to the topics that the next one reads; readers see every article once all the time.

    One is killed amid it, and the same command does the rest.
    """
    with Reader(fed) as reader:
        done = {stage: replay(fed, stage, "--from", "beginning") for stage in ("prepare", "dedup")}
        fed.drain()
        kill_amid(fed, "entities", "--from", "beginning")
        done |= {stage: replay(fed, stage, "--from", "beginning") for stage in ("entities", "index")}
        fed.drain()
        fed.refresh()
    assert done["prepare"]["records"] == ARTICLES + 1
    assert done["dedup"]["records"] == 2 * (ARTICLES + 1)
    assert content(fed) == before
    assert reader.seen == {(ARTICLES, ARTICLES)}
    assert fed.dead_letters() == []


def test_new_indexes_take_the_place_of_the_old_ones_while_articles_come_in(
    fed: Chain, before: dict[str, Any], tmp_path: Path
) -> None:
    """Killed amid it and run again; readers never see less, and no id twice."""
    more = tmp_path / "more.jsonl"
    more.write_text("".join(json.dumps(one) + "\n" for one in list(made_up_articles(ARTICLES + 60))[ARTICLES:]))
    with Reader(fed) as reader:
        killed = subprocess.Popen([*fed.command, "replay", "index", "--rebuild"], env=environment(fed))
        wait_for_index(fed, f"{fed.indexes.prefix}-g1-*")
        killed.kill()
        assert killed.wait() == -signal.SIGKILL
        feeding = Thread(target=fed.feed_files, args=(more, "--rate", "20"))
        feeding.start()
        done = replay(fed, "index", "--rebuild")
        feeding.join()
        fed.drain()
        fed.refresh()
    after = content(fed)
    assert after["articles"]["documents"] == ARTICLES + 60
    assert all(total == ids >= ARTICLES for total, ids in reader.seen), reader.seen
    assert reader.failed == []
    assert done["removed"]
    months = {f"articles-2018.{month}" for month in ("01", "02", "03", "05")}
    assert names(fed) == ({"g1"}, {*months, "stories", "takedowns"})

    # Once more, as if retention had deleted all records: the documents are carried over as they are.
    again = replay(fed, "index", "--rebuild", "--from", "now")
    assert (again["carried_over"], again["records"]) == (sum(one["documents"] for one in after.values()), 0)
    assert content(fed) == after
    assert fed.dead_letters() == []


def kill_amid(chain: Chain, stage: str, *arguments: str) -> None:
    """Begin a replay, and kill it when it has begun to read."""
    bookmarks = Bookmarks(chain.kafka, chain.topics.group(f"replay-{stage}"))
    killed = subprocess.Popen([*chain.command, "replay", stage, *arguments], env=environment(chain))
    deadline = time.monotonic() + 60
    while not asyncio.run(bookmarks.read()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    killed.kill()
    assert killed.wait() == -signal.SIGKILL


def wait_for_index(chain: Chain, pattern: str) -> None:
    deadline = time.monotonic() + 60
    while not httpx.get(f"{chain.elasticsearch}/{pattern}/_alias").raise_for_status().json():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def names(chain: Chain) -> tuple[set[str], set[str]]:
    """Return which generations there are indexes of, and under which names they are known."""
    prefix = f"{chain.indexes.prefix}-"
    found = httpx.get(f"{chain.elasticsearch}/{prefix}*/_alias").raise_for_status().json()
    known = {name for about in found.values() for name in about["aliases"]} | set(found)
    generations = {index.removeprefix(prefix).partition("-")[0] for index in found}
    return generations, {
        name.removeprefix(prefix) for name in known if name != f"{prefix}articles" and not name.startswith(f"{prefix}g")
    }

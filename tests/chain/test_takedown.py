"""Taken down, an article is gone from every answer and stays out, whatever comes; taken back, it can come again."""

import json
import time
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from isnad.outcomes import Outgoing

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

BODY = " ".join(f"كلمة{number}" for number in range(60))


def push(chain: Any, *articles: dict[str, object]) -> None:
    lines = "\n".join(json.dumps({"schema": 1, "source": "sabq", "title": "عنوان", **one}) for one in articles)
    content = {"Content-Type": "application/x-ndjson"}
    httpx.post(f"{chain.api}/v1/articles", content=lines, headers=content, timeout=30).raise_for_status()


def pushed_and_drained(chain: Any, *articles: dict[str, object]) -> set[str]:
    push(chain, *articles)
    chain.drain()
    return {one["id"] for one in chain.documents()}


def story(chain: Any, id_: str) -> dict[str, Any]:
    answer = httpx.get(f"{chain.api}/v1/stories/{quote(id_, safe='')}", timeout=30).raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def delete(chain: Any, *arguments: str) -> None:
    done = chain.isnad("delete", "--api", chain.api, "--yes", *arguments)
    assert done.returncode == 0, done.stderr


FIRST = {"id": "first", "body": BODY, "published_at": "2018-02-08T06:00:00Z", "title": "عنوان الأول"}
COPY = {"id": "copy", "body": BODY, "published_at": "2018-02-08T07:00:00Z", "source": "okaz"}


def send_again(chain: Any, topic: str, article_id: str) -> None:
    """Send all records of an article in a topic once more, as a worker that was suspended may."""
    again = [one for one in chain.records(topic) if one.key == article_id.encode()]
    assert again
    chain.append([Outgoing(topic, one.key, one.value) for one in again])


def forget_versions(chain: Any) -> None:
    """Let Elasticsearch forget the versions of what was taken out, as when it is started anew."""
    address = f"{chain.elasticsearch}/{chain.indexes.prefix}-*"
    httpx.put(f"{address}/_settings", json={"index": {"gc_deletes": "0s"}}, timeout=30).raise_for_status()
    time.sleep(1.5)
    httpx.post(f"{address}/_refresh", timeout=30).raise_for_status()


def test_the_whole_way(chain: Any) -> None:
    assert pushed_and_drained(chain, FIRST) == {"first"}
    assert pushed_and_drained(chain, COPY) == {"first", "copy"}
    assert story(chain, "first")["articles"] == 2

    delete(chain, "first", "--reason", "a court's order")
    chain.drain()
    assert {one["id"] for one in chain.documents()} == {"copy"}
    assert httpx.get(f"{chain.api}/v1/articles/first", timeout=30).status_code == 404
    left = story(chain, "first")
    assert (left["articles"], left["origin"]["id"], left["outlets"]) == (1, "copy", {"okaz": 1})
    found = httpx.get(f"{chain.api}/v1/search", params={"q": "كلمة7"}, timeout=30)
    assert "عنوان الأول" not in found.text
    assert [hit["origin"]["id"] for hit in found.json()["hits"]] == ["copy"]

    # Fed again, and what the topics hold of it once more, also when Elasticsearch knows nothing of it any more.
    assert pushed_and_drained(chain, FIRST) == {"copy"}
    forget_versions(chain)
    for topic in (chain.topics.raw, chain.topics.matched, chain.topics.enriched):
        send_again(chain, topic, "first")
    chain.drain()
    assert {one["id"] for one in chain.documents()} == {"copy"}

    # The last one of the story goes; then both may come again.
    delete(chain, "copy")
    chain.drain()
    assert chain.documents() == []
    assert httpx.get(f"{chain.api}/v1/stories/first", timeout=30).status_code == 404
    restored = chain.isnad("restore", "--api", chain.api, "first", "copy")
    assert restored.returncode == 0, restored.stderr
    send_again(chain, chain.topics.prepared, "copy")
    chain.drain()
    assert chain.documents() == [], "what was sent before does not come back with it"
    # One after the other: they lie in different partitions, and whichever dedup sees first opens the story.
    assert pushed_and_drained(chain, FIRST) == {"first"}
    assert pushed_and_drained(chain, COPY) == {"first", "copy"}
    assert story(chain, "first")["articles"] == 2
    assert chain.dead_letters() == []


@pytest.mark.long
def test_a_page_goes_with_all_its_articles(chain: Any) -> None:
    before = {one["id"] for one in chain.documents()}
    chain.feed_files("seeds/000_0496a6d5f1c6ce15.txt")
    chain.drain()
    pages = {one["page_id"] for one in chain.documents() if one["id"] not in before}
    (page,) = pages
    assert len(chain.documents()) == len(before) + 4
    delete(chain, f"{page}#2")
    chain.drain()
    assert len(chain.documents()) == len(before) + 3
    delete(chain, page)
    chain.feed_files("seeds/000_0496a6d5f1c6ce15.txt")
    chain.drain()
    assert {one["id"] for one in chain.documents()} == before
    assert chain.dead_letters() == []

"""Pushing and searching while Elasticsearch refuses, hangs and comes back: nothing is lost, and everybody is told."""

import json
import signal
import time
from typing import Any
from urllib.parse import quote

import httpx
import psutil
import pytest

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

STAMP = "2018-02-09T10:00:00Z"


def push(chain: Any, *ids: str) -> httpx.Response:
    lines = [
        {
            "source": "pushed",
            "id": id_,
            "title": f"عنوان {id_}",
            "body": f"نص الخبر عن سورية {id_}",
            "published_at": STAMP,
        }
        for id_ in ids
    ]
    return httpx.post(
        f"{chain.api}/v1/articles",
        content="\n".join(json.dumps(line) for line in lines),
        headers={"Content-Type": "application/x-ndjson"},
        timeout=30,
    )


def search(chain: Any, **asked: Any) -> httpx.Response:
    return httpx.get(f"{chain.api}/v1/search", params=asked, timeout=30)


def eventually(holds: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.3)


@pytest.fixture(scope="module")
def pushed(chain: Any) -> None:
    """The API answers, and the first article has gone all the way."""

    def accepted() -> bool:
        try:
            return push(chain, "first").status_code == 202
        except httpx.TransportError:
            return False

    eventually(accepted)
    chain.drain()
    chain.refresh()


def readiness(chain: Any, service: str) -> dict[str, Any]:
    """What the service's /readyz says; its address is in its log."""
    for line in reversed(chain.workers[service].log.read_text().splitlines()):
        told = json.loads(line) if line.startswith("{") else {}
        address = told.get("health") or (told.get("address") if told.get("message") == "health pages" else None)
        if address:
            answer: dict[str, Any] = httpx.get(f"{address}/readyz").json()
            return answer
    raise AssertionError(f"{service} did not log where its health pages are")


@pytest.mark.usefixtures("pushed")
def test_a_pushed_article_is_found_in_another_spelling_and_by_its_id(chain: Any) -> None:
    found = search(chain, q="سوريا", outlet="pushed").json()
    assert [hit["story_id"] for hit in found["hits"]] == ["first"]
    assert found["hits"][0]["outlets"] == {"pushed": 1}
    article = httpx.get(f"{chain.api}/v1/articles/first").json()
    story = httpx.get(f"{chain.api}/v1/stories/first").json()
    assert (article["story_id"], [member["id"] for member in story["members"]]) == ("first", ["first"])


@pytest.mark.usefixtures("pushed")
def test_an_index_that_takes_no_writes_is_waited_for_and_nothing_is_dead(chain: Any) -> None:
    """As a full disk makes it: Elasticsearch answers each write with 403."""
    month = f"{chain.elasticsearch}/{chain.indexes.prefix}-articles-2018.02"
    httpx.put(f"{month}/_settings", json={"index.blocks.write": True}).raise_for_status()
    assert push(chain, "blocked-1", "blocked-2").status_code == 202

    def says_so() -> bool:
        waiting = readiness(chain, "index").get("waiting", [])
        return any(one["dependency"] == "elasticsearch" and "403" in one["reason"] for one in waiting)

    eventually(says_so)
    assert search(chain, q="سوريا").status_code == 200
    httpx.put(f"{month}/_settings", json={"index.blocks.write": False}).raise_for_status()
    chain.drain()
    chain.refresh()
    assert {"blocked-1", "blocked-2"} <= {one["id"] for one in chain.documents()}
    assert chain.dead_letters() == []
    eventually(lambda: readiness(chain, "index")["ready"])


@pytest.mark.usefixtures("pushed")
def test_while_elasticsearch_hangs_pushing_goes_on_and_searches_say_when_to_come_back(chain: Any, servers: Any) -> None:
    started = psutil.Process(servers.running["elasticsearch"].started.pid)
    family = [started, *started.children(recursive=True)]
    for process in family:
        process.send_signal(signal.SIGSTOP)
    try:
        assert push(chain, "hanging").status_code == 202
        answer = search(chain, q="سوريا")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert int(answer.headers["retry-after"]) > 0
        eventually(lambda: not readiness(chain, "api")["ready"])
    finally:
        for process in family:
            process.send_signal(signal.SIGCONT)
    chain.drain()
    chain.refresh()
    assert "hanging" in {one["id"] for one in chain.documents()}
    assert len(chain.documents()) == len({one["id"] for one in chain.documents()})
    assert chain.dead_letters() == []


@pytest.mark.usefixtures("pushed")
def test_while_kafka_hangs_searching_goes_on_and_the_api_says_what_it_waits_for(chain: Any, servers: Any) -> None:
    """Also after a start without Kafka: then it looks at the topics when Kafka is there."""
    service = chain.workers["api"]
    kafka = psutil.Process(servers.running["kafka"].started.pid)
    family = [kafka, *kafka.children(recursive=True)]
    for process in family:
        process.send_signal(signal.SIGSTOP)
    try:
        service.kill()

        def searches() -> bool:
            try:
                return search(chain, q="سوريا").status_code == 200
            except httpx.TransportError:
                return False

        eventually(searches)
        answer = push(chain, "unsent")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        eventually(lambda: [one["dependency"] for one in readiness(chain, "api")["waiting"]] == ["kafka"])
        assert search(chain, q="سوريا").status_code == 200
    finally:
        for process in family:
            process.send_signal(signal.SIGCONT)
    eventually(lambda: readiness(chain, "api")["ready"])
    assert push(chain, "unsent").status_code == 202
    chain.drain()
    chain.refresh()
    assert chain.dead_letters() == []


@pytest.mark.usefixtures("pushed")
def test_a_link_is_explained_until_one_of_its_texts_is_changed(chain: Any) -> None:
    """By the API and by the command: the words in both texts, and that the verdict is about a former text."""
    report = [f"كلمة{number}" for number in range(60)]
    agency, paper = {"source": "agency", "id": "وكالة/1"}, {"source": "paper", "id": "صحيفة#1"}

    def put(article: dict[str, str], words: list[str]) -> None:
        told = {**article, "body": " ".join(words), "published_at": STAMP}
        httpx.post(f"{chain.api}/v1/articles", json=told, timeout=30).raise_for_status()
        chain.drain()
        chain.refresh()

    def links(article: dict[str, str]) -> dict[str, Any]:
        address = f"{chain.api}/v1/articles/{quote(article['id'], safe='')}/links"
        found: dict[str, Any] = httpx.get(address, params={"text": True}, timeout=30).raise_for_status().json()
        return found

    put(agency, report)
    # 40 of the 60 words, 36 of the 56 shingles, after eight of its own: 44 shingles.
    put(paper, [*(f"رأي{number}" for number in range(8)), *report[:40]])
    (earlier,) = links(paper)["earlier"]
    assert (earlier["id"], earlier["changed"]) == (agency["id"], False)
    assert earlier["stated"] == earlier["now"] == {
        "jaccard": 36 / 64, "contained": 36 / 44, "contains": 36 / 56, "shared": 36,
    }  # fmt: skip
    assert [one["there"]["text"] for one in earlier["stretches"]] == [" ".join(report[:40])]
    (later,) = links(agency)["later"]
    assert (later["id"], later["now"]["contained"]) == (paper["id"], 36 / 56)
    put(agency, report[20:])
    (earlier,) = links(paper)["earlier"]
    assert (earlier["stated"]["shared"], earlier["now"]["shared"], earlier["changed"]) == (36, 16, True)
    shown = chain.isnad("explain", paper["id"], agency["id"], "--api", chain.api)
    assert "16 shingles shared; the longest stretch has 20 words" in shown.stdout, shown.stderr
    # The agency's new text came after the paper's, so now its verdict is the one that counts.
    assert "Linked, in the same story: the verdict on 2 names 1." in shown.stdout
    unknown = chain.isnad("explain", paper["id"], "x", "--api", chain.api)
    assert (unknown.returncode, "No article has the id x." in unknown.stderr) == (2, True)


@pytest.mark.usefixtures("pushed")
def test_an_article_whose_month_changes_stands_once(chain: Any) -> None:
    """The producer corrects the time of publication, and the article moves to another index."""
    corrected = {
        "source": "pushed",
        "id": "first",
        "title": "عنوان مصحح",
        "body": "نص الخبر المصحح عن سورية",
        "published_at": "2018-03-01T10:00:00Z",
    }
    assert httpx.post(f"{chain.api}/v1/articles", json=corrected, timeout=30).status_code == 202
    chain.drain()
    chain.refresh()
    hits = httpx.get(
        f"{chain.elasticsearch}/{chain.indexes.prefix}-articles-*/_search", params={"q": "id:first"}
    ).json()["hits"]["hits"]
    assert [hit["_index"][-7:] for hit in hits] == ["2018.03"]

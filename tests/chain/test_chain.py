"""The chain runs: from files through Kafka and four stages to Elasticsearch, with real servers and real processes."""

import asyncio
import base64
import json
import random
import re
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from isnad.kafka import Producer
from isnad.outcomes import Outgoing
from isnad.text.words import words

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="module")
def seeded(chain: Any) -> dict[str, dict[str, Any]]:
    """The documents that the seeds became, by id."""
    summary = chain.feed(SEEDS)
    assert (summary["files"], summary["accepted"], summary["distinct"], summary["refused"]) == (5, 5, 5, 0)
    chain.drain()
    documents = chain.articles()
    assert len(documents) == len({document["id"] for document in documents})
    return {document["id"]: document for document in documents}


def test_the_seeds_are_eight_articles_in_seven_stories(chain: Any, seeded: dict[str, dict[str, Any]]) -> None:
    """Five pages hold eight articles; nothing is dead; the one page with four has one story twice."""
    assert (len(seeded), len({one["story_id"] for one in seeded.values()}), chain.dead()) == (8, 7, [])
    pages = Counter(one["page_id"] for one in seeded.values())
    assert sorted(pages.values()) == [1, 1, 1, 1, 4]


def test_the_shortened_copy_joins_its_original(seeded: dict[str, dict[str, Any]]) -> None:
    """The fourth article of the first page is cut from its first: the same story, with the share counted here anew."""
    parts = {one["part"]: one for one in seeded.values() if one.get("part")}
    assert sorted(parts) == [1, 2, 3, 4]
    assert parts[4]["story_id"] == parts[1]["story_id"] == parts[1]["id"]
    assert parts[1]["relation"] == "original"
    assert parts[4]["relation"] in ("copy", "partial")
    (link,) = parts[4]["links"]
    assert link["id"] == parts[1]["id"]
    copy, original = shingles(parts[4]["body"]), shingles(parts[1]["body"])
    assert link["contained"] == pytest.approx(len(copy & original) / len(copy))
    assert link["contains"] == pytest.approx(len(copy & original) / len(original))
    assert len({parts[number]["story_id"] for number in (1, 2, 3)}) == 3


def shingles(text: str) -> set[tuple[str, ...]]:
    in_order = words(text)
    return {tuple(in_order[at : at + 5]) for at in range(len(in_order) - 4)}


def test_feeding_the_seeds_again_changes_nothing(chain: Any, seeded: dict[str, dict[str, Any]]) -> None:
    """The same documents; only their place in the ordered log is a later one."""
    chain.feed(SEEDS)
    chain.drain()
    again = {document["id"]: document for document in chain.articles()}
    later = ("log_offset", "log_appended_at")

    def lasting(documents: dict[str, dict[str, Any]]) -> dict[str, Any]:
        return {
            id_: {name: value for name, value in one.items() if name not in later} for id_, one in documents.items()
        }

    assert lasting(again) == lasting(seeded)
    assert chain.dead() == []


@pytest.mark.parametrize(("asked", "other"), [("سوريا", "سورية"), ("أمريكا", "أميركا")])
def test_a_search_finds_other_spellings(chain: Any, seeded: dict[str, dict[str, Any]], asked: str, other: str) -> None:
    """Every article with either spelling is found, and the highlights stand on the spelling of the text."""
    answer = httpx.get(f"{chain.api}/v1/search", params={"q": asked, "size": 50}, timeout=30).raise_for_status().json()
    highlights = [highlight for story in answer["hits"] for hit in story["hits"] for highlight in hit["highlights"]]
    marked = {highlight["text"][start:end] for highlight in highlights for start, end in highlight["marks"]}
    assert {asked, other} <= marked
    written = [one for one in seeded.values() if re.search(rf"\b({asked}|{other})\b", one["title"] + one["body"])]
    found = {story["story_id"] for story in answer["hits"]}
    assert {one["story_id"] for one in written} <= found


MALFORMED = {
    b"": "empty",
    b"{broken": "invalid_json",
    b'{"schema":1,"source":"o","body":"\xff"}': "invalid_utf8",
    b'{"schema":1,"source":"o","body":"x","more":' + b"[" * 10_000: "too_deep",
    b'{"schema":1,"body":"no source"}': "schema_invalid",
    b'{"schema":9,"source":"o","body":"x"}': "schema_unsupported",
    b'{"schema":1,"source":"o","body":"  "}': "no_text",
}


async def send(kafka: str, messages: list[Outgoing]) -> None:
    async with Producer(kafka) as producer:
        await producer.send_all(messages)


def test_malformed_records_are_dead_letters_and_the_rest_flows(chain: Any, seeded: dict[str, dict[str, Any]]) -> None:
    """Each with its reason and its bytes; the good article sent among them is indexed; no stage was started again."""
    before, starts = len(chain.dead()), {name: service.starts for name, service in chain.services.items()}
    good = json.dumps({"schema": 1, "source": "o", "id": "o:good", "body": "نص الخبر السليم"}).encode()
    asyncio.run(send(chain.kafka, [Outgoing(chain.topics.raw, b"k", value) for value in (*list(MALFORMED), good)]))
    chain.drain()
    letters = chain.dead()[before:]
    assert {base64.b64decode(one.get("value") or ""): one["reason"] for one in letters} == MALFORMED
    assert {"o:good"} == {one["id"] for one in chain.articles()} - set(seeded)
    assert {name: service.starts for name, service in chain.services.items()} == starts


def made_up_articles(count: int, seed: int) -> list[dict[str, str]]:
    """Articles of made-up Arabic words; every fifth reprints an earlier one, every tenth only half of it."""
    chance = random.Random(seed)
    lexicon = ["".join(chance.choices("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", k=chance.randint(2, 7))) for _ in range(3000)]
    articles: list[dict[str, str]] = []
    for number in range(count):
        body = " ".join(chance.choices(lexicon, k=chance.randint(60, 250))) + "."
        if number % 5 == 4:
            body = chance.choice(articles)["body"]
        if number % 10 == 9:
            body = body[: len(body) // 2]
        articles.append({
            "id": f"made-up:{seed}:{number}",
            "source": f"outlet-{chance.randrange(7)}",
            "title": " ".join(chance.choices(lexicon, k=7)),
            "body": body,
            "published_at": f"2018-0{chance.randint(1, 3)}-11T10:{number % 60:02}:00Z",
        })  # fmt: skip
    return articles


def test_nothing_is_lost_or_doubled_when_every_service_is_killed(chain: Any, tmp_path: Path) -> None:
    """Kill -9 of each stage at a random moment while the feeder sends: accepted = indexed + dead, each id once.

    And the stories are those that `isnad dedup` gives offline for the same ordered log.
    """
    chance = random.Random(20180209)
    articles = made_up_articles(600, seed=chance.randrange(10**6))
    articles[13] |= {"title": "", "body": " \u200f "}  # no text: a dead letter
    given = tmp_path / "made-up.jsonl"
    given.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in articles))
    starts = {name: chain.services[name].starts for name in ("prepare", "dedup", "entities", "index")}

    arguments = ["feed", str(given), "--rate", "60/s", "--json", *chain.addressed]
    with subprocess.Popen([*chain.command, *arguments], stdout=subprocess.PIPE, text=True) as feeding:
        for name in chance.sample(sorted(starts), len(starts)):
            time.sleep(chance.uniform(0.5, 2.0))
            chain.services[name].kill()
        printed, _ = feeding.communicate()
    assert json.loads(printed)["accepted"] == len(articles)
    chain.drain()

    assert {name: chain.services[name].starts - before for name, before in starts.items()} == dict.fromkeys(starts, 1)
    fed = {one["id"] for one in articles}
    indexed = Counter(one["id"] for one in chain.articles() if one["id"] in fed)
    dead = {one["article_id"] for one in chain.dead() if one.get("article_id") in fed}
    assert set(indexed.values()) == {1}
    assert (set(indexed) | dead, set(indexed) & dead) == (fed, set())
    assert dead == {articles[13]["id"]}

    offline = offline_stories(chain, tmp_path)
    assert {one["id"]: one["story_id"] for one in chain.articles()} == offline
    assert len(set(offline.values())) < len(offline) - 50  # reprints were found


def offline_stories(chain: Any, folder: Path) -> dict[str, str]:
    """What `isnad dedup` answers to the ordered log, in its order."""
    with (folder / "log.jsonl").open("w") as log:
        for record in chain.log(chain.topics.prepared):
            article = json.loads(record.value or b"")
            wanted = {name: article[name] for name in ("id", "source", "title", "body", "published_at")}
            log.write(json.dumps(wanted | {"appended_at": record.appended_at.isoformat()}) + "\n")
    done = chain.isnad("dedup", "--input", folder / "log.jsonl", "--output", folder / "verdicts.jsonl")
    assert done.returncode == 0, done.stderr
    verdicts = [json.loads(line) for line in (folder / "verdicts.jsonl").read_text().splitlines()]
    return {verdict["id"]: verdict["story_id"] for verdict in verdicts}

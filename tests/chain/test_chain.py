"""The chain runs: from files through Kafka and four stages to Elasticsearch, with real servers and real processes."""

import asyncio
import base64
import json
import re
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
    summary = chain.feed_files(SEEDS)
    assert (summary["files"], summary["accepted"], summary["distinct"], summary["refused"]) == (5, 5, 5, 0)
    chain.drain()
    documents = chain.documents()
    assert len(documents) == len({document["id"] for document in documents})
    return {document["id"]: document for document in documents}


def test_the_seeds_are_eight_articles_in_seven_stories(chain: Any, seeded: dict[str, dict[str, Any]]) -> None:
    """Five pages hold eight articles; nothing is dead; the one page with four has one story twice."""
    assert (len(seeded), len({one["story_id"] for one in seeded.values()}), chain.dead_letters()) == (8, 7, [])
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
    chain.feed_files(SEEDS)
    chain.drain()
    again = {document["id"]: document for document in chain.documents()}
    later = ("log_offset", "log_appended_at")

    def lasting(documents: dict[str, dict[str, Any]]) -> dict[str, Any]:
        return {
            id_: {name: value for name, value in one.items() if name not in later} for id_, one in documents.items()
        }

    assert lasting(again) == lasting(seeded)
    assert chain.dead_letters() == []


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
    before, starts = len(chain.dead_letters()), {name: service.starts for name, service in chain.workers.items()}
    good = json.dumps({"schema": 1, "source": "o", "id": "o:good", "body": "نص الخبر السليم"}).encode()
    asyncio.run(send(chain.kafka, [Outgoing(chain.topics.raw, b"k", value) for value in (*list(MALFORMED), good)]))
    chain.drain()
    letters = chain.dead_letters()[before:]
    assert {base64.b64decode(one.get("value") or ""): one["reason"] for one in letters} == MALFORMED
    assert {"o:good"} == {one["id"] for one in chain.documents()} - set(seeded)
    assert {name: service.starts for name, service in chain.workers.items()} == starts

"""Records that an earlier isnad wrote (0.1.0 before takedowns) go through every stage of this one.

Two versions of a stage run at once while it is upgraded, and a replay reads what was written months ago.
"""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from isnad.codec import decode
from isnad.indexes import Indexes
from isnad.messages import DeadLetter, EnrichedArticle, MatchedArticle, PreparedArticle
from isnad.outcomes import Outcome, Record
from isnad.similarity.window import Window
from isnad.testing.search import FakeIndex
from isnad.topics import Topics
from isnad_dedup.log.ledger import Ledger
from isnad_entities.app import enriching
from isnad_index.app import indexing
from isnad_index.setting_up import set_up
from isnad_index.writing import Writer
from isnad_prepare.app import preparing

HERE = Path(__file__).parent
TOPICS = Topics()
OLDER = sorted(file.relative_to(HERE / "older") for file in (HERE / "older").rglob("*.json"))


def record(topic: str, file: Path) -> Record:
    return Record(topic, 0, 0, datetime(2026, 1, 1, tzinfo=UTC), b"key", file.read_bytes())


def both(topic: str) -> tuple[Record, Record]:
    """Return a record as the earlier version wrote it, and as this one does."""
    (name,) = (file for file in OLDER if file.parent.name == topic)
    return record(topic, HERE / "older" / name), record(topic, HERE / name)


def message(outcome: Outcome) -> bytes:
    assert outcome.status == "passed", outcome.error
    value = outcome.messages[0].value
    assert value is not None
    return value


@pytest.mark.parametrize("spec", TOPICS.specs(), ids=lambda spec: spec.name)
def test_there_is_one_of_every_topic(spec: Any) -> None:
    assert [file for file in OLDER if file.parent.name == spec.name], f"tests/examples/older/{spec.name}/ is empty"


async def test_prepare_makes_the_same_of_it() -> None:
    older, newer = [message((await preparing(TOPICS)([one]))[0]) for one in both(TOPICS.raw)]
    assert older == newer


def test_dedup_answers_it_the_same() -> None:
    """All but the place of the raw record, and how many articles the page held, which it did not tell."""
    answered = []
    for one in both(TOPICS.prepared):
        with closing(Ledger(TOPICS, Window())) as ledger:
            answered.append(decode(MatchedArticle, message(ledger.answer([one])[0])))
    older, newer = answered
    assert older.article.raw is None
    assert newer.article.raw is not None
    assert (older.verdict, older.position) == (newer.verdict, newer.position)
    assert whole(older.article) == whole(newer.article)


def whole(article: PreparedArticle) -> dict[str, Any]:
    return {name: getattr(article, name) for name in article.__struct_fields__ if name not in ("raw", "parts")}


async def test_entities_finds_the_same_in_it() -> None:
    outcomes = [(await enriching(TOPICS)([one]))[0] for one in both(TOPICS.matched)]
    older, newer = [decode(EnrichedArticle, message(outcome)) for outcome in outcomes]
    assert (older.mentions, older.credits, older.verdict) == (newer.mentions, newer.credits, newer.verdict)
    assert newer.mentions


@pytest.mark.parametrize("topic", [TOPICS.enriched, TOPICS.changes])
async def test_the_index_holds_the_same_document(topic: str) -> None:
    """All but what an older isnad did not tell: what sort a name is, what else it may mean, and how sure that is."""
    standing = []
    for one in both(topic):
        index = FakeIndex()
        await set_up(index, Indexes(), 0)
        (outcome,) = await indexing(Writer(index), TOPICS, Indexes())([one])
        assert outcome.status == "indexed", outcome.error
        told = {place: one for place, one in index.standing().items() if place[0] != Indexes().recounts}
        standing.append({place: without(one, "kind", "alternatives", "score") for place, one in told.items()})
    assert standing[0] == standing[1]
    assert len(standing[0]) == 1


def without(document: dict[str, Any], *untold: str) -> dict[str, Any]:
    known = {
        field: [{name: value for name, value in one.items() if name not in untold} for one in document.get(field, [])]
        for field in ("mentions", "credits")
    }
    return document | known


def test_a_dead_letter_can_still_be_read() -> None:
    older, newer = [decode(DeadLetter, one.value) for one in both(TOPICS.dead)]
    assert (older.reason, older.value, older.topic) == (newer.reason, newer.value, newer.topic)


async def test_what_a_later_version_writes_goes_through_or_dies_with_its_version_named() -> None:
    """Fields that nobody knows yet are ignored; another major version is a dead letter at every stage."""
    index = FakeIndex()
    await set_up(index, Indexes(), 0)
    works = {
        TOPICS.raw: preparing(TOPICS),
        TOPICS.matched: enriching(TOPICS),
        TOPICS.enriched: indexing(Writer(index), TOPICS, Indexes()),
        TOPICS.changes: indexing(Writer(index), TOPICS, Indexes()),
    }
    for topic, work in works.items():
        _, one = both(topic)
        given = json.loads(one.value or b"")
        for more, status in (({"later": {"x": 1}}, {"passed", "indexed"}), ({"schema": 2}, {"dead"})):
            changed = Record(topic, 0, 0, one.appended_at, b"key", json.dumps(given | more).encode())
            (outcome,) = await work([changed])
            assert outcome.status in status, (topic, outcome)
            if outcome.error is not None:
                assert str(outcome.error.reason) == "schema_unsupported"
    with closing(Ledger(TOPICS, Window())) as ledger:
        _, one = both(TOPICS.prepared)
        given = json.loads(one.value or b"") | {"schema": 2}
        (outcome,) = ledger.answer([Record(one.topic, 0, 0, one.appended_at, b"k", json.dumps(given).encode())])
        assert outcome.status == "dead"

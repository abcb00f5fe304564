"""Records to outcomes: each has exactly one, bad ones die with their reason, the same record twice is the same."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import pytest

from isnad.codec import decode, encode
from isnad.messages import EnrichedArticle, MatchedArticle, MatchedTakedown, Reason
from isnad.outcomes import Record, one_by_one
from isnad_entities.enrich import MOST_CHARACTERS, enrich_record
from isnad_entities.names import MOST_MENTIONS

EXAMPLES = Path(__file__).parents[2] / "examples"
ALL = sorted((EXAMPLES / "articles.matched").glob("*.json"))
TAKEDOWNS = [file for file in ALL if file.stem.endswith(("_takedown", "_restore"))]
MATCHED = [file for file in ALL if file not in TAKEDOWNS]
TOPIC = "articles.enriched"


def record(value: bytes | None) -> Record:
    return Record("articles.matched", 0, 7, datetime(2018, 2, 9, tzinfo=UTC), b"key", value)


def enriched(value: bytes) -> EnrichedArticle:
    outcome = enrich_record(record(value), TOPIC)
    assert outcome.status == "passed"
    (message,) = outcome.messages
    assert (message.topic, message.key.decode()) == (TOPIC, outcome.article_id)
    return decode(EnrichedArticle, message.value)


def matched(**changes: object) -> bytes:
    """The first recorded article with other fields."""
    example = decode(MatchedArticle, MATCHED[0].read_bytes())
    return encode(msgspec.structs.replace(example, article=msgspec.structs.replace(example.article, **changes)))


@pytest.mark.parametrize("file", MATCHED, ids=lambda file: file.name)
def test_the_recorded_articles_become_the_recorded_enriched_ones(file):
    assert enriched(file.read_bytes()) == decode(EnrichedArticle, (EXAMPLES / TOPIC / file.name).read_bytes())


@pytest.mark.parametrize("file", MATCHED, ids=lambda file: file.name)
def test_what_came_in_is_passed_on_whole(file):
    given, found = decode(MatchedArticle, file.read_bytes()), enriched(file.read_bytes())
    assert (found.article, found.verdict, found.position) == (given.article, given.verdict, given.position)


@pytest.mark.parametrize("file", TAKEDOWNS, ids=lambda file: file.name)
def test_a_takedown_goes_through_as_it_is(file):
    given = decode(MatchedTakedown, file.read_bytes())
    (message,) = enrich_record(record(file.read_bytes()), TOPIC).messages
    assert (message.topic, message.key) == (TOPIC, given.takedown.id.encode())
    assert decode(MatchedTakedown, message.value) == given


def test_the_same_record_twice_gives_the_same_bytes():
    value = MATCHED[0].read_bytes()
    assert enrich_record(record(value), TOPIC) == enrich_record(record(value), TOPIC)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.EMPTY),
        (b"", Reason.EMPTY),
        (b"\xff", Reason.INVALID_UTF8),
        (b"{", Reason.INVALID_JSON),
        (b'{"schema": 1}', Reason.SCHEMA_INVALID),
        (b'{"schema": 2}', Reason.SCHEMA_UNSUPPORTED),
    ],
)
async def test_a_bad_record_dies_with_its_reason_and_the_others_go_on(value, reason):
    good = MATCHED[0].read_bytes()
    outcomes = await one_by_one(partial(enrich_record, topic=TOPIC))([record(good), record(value), record(good)])
    assert [outcome.status for outcome in outcomes] == ["passed", "dead", "passed"]
    assert outcomes[1].error.reason is reason


def test_an_article_in_another_language_goes_through_without_names():
    assert enriched(matched(language="fa", title="تهران", body="رئیس جمهور ایران در تهران گفت")).mentions == ()


def test_an_agency_in_the_authors_field_is_a_credit():
    credits_ = enriched(matched(title="عنوان", body="نص الخبر.", author="رويترز", dateline=None)).credits
    assert [(one.agency, one.role, one.field) for one in credits_] == [("رويترز", "credit", "author")]


@pytest.mark.parametrize(
    "piece",
    ["دمشق ", "أبو ", "رويترز\n", "بن ", "الرئيس ", "حزب «", "محمد سمير ", "بلدات سقبا وحمورية ", "أ.ف.ب.", "ﻻ", "َ"],
)
def test_a_monster_of_an_article_is_read_in_time_and_its_names_are_bounded(piece):
    """Half a million characters of whatever would make a rule look on and on; the suite's time limit would end it."""
    found = enriched(matched(title="", body=piece * (500_000 // len(piece)), dateline=None))
    assert len(found.mentions) <= MOST_MENTIONS + 200
    assert all(one.end <= MOST_CHARACTERS for one in found.mentions)

"""Takedowns on their way into the ordered log, and what only looks like one."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from isnad.codec import decode
from isnad.messages import PreparedArticle, RawPlace, Reason, Takedown
from isnad.outcomes import Outcome, Record
from isnad_prepare.pages import prepare_record

AT = datetime(2018, 2, 9, 9, 30, tzinfo=UTC)
TAKEDOWN = {"schema": 1, "kind": "takedown", "id": "sabq:1#2", "at": AT, "reason": "a court's order", "by": "desk"}


def run(fields: dict[str, Any], key: bytes | None = b"sabq:1#2") -> Outcome:
    record = Record("articles.raw", 3, 7, AT, key, msgspec.json.encode(fields))
    return prepare_record(record, "articles.prepared", lambda _: "ar")


@pytest.mark.parametrize("kind", ["takedown", "restore"])
def test_it_is_passed_on_with_its_place_under_the_articles_key(kind: str) -> None:
    outcome = run({**TAKEDOWN, "kind": kind, "unknown": 1})
    (message,) = outcome.messages
    assert (outcome.status, outcome.article_id) == ("passed", "sabq:1#2")
    assert (message.topic, message.key) == ("articles.prepared", b"sabq:1#2")
    passed_on = decode(Takedown, message.value)
    assert (passed_on.kind, passed_on.id, passed_on.at) == (kind, "sabq:1#2", AT)
    assert (passed_on.reason, passed_on.by) == ("a court's order", "desk")
    assert passed_on.raw == RawPlace(AT, 3, 7)


@pytest.mark.parametrize("at", ["2018-02-09T09:30:00", "2018-02-09T12:30:00+03:00"])
def test_its_time_is_passed_on_in_utc_which_one_without_a_zone_is_taken_for(at: str) -> None:
    (message,) = run({**TAKEDOWN, "at": at}).messages
    assert msgspec.json.decode(message.value)["at"] == "2018-02-09T09:30:00Z"


def test_a_place_that_somebody_else_wrote_into_it_does_not_count() -> None:
    (message,) = run({**TAKEDOWN, "raw": {"appended_at": AT, "partition": 9, "offset": 99}}).messages
    assert decode(Takedown, message.value).raw == RawPlace(AT, 3, 7)


@pytest.mark.parametrize("key", [None, b"", b"sabq:1", b"sabq:1#2 "])
def test_without_the_id_as_key_nobody_meant_it(key: bytes | None) -> None:
    outcome = run(TAKEDOWN, key)
    assert outcome.error is not None
    assert (outcome.status, outcome.error.reason, outcome.messages) == ("dead", Reason.SCHEMA_INVALID, ())
    assert "key" in outcome.error.detail


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"id": ""}, "id"),
        ({"id": " sabq:1#2"}, "white space"),
        ({"id": "a\nb"}, "control character"),
        ({"id": None}, "id"),
        ({"id": 5}, "id"),
        ({"at": "yesterday"}, "at"),
        ({"schema": 2}, "schema 2"),
        ({"body": "نص"}, "`body`"),
        ({"source": None}, "`source`"),
        ({"title": ""}, "`title`"),
    ],
)
def test_one_that_is_not_as_it_must_be_takes_nothing_down(more: dict[str, Any], said: str) -> None:
    fields = {**TAKEDOWN, **more}
    outcome = run(fields, key=str(fields["id"]).encode())
    assert outcome.error is not None
    assert outcome.status == "dead"
    assert said in outcome.error.detail


@pytest.mark.parametrize("kind", ["Takedown", "delete", "", None, 7, ["takedown"], {"kind": "takedown"}])
def test_an_article_with_another_kind_is_an_article_like_any_other(kind: object) -> None:
    """Unknown fields are ignored, and so is what a producer calls a kind."""
    outcome = run({"schema": 1, "source": "sabq", "body": 'الوزارة قالت "kind":"takedown"', "kind": kind, "id": "s:1"})
    (message,) = outcome.messages
    assert decode(PreparedArticle, message.value).id == "s:1"


def test_an_article_that_calls_itself_a_takedown_is_neither() -> None:
    outcome = run({"schema": 1, "source": "sabq", "body": "نص", "kind": "takedown", "id": "sabq:1#2", "at": AT})
    assert outcome.status == "dead"

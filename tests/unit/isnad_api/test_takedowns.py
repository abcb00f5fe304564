"""Taking down and back by HTTP: who may, what is sent, what is answered."""

import json
from datetime import datetime

import pytest

from isnad.clock import SystemClock
from isnad.codec import decode
from isnad.errors import BrokerUnavailable, SetupError
from isnad.keys import changing, make
from isnad.messages import Takedown
from isnad.search_index import Write


async def put(index, name, id_, **fields):
    await index.create(name)
    document = {"id": id_, "source": "sabq", "title": "عنوان", "published_at": "2018-02-08T06:00:00Z", **fields}
    (answer,) = await index.bulk([Write(name, name, id_, 1, json.dumps(document).encode())])
    assert answer.status < 300


@pytest.mark.parametrize(("address", "kind"), [("articles", "takedown"), ("takedowns", "restore")])
async def test_it_is_sent_under_the_articles_id_and_told_what_happens_next(api, log, address, kind):
    answer = await api.delete(f"/v1/{address}/sabq:a%2Fb%231", params={"reason": "a court's order"})
    assert answer.status_code == 202
    (message,) = log.messages
    assert (message.topic, message.key) == ("articles.raw", b"sabq:a/b#1")
    sent = decode(Takedown, message.value)
    assert (sent.kind, sent.id, sent.reason, sent.by) == (kind, "sabq:a/b#1", "a court's order", None)
    told = answer.json()
    assert (told["id"], told["kind"], datetime.fromisoformat(told["at"])) == ("sabq:a/b#1", kind, sent.at)
    assert told["next"]


@pytest.mark.parametrize("id_", ["%20a", "a%0A", "%01", "a" * 600])
async def test_what_is_no_id_is_refused_and_not_sent(api, log, id_):
    answer = await api.delete(f"/v1/articles/{id_}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert log.messages == []


@pytest.mark.parametrize("reason", ["%00", "so%0Aand%20so", "%1B[2J", "%C2%85", "a" * 1001])
@pytest.mark.parametrize("address", ["articles", "takedowns"])
async def test_a_reason_that_the_chain_would_refuse_or_nobody_could_read_is_refused(api, log, address, reason):
    answer = await api.delete(f"/v1/{address}/a?reason={reason}")
    assert answer.status_code == 422
    assert "reason" in answer.json()["detail"]
    assert log.messages == []


async def test_without_an_id_there_is_nothing_to_say(api):
    """And nothing to try again, which a 503 would ask for."""
    assert (await api.get("/v1/takedowns/")).status_code == 422


@pytest.mark.parametrize(
    ("failure", "status"),
    [(BrokerUnavailable("10.0.0.7:9092 is away"), 503), (SetupError("10.0.0.7:9092 has no such topic"), 500)],
)
async def test_what_kafka_does_not_take_was_not_taken_down(api, log, failure, status):
    log.failures["a"] = failure
    answer = await api.delete("/v1/articles/a")
    assert answer.status_code == status
    assert "10.0.0.7" not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)


@pytest.mark.parametrize(("scopes", "statuses"), [(("read", "ingest"), [403] * 3), (("admin",), [202, 202, 200])])
async def test_only_who_has_the_scope_takes_anything_down_and_is_named(api, log, keys_file, scopes, statuses):
    with changing(keys_file) as known:
        key, written = make("desk", scopes, SystemClock().now(), expires_at=None, known=known)
        known[key.id] = key
    api.headers["Authorization"] = f"Bearer {written}"
    answers = [
        await api.delete("/v1/articles/a"),
        await api.delete("/v1/takedowns/a"),
        await api.get("/v1/takedowns/a"),
    ]
    assert [answer.status_code for answer in answers] == statuses
    assert {decode(Takedown, message.value).by for message in log.messages} == ({key.id} if 202 in statuses else set())


async def test_it_says_what_stands_and_when_it_is_gone(api, index):
    await put(index, "isnad-articles", "page#2", page_id="page", part=2)
    await put(index, "isnad-articles", "page", page_id="page", time_marks=["missing"])
    await put(index, "isnad-articles", "other", page_id="other")
    before = (await api.get("/v1/takedowns/page")).json()
    assert (before["taken_down"], before.get("at")) == (False, None)
    assert [(one["id"], one["dated"]) for one in before["articles"]] == [("page", False), ("page#2", True)]
    await put(index, "isnad-takedowns", "page#2", is_down=True, at="2026-01-01T00:00:00Z", reason="so", by="3f9a")
    after = (await api.get("/v1/takedowns/page%232")).json()
    assert (after["taken_down"], after["reason"], after["by"]) == (True, "so", "3f9a")
    assert [one["title"] for one in after["articles"]] == ["عنوان"]

"""POST /v1/articles."""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
import structlog

from isnad.errors import BrokerUnavailable, RecordError, SetupError
from isnad.messages import Reason
from isnad_api.app import create_app, watched
from isnad_api.limits import Limits

ARTICLE = {"source": "alwatan", "id": "alwatan/1", "title": "عنوان", "body": "نص"}


def ndjson(*articles):
    return "\n".join(json.dumps(article) for article in articles)


async def post_lines(api, text):
    return await api.post("/v1/articles", content=text, headers={"Content-Type": "application/x-ndjson"})


async def test_one_article_is_accepted_when_kafka_has_it(api, log):
    answer = await api.post("/v1/articles", json=ARTICLE)
    assert answer.status_code == 202
    assert answer.json() == {"accepted": [{"line": 1, "id": "alwatan/1"}], "refused": [], "refused_more": 0}
    assert [message.key for message in log.messages] == [b"alwatan/1"]


async def test_each_line_is_accepted_or_refused_by_itself(api, log, registry):
    answer = await post_lines(api, ndjson(ARTICLE, {"source": "x"}, {**ARTICLE, "id": "b"}))
    assert answer.status_code == 202
    assert [one["line"] for one in answer.json()["accepted"]] == [1, 3]
    (refused,) = answer.json()["refused"]
    assert (refused["line"], refused["reason"]) == (2, "no_text")
    assert len(log.messages) == 2
    counted = [
        registry.get_sample_value("isnad_pushed_articles_total", {"outcome": outcome})
        for outcome in ("accepted", "refused")
    ]
    assert counted == [2.0, 1.0]


async def test_where_no_line_is_accepted_the_push_is_refused(api, log):
    answer = await post_lines(api, "{\n[]")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [one["line"] for one in answer.json()["refused"]] == [1, 2]
    assert log.messages == []


AWAY = BrokerUnavailable("Kafka at 10.0.0.7:9092 did not acknowledge")
WRONG = SetupError("Kafka at 10.0.0.7:9092 has no topic articles.raw. Create it: isnad topics create")
TOO_LARGE = RecordError(Reason.TOO_LARGE, "a message of 900 bytes is larger than articles.raw takes")


async def test_without_kafka_a_push_is_to_be_sent_again(api, log):
    log.failures["alwatan/1"] = AWAY
    answer = await api.post("/v1/articles", json=ARTICLE)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "10.0.0.7" not in answer.text


async def test_of_a_push_that_is_to_be_sent_again_each_line_is_told_that_kafka_has_or_refuses(api, log, registry):
    """Line 1 is acknowledged, 2 too large, 3 not acknowledged in time, 4 no article."""
    log.failures = {"b": TOO_LARGE, "c": AWAY}
    answer = await post_lines(api, ndjson(ARTICLE, {**ARTICLE, "id": "b"}, {**ARTICLE, "id": "c"}, {"source": "x"}))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    told = answer.json()
    assert "1 of 2" in told["detail"]
    assert told["accepted"] == [{"line": 1, "id": "alwatan/1"}]
    assert [(one["line"], one["reason"]) for one in told["refused"]] == [(2, "too_large"), (4, "no_text")]
    counted = [
        registry.get_sample_value("isnad_pushed_articles_total", {"outcome": outcome})
        for outcome in ("accepted", "refused")
    ]
    assert counted == [1.0, 2.0]


async def test_a_line_that_kafka_finds_too_large_is_refused_and_the_others_are_accepted(api, log):
    """The topic's own limit may be lower than isnad's; sending the line again would never help."""
    log.failures["b"] = TOO_LARGE
    answer = await post_lines(api, ndjson(ARTICLE, {**ARTICLE, "id": "b"}, {"source": "x"}, {**ARTICLE, "id": "d"}))
    assert answer.status_code == 202
    told = answer.json()
    assert [one["line"] for one in told["accepted"]] == [1, 4]
    assert told["refused"][0] == {"line": 2, "reason": "too_large", "detail": TOO_LARGE.detail}
    assert [one["line"] for one in told["refused"]] == [2, 3]


async def test_a_single_article_that_kafka_finds_too_large_is_413(api, log):
    log.failures["alwatan/1"] = TOO_LARGE
    answer = await api.post("/v1/articles", json=ARTICLE)
    assert answer.status_code == 413
    assert TOO_LARGE.detail in answer.json()["detail"]


@pytest.mark.parametrize("others", [{}, {"b": AWAY}])
async def test_a_missing_topic_is_no_reason_to_send_again(api, log, others):
    """Nobody is sent into an endless loop; the operator finds the reason in the log and the command in the answer."""
    log.failures = {"alwatan/1": WRONG, **others}
    with structlog.testing.capture_logs() as lines:
        answer = await post_lines(api, ndjson(ARTICLE, {**ARTICLE, "id": "b"}))
    assert answer.status_code == 500
    assert "retry-after" not in answer.headers
    assert "isnad topics create" in answer.json()["detail"]
    assert "10.0.0.7" not in answer.text
    assert [(line["log_level"], line["reason"]) for line in lines] == [("error", str(WRONG))]


async def test_a_bug_while_sending_is_no_refusal(api, log):
    log.failures["alwatan/1"] = ZeroDivisionError("secret")
    answer = await api.post("/v1/articles", json=ARTICLE)
    assert answer.status_code == 500
    assert "secret" not in answer.text


async def test_an_article_that_is_too_large_is_413(api, log):
    answer = await api.post("/v1/articles", json={**ARTICLE, "body": "ن" * 1_100_000})
    assert answer.status_code == 413
    assert log.messages == []


async def test_a_request_that_is_too_large_is_413_whether_or_not_it_says_so(api, log):
    async def endless():
        while True:
            yield b"x" * 1024 * 1024

    headers = {"Content-Type": "application/x-ndjson"}
    for content in (b"x" * (6 * 1024 * 1024), endless()):
        answer = await api.post("/v1/articles", content=content, headers=headers)
        assert answer.status_code == 413
    assert log.messages == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_other_kinds_of_content_are_415(api, headers):
    answer = await api.post("/v1/articles", content=b"{}", headers=headers)
    assert answer.status_code == 415


async def test_an_empty_push_is_refused(api):
    answer = await post_lines(api, "\n\n")
    assert (answer.status_code, answer.json()["detail"]) == (422, "The body is empty.")


def limited(parts, **limits) -> httpx.AsyncClient:
    changed = replace(parts, limits=Limits(**limits))
    transport = httpx.ASGITransport(watched(create_app(changed), changed))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


async def test_a_push_of_more_articles_than_one_may_have_is_refused_as_a_whole(parts, log):
    """Blank lines are none of them, nor is the end of the last line one more."""
    async with limited(parts, push_lines=3) as api:
        fits = await post_lines(api, "\n\n".join(ndjson({**ARTICLE, "id": id_}) for id_ in "abc") + "\n\n \r\n")
        assert (fits.status_code, len(log.messages)) == (202, 3)
        refused = await post_lines(api, ndjson(*({**ARTICLE, "id": id_} for id_ in "defg")))
    assert refused.status_code == 413
    assert "3 articles at most" in refused.json()["detail"]
    assert "in several" in refused.json()["detail"]
    assert len(log.messages) == 3


async def test_one_article_over_many_lines_is_no_push_of_many(parts):
    async with limited(parts, push_lines=3) as api:
        headers = {"Content-Type": "application/json"}
        answer = await api.post("/v1/articles", content=json.dumps(ARTICLE, indent=2), headers=headers)
    assert answer.status_code == 202


async def test_of_many_refused_lines_the_first_are_listed_and_the_others_counted(api, registry):
    """The answer stays small, accepted lines stand in it all the same, and the metric knows all."""
    answer = await post_lines(api, "1\n" * 2500 + ndjson(ARTICLE))
    told = answer.json()
    assert answer.status_code == 202
    assert told["accepted"] == [{"line": 2501, "id": "alwatan/1"}]
    assert [one["line"] for one in told["refused"]] == list(range(1, 1001))
    assert told["refused_more"] == 1500
    assert registry.get_sample_value("isnad_pushed_articles_total", {"outcome": "refused"}) == 2500.0
    problem = (await post_lines(api, "1\n" * 2500)).json()
    assert (problem["status"], len(problem["refused"]), problem["refused_more"]) == (422, 1000, 1500)


async def test_what_is_given_up_is_not_read_to_its_end(parts):
    """The only thread is free for the next one, long before these lines could have been read."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    async with limited(parts, push_lines=1_000_000, answer_seconds=0.05) as api:
        assert (await post_lines(api, "1\n" * 600_000)).status_code == 503
    started = time.monotonic()
    await asyncio.to_thread(int)
    assert time.monotonic() - started < 1.0

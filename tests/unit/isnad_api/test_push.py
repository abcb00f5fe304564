"""POST /v1/articles."""

import json

import pytest

from isnad.errors import BrokerUnavailable, SetupError

ARTICLE = {"source": "alwatan", "id": "alwatan/1", "title": "عنوان", "body": "نص"}


def ndjson(*articles):
    return "\n".join(json.dumps(article) for article in articles)


async def post_lines(api, text):
    return await api.post("/v1/articles", content=text, headers={"Content-Type": "application/x-ndjson"})


async def test_one_article_is_accepted_when_kafka_has_it(api, log):
    answer = await api.post("/v1/articles", json=ARTICLE)
    assert answer.status_code == 202
    assert answer.json() == {"accepted": [{"line": 1, "id": "alwatan/1"}], "refused": []}
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


@pytest.mark.parametrize(
    "failure",
    [
        BrokerUnavailable("Kafka at 10.0.0.7:9092 did not acknowledge"),
        SetupError("Kafka at 10.0.0.7:9092 has no topic"),
    ],
)
async def test_without_kafka_a_push_is_to_be_sent_again(api, log, failure):
    log.failure = failure
    answer = await api.post("/v1/articles", json=ARTICLE)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "10.0.0.7" not in answer.text


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

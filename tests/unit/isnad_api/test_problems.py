"""Every error is a problem+json with a sentence, and tells nothing of the inside."""

import pytest

from isnad.search_index import QuestionRefused

BAD = [
    ("GET", "/nothing", 404),
    ("GET", "/v1/articles/nothing", 404),
    ("GET", "/v1/stories/nothing", 404),
    ("GET", "/v1/stories/", 404),
    ("DELETE", "/v1/search", 405),
    ("GET", "/v1/search?size=0", 422),
    ("GET", "/v1/search?size=1000", 422),
    ("GET", "/v1/search?page=0", 422),
    ("GET", "/v1/search?page=ten", 422),
    ("GET", "/v1/search?page=101&size=10", 400),
    ("GET", "/v1/search?sort=best", 422),
    ("GET", "/v1/search?from=yesterday", 422),
    ("GET", "/v1/search?from=1", 422),
    ("GET", "/v1/search?to=20180208", 422),
    ("GET", "/v1/search?from=0001-01-01T00:00:00%2B23:59", 422),
    ("GET", "/v1/search?from=2018-02-08T99:00", 422),
    ("GET", "/v1/search?day=2018-02-30", 422),
    ("GET", "/v1/search?day=2018-02-08T12:00:00Z", 422),
    ("GET", "/v1/search?day=1", 422),
    ("GET", "/v1/search?q=*:*", 400),
    ("GET", "/v1/search?q=" + "a" * 501, 422),
    ("GET", "/v1/entities?type=CITY", 422),
]


@pytest.mark.parametrize(("method", "path", "status"), BAD)
async def test_an_error_is_a_problem(api, method, path, status):
    answer = await api.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["type"] == "about:blank"
    assert told["title"]
    assert told["detail"]
    assert told["request_id"] == answer.headers["x-request-id"]


async def test_a_validation_error_says_where(api):
    told = (await api.get("/v1/search?size=0&from=x")).json()
    assert {one["where"] for one in told["errors"]} >= {"query.size"}


async def test_an_unknown_kind_of_entity_is_told_with_the_known_ones(api):
    answer = await api.get("/v1/search?entity=XXX:سوريا")
    assert answer.status_code == 400
    assert "'XXX'" in answer.json()["detail"]
    assert "PER, LOC, ORG or MISC" in answer.json()["detail"]


@pytest.mark.parametrize("moment", ["garbage", "2018-02-30", "2018-02-08T99:00"])
async def test_what_is_no_time_is_told_what_to_write(api, moment):
    (wrong,) = (await api.get(f"/v1/search?from={moment}")).json()["errors"]
    assert wrong["where"] == "query.from"
    assert "write a date (2018-02-08)" in wrong["detail"]


async def test_without_elasticsearch_a_search_is_to_be_tried_again(api, index):
    index.away = "Elasticsearch at http://10.0.0.7:9200 does not answer: refused"
    for path in ("/v1/search?q=حلب", "/v1/articles/a", "/v1/stories/a", "/v1/entities"):
        answer = await api.get(path)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert "10.0.0.7" not in answer.text


async def test_a_bug_is_a_problem_too_and_tells_nothing(api, index):
    async def broken(*_):
        raise ZeroDivisionError("secret")

    index.search = broken
    answer = await api.get("/v1/search?q=حلب")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_what_elasticsearch_can_t_make_sense_of_is_the_asker_s_and_not_told_in_its_words(api, index):
    async def refuses(*_):
        raise QuestionRefused("Elasticsearch can't answer this: too many clauses in isnad-articles-2018.02")

    index.search = refuses
    answer = await api.get("/v1/search?q=حلب")
    assert answer.status_code == 400
    assert "2018.02" not in answer.text


async def test_a_given_request_id_is_kept_and_a_bad_one_replaced(api):
    assert (await api.get("/x", headers={"X-Request-Id": "abc-1"})).headers["x-request-id"] == "abc-1"
    assert (await api.get("/x", headers={"X-Request-Id": "a b\t<"})).headers["x-request-id"] != "a b\t<"


async def test_requests_are_counted_by_route_and_not_by_address(api, registry):
    for n in range(3):
        await api.get(f"/v1/articles/{n}")
    labels = {"method": "GET", "route": "/v1/articles/{id:path}", "status": "404"}
    assert registry.get_sample_value("isnad_http_requests_total", labels) == 3.0

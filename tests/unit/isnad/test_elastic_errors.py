"""Every error that the Elasticsearch library knows has a meaning for isnad."""

import socket

import elastic_transport
import elasticsearch  # noqa: TID251  its errors are looked through
import pytest
from elastic_transport import ApiResponseMeta, HttpHeaders, NodeConfig

from isnad.elastic.errors import MEANINGS, translate
from isnad.errors import RequestError, SearchUnavailable

LIBRARY_ERRORS = {
    kind
    for module in (elasticsearch, elastic_transport, elasticsearch.exceptions)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, Warning)
}


def test_an_error_that_nobody_mapped_fails_here():
    assert set(MEANINGS) == LIBRARY_ERRORS


def api_error(kind, status, body):
    node = NodeConfig("http", "127.0.0.1", 9200)
    meta = ApiResponseMeta(status=status, http_version="1.1", headers=HttpHeaders(), duration=0.0, node=node)
    return kind("boom", meta, body)


@pytest.mark.parametrize("status", [401, 403, 404, 408, 409, 413, 429, 500, 502, 503, 504])
def test_a_refusal_means_waiting_and_says_why(status):
    kind = elasticsearch.exceptions.HTTP_EXCEPTIONS.get(status, elasticsearch.ApiError)
    error = translate(api_error(kind, status, {"error": {"type": "x", "reason": "the disk is full"}}), "http://es")
    assert isinstance(error, SearchUnavailable)
    assert "the disk is full" in str(error)
    assert str(status) in str(error)


def test_a_search_that_makes_no_sense_is_the_asker_s():
    body = {"error": {"type": "too_many_clauses", "reason": "maxClauseCount is set to 1024"}}
    assert isinstance(translate(api_error(elasticsearch.BadRequestError, 400, body), "http://es"), RequestError)


@pytest.mark.parametrize("kind", sorted(LIBRARY_ERRORS, key=lambda kind: kind.__name__))
def test_no_answer_means_waiting(kind):
    if issubclass(kind, elastic_transport.TransportError):
        error = translate(kind("connection refused", errors=()), "http://es")
        assert isinstance(error, SearchUnavailable)
        assert "connection refused" in str(error)


@pytest.mark.parametrize("tries", [0, 1])
async def test_a_connection_that_fails_is_told_without_the_http_clients_parts(tries):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        async with elasticsearch.AsyncElasticsearch(url, max_retries=tries) as client:
            with pytest.raises(elastic_transport.ConnectionError) as caught:
                await client.info()
    assert str(translate(caught.value, url)) == (
        f"Elasticsearch does not answer at {url.removeprefix('http://')} (Connection refused)"
    )


def test_an_error_that_the_library_grows_means_waiting_until_somebody_maps_it():
    class New(elastic_transport.TransportError):
        pass

    assert isinstance(translate(New("new"), "http://es"), SearchUnavailable)

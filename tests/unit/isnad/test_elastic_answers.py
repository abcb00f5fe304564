"""What comes back when something other than a healthy Elasticsearch answers at its address."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event

import pytest
from tests.unit.serving import serving

from isnad.elastic import Elastic
from isnad.errors import SearchUnavailable, SetupError
from isnad.search_index import Exchange, RequestRefused, Write

WRITE = Write("articles", "articles-1", "a", 1, b'{"id":"a"}')
ERROR = b'{"error":{"type":"action_request_validation_exception","reason":"id is too long"},"status":400}'


class Server:
    """Gives one prepared answer to whatever is asked; without one it says nothing at all."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b""
        self.headers: dict[str, str] = {}
        self.then: list[tuple[int, bytes]] = []
        self.silent = False
        self.over = Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if server.silent:
                    server.over.wait()
                    return
                self.send_response(server.status)
                headers = {"Content-Length": str(len(server.body)), "X-Elastic-Product": "Elasticsearch"}
                for name, value in {**headers, **server.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(server.body)
                if server.then:
                    server.status, server.body = server.then.pop(0)

            do_GET = do_POST = do_PUT = answer  # noqa: N815  the names that the base class calls

            def log_message(self, *_):
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    with serving(running.http):
        yield running
        running.over.set()


async def bulk(server, **settings):
    async with Elastic(server.url, **settings) as elastic:
        return await elastic.bulk([WRITE])


async def test_a_bad_request_of_elasticsearch_is_the_documents_fault(server):
    server.status, server.body, server.headers = 400, ERROR, {"Content-Type": "application/json"}
    with pytest.raises(RequestRefused, match="id is too long"):
        await bulk(server)


async def test_a_bad_request_of_a_proxy_is_waited_for(server):
    """Otherwise a wrong setting of the proxy would empty the topic into the dead letters."""
    server.status, server.body, server.headers = (
        400,
        b"<html>plain HTTP sent to HTTPS port",
        {"Content-Type": "text/html"},
    )
    with pytest.raises(SearchUnavailable, match="not Elasticsearch"):
        await bulk(server)


async def test_too_large_is_too_large_whoever_says_it(server):
    server.status, server.headers = 413, {"Content-Type": "text/html"}
    with pytest.raises(RequestRefused) as refused:
        await bulk(server)
    assert refused.value.status == 413


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 503, 504])
async def test_every_other_refusal_is_waited_for(server, status):
    server.status, server.body, server.headers = status, b"<html>", {"Content-Type": "text/html"}
    with pytest.raises(SearchUnavailable, match=str(status)):
        await bulk(server)


@pytest.mark.parametrize("headers", [{"Content-Type": "text/html"}, {"Content-Type": "application/json"}])
async def test_an_answer_that_is_no_elasticsearch_s_is_waited_for(server, headers):
    server.body, server.headers = b"<html>welcome", {**headers, "X-Elastic-Product": "none"}
    with pytest.raises(SearchUnavailable):
        await bulk(server)


async def test_silence_is_waited_for_so_long_and_no_longer(server):
    server.silent = True
    with pytest.raises(SearchUnavailable, match="does not answer"):
        await bulk(server, timeout_seconds=0.3)


def looked_up(*docs: str) -> bytes:
    return b'{"docs":[' + ",".join(docs).encode() + b"]}"


SHARD_DOWN = (
    '{"_index":"isnad-stories","_id":"b","error":{"type":"no_shard_available_action_exception","reason":"no shard"}}'
)


async def test_a_document_whose_shard_is_down_is_no_missing_document(server):
    """Otherwise a story that is there would be answered with 404."""
    found = '{"_index":"isnad-stories","_id":"a","found":true,"_source":{"id":"a"}}'
    server.body, server.headers = looked_up(found, SHARD_DOWN), {"Content-Type": "application/json"}
    async with Elastic(server.url) as elastic:
        with pytest.raises(SearchUnavailable, match="isnad-stories: no shard"):
            await elastic.documents("isnad-stories", ["a", "b"])


async def test_documents_of_an_index_that_is_not_there_yet_are_none(server):
    missing = '{"_index":"isnad-stories","_id":"a","error":{"type":"index_not_found_exception","reason":"no such"}}'
    server.body, server.headers = looked_up(missing), {"Content-Type": "application/json"}
    async with Elastic(server.url) as elastic:
        assert await elastic.documents("isnad-stories", ["a"]) == {}


async def test_many_documents_are_asked_for_in_several_requests(server):
    """A proxy may take a megabyte at most."""
    first, second = (
        f'{{"_index":"isnad-stories","_id":"{id_}","found":true,"_source":{{"id":"{id_}"}}}}' for id_ in "ab"
    )
    server.body, server.then = looked_up(first), [(200, looked_up(second))]
    server.headers = {"Content-Type": "application/json"}
    async with Elastic(server.url) as elastic:
        found = await elastic.documents("isnad-stories", [f"{number:04}" for number in range(1001)])
    assert list(found) == ["a", "b"]


async def test_no_answers_in_an_answer_is_fewer_than_writes(server):
    server.body, server.headers = b"{}", {"Content-Type": "application/json"}
    assert await bulk(server) == []


def test_no_password_stands_in_a_message():
    with pytest.raises(SetupError) as refused:
        Elastic("es://me:secret@nowhere")
    assert "secret" not in str(refused.value)


DELETED_MEANWHILE = b'{"error":{"type":"search_phase_execution_exception","reason":"all shards failed"},"status":503}'
PARTLY = b'{"timed_out":false,"_shards":{"total":2,"failed":1},"hits":{"hits":[]}}'
WHOLE = b'{"timed_out":false,"_shards":{"total":1,"failed":0},"hits":{"hits":[]}}'


@pytest.mark.parametrize("first", [(503, DELETED_MEANWHILE), (200, PARTLY)])
@pytest.mark.parametrize("times", [1, 2])
async def test_a_search_that_does_not_reach_all_indexes_is_asked_again(server, first, times):
    """The alias stands for a new index by then, or the index that was just made answers."""
    server.headers = {"Content-Type": "application/json"}
    (server.status, server.body), server.then = first, [*[first] * (times - 1), (200, WHOLE)]
    async with Elastic(server.url) as elastic:
        assert (await elastic.search("articles", {}))["_shards"]["failed"] == 0


@pytest.mark.parametrize("answer", [(503, DELETED_MEANWHILE), (200, PARTLY)])
async def test_a_search_that_keeps_failing_is_given_up_in_time(server, answer):
    server.headers = {"Content-Type": "application/json"}
    server.status, server.body = answer
    async with Elastic(server.url, timeout_seconds=0.1) as elastic:
        with pytest.raises(SearchUnavailable):
            await elastic.search("articles", {})


@pytest.mark.parametrize(
    "body",
    [
        b'{"acknowledged":false,"shards_acknowledged":false,"indices":[]}',
        b'{"acknowledged":true,"shards_acknowledged":false,"indices":[]}',
    ],
)
async def test_a_closing_that_was_given_up_is_no_closing(server, body):
    """Elasticsearch says 200 and takes writes again."""
    server.body, server.headers = body, {"Content-Type": "application/json"}
    async with Elastic(server.url) as elastic:
        with pytest.raises(SearchUnavailable, match="close"):
            await elastic.block_writes(["isnad-articles-2026.01"])


async def test_an_exchange_that_was_not_done_in_time_is_not_taken_as_done(server):
    server.body, server.headers = b'{"acknowledged":false}', {"Content-Type": "application/json"}
    async with Elastic(server.url) as elastic:
        with pytest.raises(SearchUnavailable, match="exchanged"):
            await elastic.exchange(Exchange(add=(("isnad-articles-2026.01-1", "isnad-articles-2026.01"),)))
        server.body = b'{"acknowledged":true}'
        await elastic.exchange(Exchange(add=(("isnad-articles-2026.01-1", "isnad-articles-2026.01"),)))

"""What one client may ask and send, and that every answer carries the headers that keep browsers safe."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from isnad_api.app import create_app, watched
from isnad_api.limits import Limits

NDJSON = {"Content-Type": "application/x-ndjson"}


def client(parts, limits: Limits, address: str = "127.0.0.1") -> httpx.AsyncClient:
    changed = replace(parts, limits=limits)
    transport = httpx.ASGITransport(watched(create_app(changed), changed), client=(address, 7))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


async def test_one_request_too_many_is_told_when_to_come_again(parts, index):
    async with client(parts, Limits(requests_per_second=0.1, burst=2)) as api:
        statuses = [(await api.get("/v1/articles/x")).status_code for _ in range(2)]
        refused = await api.get("/v1/articles/x")
    assert statuses == [404, 404]
    assert refused.status_code == 429
    assert 9 <= int(refused.headers["retry-after"]) <= 10
    assert refused.headers["content-type"] == "application/problem+json"


async def test_a_refused_push_is_refused_before_its_body_is_read(parts):
    asked_for = []

    async def body():
        asked_for.append(1)
        yield b"{}"

    async with client(parts, Limits(requests_per_second=0.1, burst=1)) as api:
        await api.get("/v1/articles/x")
        # httpx hands the body over only when the application receives.
        refused = await api.post("/v1/articles", content=body(), headers=NDJSON)
    assert refused.status_code == 429
    assert not asked_for


async def test_addresses_of_one_ipv6_network_are_one_client_and_those_of_another_are_not(parts):
    changed = replace(parts, limits=Limits(requests_per_second=0.001, burst=1))
    app = watched(create_app(changed), changed)
    statuses = []
    for address in ("2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:2::1", "10.0.0.1", "10.0.0.2"):
        transport = httpx.ASGITransport(app, client=(address, 7))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as api:
            statuses.append((await api.get("/v1/search")).status_code)
    assert statuses == [401, 429, 401, 401, 401]


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_is_read_no_further_than_its_limit(parts, log, declared):
    """Declared, not one part of it is read; without a length, no part more than the one that was too much."""
    given = []

    async def body():
        for _ in range(100):
            given.append(1)
            yield b"x" * 1000

    headers = NDJSON | ({"Content-Length": "100000"} if declared else {})
    async with client(parts, Limits(request_bytes=10_000)) as api:
        answer = await api.post("/v1/articles", content=body(), headers=headers)
    assert answer.status_code == 413
    assert len(given) == (0 if declared else 11)
    assert log.messages == []


async def test_a_packed_body_is_not_unpacked(parts):
    async with client(parts, Limits()) as api:
        answer = await api.post("/v1/articles", content=b"\x1f\x8b", headers=NDJSON | {"Content-Encoding": "gzip"})
    assert answer.status_code == 415


async def test_bodies_together_have_so_much_room_and_it_comes_back(parts):
    """Two clients, whose bodies do not both fit; when the first is done the second gets in."""
    limits = Limits(request_bytes=6000, bodies_bytes=10_000)
    changed = replace(parts, limits=limits)
    app = watched(create_app(changed), changed)
    go_on = asyncio.Event()

    async def slow():
        yield b" " * 5900
        await go_on.wait()
        yield b" "

    def other(address: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app, client=(address, 7))
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=NDJSON)

    async with other("127.0.0.1") as one, other("127.0.0.2") as two:
        first = asyncio.create_task(one.post("/v1/articles", content=slow()))
        await asyncio.sleep(0.02)
        assert (await two.post("/v1/articles", content=b" " * 5900)).status_code == 503
        assert (await one.post("/v1/articles", content=b" " * 5900)).status_code == 429
        go_on.set()
        assert (await first).status_code == 422
        assert (await two.post("/v1/articles", content=b" " * 5900)).status_code == 422


async def test_a_body_that_does_not_come_is_waited_for_so_long(parts):
    async def never():
        yield b"{"
        await asyncio.sleep(60)

    async with client(parts, Limits(receive_seconds=0.05)) as api:
        answer = await api.post("/v1/articles", content=never(), headers=NDJSON)
    assert answer.status_code == 408
    assert "within 0.05 seconds" in answer.json()["detail"]


async def test_a_search_that_takes_too_long_is_given_up(parts, index):
    cancelled = []

    async def slow(*_):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(1)
            raise

    index.search = slow
    async with client(parts, Limits(answer_seconds=0.05)) as api:
        answer = await api.get("/v1/search?q=حلب")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert cancelled == [1]


async def test_requests_at_once_are_bounded_for_one_client_and_for_all(parts, index):
    go_on = asyncio.Event()
    search = index.search

    async def waiting(*asked):
        await go_on.wait()
        return await search(*asked)

    index.search = waiting
    limits = Limits(requests_at_once=3, requests_at_once_each=2)
    changed = replace(parts, limits=limits)
    app = watched(create_app(changed), changed)

    def other(address: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 7)), base_url="http://127.0.0.1")

    async with other("127.0.0.1") as one, other("127.0.0.2") as two:
        standing = [asyncio.create_task(api.get("/v1/articles/x")) for api in (one, one, two)]
        await asyncio.sleep(0.02)
        assert (await one.get("/v1/articles/x")).status_code == 429
        assert (await two.get("/v1/articles/x")).status_code == 503
        go_on.set()
        assert [(await one).status_code for one in standing] == [404, 404, 404]
        assert (await one.get("/v1/articles/x")).status_code == 404


EVERYWHERE = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/search", 200),
        ("GET", "/", 307),
        ("GET", "/nothing", 404),
        ("DELETE", "/v1/search", 405),
        ("GET", "/v1/search?size=0", 422),
        ("POST", "/v1/articles", 415),
        ("GET", "/openapi.json", 200),
    ],
)
async def test_every_answer_has_the_headers(api, method, path, status):
    answer = await api.request(method, path)
    assert answer.status_code == status
    assert EVERYWHERE.items() <= dict(answer.headers).items()
    assert "server" not in answer.headers


async def test_an_exception_anywhere_is_a_problem_with_the_headers(parts):
    """Also one that comes from before the application."""

    class Broken:
        def caller(self, _):
            raise ZeroDivisionError("secret")

    changed = replace(parts, access=Broken())
    transport = httpx.ASGITransport(watched(create_app(changed), changed))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as api:
        answer = await api.get("/v1/search")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert EVERYWHERE.items() <= dict(answer.headers).items()


async def test_refusals_are_counted_by_status(parts, registry):
    async with client(parts, Limits(requests_per_second=0.1, burst=1), "10.0.0.1") as api:
        await api.get("/v1/search")
        await api.get("/v1/search")
    for status, route in (("401", "/v1/search"), ("429", "unknown")):
        labels = {"method": "GET", "route": route, "status": status}
        assert registry.get_sample_value("isnad_http_requests_total", labels) == 1.0

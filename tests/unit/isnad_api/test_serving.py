"""The server itself, over real connections on loopback: slow, large and malformed requests."""

import asyncio
import json
import logging
import re
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from isnad_api import serving
from isnad_api.app import create_app, watched
from isnad_api.limits import Limits

DOCS = Path(__file__).parents[3] / "docs"
GET = b"GET /v1/articles/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
PUSH = b"POST /v1/articles HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"


@asynccontextmanager
async def running(parts, limits: Limits | None = None, connections: int = 50, proxies: str = ""):
    changed = replace(parts, limits=limits or Limits())
    listening = serving.listening("127.0.0.1", 0)
    server = serving.server(
        watched(create_app(changed), changed), changed.limits, connections=connections, proxies=proxies
    )
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.005)
    try:
        yield listening.getsockname()
    finally:
        server.should_exit = True
        await task
        listening.close()


@asynccontextmanager
async def connected(address):
    reader, writer = await asyncio.open_connection(*address)
    try:
        yield reader, writer
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    return int(head[0].split()[1]), headers, await reader.readexactly(int(headers["content-length"]))


async def closed_after(reader: asyncio.StreamReader) -> float:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    with suppress(ConnectionResetError):
        assert await asyncio.wait_for(reader.read(), 5) == b""
    return loop.time() - begun


@pytest.mark.parametrize("sent", [b"", b"GET /v1/search HTTP/1.1\r\nHost: 127."], ids=["nothing", "half a head"])
async def test_a_head_that_does_not_come_is_not_waited_for(parts, sent):
    async with running(parts, Limits(receive_seconds=0.2)) as address, connected(address) as (reader, writer):
        writer.write(sent)
        assert 0.1 < await closed_after(reader) < 2


async def test_a_byte_from_time_to_time_gains_no_time(parts):
    async with running(parts, Limits(receive_seconds=0.3)) as address, connected(address) as (reader, writer):
        closing = asyncio.create_task(closed_after(reader))
        for byte in GET[:20]:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.05)
            if closing.done():
                break
        assert 0.1 < await closing < 1


async def test_between_two_requests_a_connection_stays(parts):
    """Longer than one request may take to arrive."""
    async with running(parts, Limits(receive_seconds=0.1)) as address, connected(address) as (reader, writer):
        for _ in range(2):
            writer.write(GET)
            assert (await answer(reader))[0] == 404
            await asyncio.sleep(0.3)


async def test_a_body_that_does_not_come_is_answered_and_the_connection_closed(parts):
    async with running(parts, Limits(receive_seconds=0.2)) as address, connected(address) as (reader, writer):
        writer.write(PUSH + b"Content-Length: 100\r\n\r\n{")
        status, headers, body = await answer(reader)
        assert (status, json.loads(body)["status"]) == (408, 408)
        assert headers["content-type"] == "application/problem+json"
        await closed_after(reader)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /" + b"a" * 40_000,
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 40_000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        "GET /v1/search?q=دير الزور HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(),
    ],
    ids=["long address", "long header", "TLS", "no host", "space"],
)
async def test_what_is_no_request_is_told_so_with_the_headers_of_every_answer(parts, sent):
    async with running(parts) as address, connected(address) as (reader, writer):
        writer.write(sent)
        status, headers, body = await answer(reader)
        assert (status, json.loads(body)["status"]) == (400, 400)
        assert headers["content-type"] == "application/problem+json"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in headers


TYPED = "/v1/search?q=حلب&sort=oldest"


def get(address: str) -> bytes:
    return f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


async def test_an_address_is_understood_as_it_was_typed_however_it_comes_in_pieces(parts):
    """As curl sends it: raw UTF-8. A cut may fall between the two bytes of a letter, or before the line's end."""
    sent = get(TYPED)
    letter = sent.index("ح".encode())
    async with running(parts) as address, connected(address) as (reader, writer):
        for cuts in ((), (letter + 1,), (letter, letter + 2, letter + 3), (sent.index(b"\n"),), range(1, len(sent))):
            for begin, end in pairwise((0, *cuts, len(sent))):
                writer.write(sent[begin:end])
                await writer.drain()
                await asyncio.sleep(0.001)
            status, _, body = await answer(reader)
            assert (status, json.loads(body)["q"], json.loads(body)["sort"]) == (200, "حلب", "oldest")


async def test_an_address_is_understood_as_the_documentation_has_it_in_a_command(parts):
    """Nobody has the id of the entity, as nothing is in the index; all else finds nothing."""
    texts = [file.read_text() for file in sorted(DOCS.glob("*.md"))]
    addresses = [
        found for text in texts for found in re.findall(r"^curl .*?[\w.]+(?::\d+)?(/v1/[^'\"\s]+)", text, re.MULTILINE)
    ]
    assert not all(address.isascii() for address in addresses)
    async with running(parts) as address:
        for documented in addresses:
            async with connected(address) as (reader, writer):
                writer.write(get(documented))
                assert (await answer(reader))[0] == (404 if "/v1/entities/" in documented else 200), documented


async def test_only_the_address_is_encoded_and_no_body_or_header(parts, log):
    """The second request is sent before the first is answered, and its body in a piece of its own."""
    pushed = '{"source":"الوطن","title":"خبر","body":"نص الخبر"}\n'.encode()
    head = PUSH + "X-Newsroom: الوطن\r\n".encode() + b"Content-Length: %d\r\n\r\n" % len(pushed)
    async with running(parts) as address, connected(address) as (reader, writer):
        writer.write(get("/v1/articles/حلب"))
        writer.write(head + pushed[:20])
        await asyncio.sleep(0.05)
        writer.write(pushed[20:])
        assert (await answer(reader))[0] == 404
        assert (await answer(reader))[0] == 202
    (message,) = log.messages
    assert msgspec.json.decode(message.value)["source"] == "الوطن"


async def test_a_head_that_comes_at_once_is_held_to_the_same_limit(parts):
    async with running(parts) as address, connected(address) as (reader, writer):
        writer.write(b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert (await answer(reader))[0] == 431


async def test_a_body_without_a_length_is_refused_as_soon_as_it_is_too_much(parts):
    """Nothing of the rest is kept, and the connection goes on to be used."""
    async with running(parts, Limits(request_bytes=100_000)) as address, connected(address) as (reader, writer):
        writer.write(PUSH + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(20):
            writer.write(b"2710\r\n" + b"x" * 10_000 + b"\r\n")
            await writer.drain()
        assert (await answer(reader))[0] == 413
        writer.write(b"0\r\n\r\n" + GET)
        assert (await answer(reader))[0] == 404


async def test_a_body_without_end_ends_with_its_time(parts):
    limits = Limits(request_bytes=10, receive_seconds=0.3)
    async with running(parts, limits) as address, connected(address) as (_, writer):
        writer.write(PUSH + b"Transfer-Encoding: chunked\r\n\r\n")

        async def for_ever() -> None:
            while True:
                writer.write(b"2710\r\n" + b"x" * 10_000 + b"\r\n")
                await writer.drain()
                await asyncio.sleep(0.01)

        with pytest.raises(ConnectionError):
            await asyncio.wait_for(for_ever(), 5)


async def test_who_asks_first_is_refused_before_he_sends(parts):
    async with running(parts, Limits(request_bytes=10)) as address, connected(address) as (reader, writer):
        writer.write(PUSH + b"Content-Length: 100000\r\nExpect: 100-continue\r\n\r\n")
        assert (await answer(reader))[0] == 413


async def test_a_body_that_breaks_off_or_is_malformed_leaves_no_trace(parts, log, caplog):
    caplog.set_level(logging.WARNING)
    with capture_logs() as logged:
        await _break_off(parts)
    assert log.messages == []
    assert logged == []
    assert [record.getMessage() for record in caplog.records] == []


async def _break_off(parts):
    async with running(parts) as address:
        async with connected(address) as (_, writer):
            writer.write(PUSH + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc")
            await asyncio.sleep(0.05)
        async with connected(address) as (reader, writer):
            writer.write(PUSH + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")
            await asyncio.sleep(0.05)
            writer.write(b"nonsense\r\n")
            assert (await answer(reader))[0] == 400
        async with connected(address) as (reader, writer):
            writer.write(GET)
            assert (await answer(reader))[0] == 404


async def test_more_connections_than_that_are_closed_as_they_come_and_there_is_room_again(parts):
    """Eight, of which one address has two."""
    async with running(parts, connections=8) as address, connected(address), connected(address) as (reader, writer):
        async with connected(address) as (third, _):
            await closed_after(third)
        writer.write(GET)
        assert (await answer(reader))[0] == 404
        writer.close()
        await asyncio.sleep(0.05)
        async with connected(address) as (again, writing):
            writing.write(GET)
            assert (await answer(again))[0] == 404


@pytest.mark.parametrize(("proxies", "second"), [("127.0.0.1", 401), ("", 429)])
async def test_a_client_s_address_is_taken_from_a_proxy_that_was_named_and_from_no_other(parts, proxies, second):
    """One request for each client: the second client gets his own only where the proxy is believed."""
    limits = Limits(requests_per_second=0.01, burst=1)
    async with running(parts, limits, proxies=proxies) as address, connected(address) as (reader, writer):
        statuses = []
        for client in (b"203.0.113.1", b"203.0.113.2"):
            writer.write(GET[:-2] + b"X-Forwarded-For: " + client + b"\r\n\r\n")
            statuses.append((await answer(reader))[0])
    assert statuses == [401, second]

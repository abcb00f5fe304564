"""Who is let in: by key and scope, or because he is on this machine."""

from dataclasses import replace
from datetime import timedelta

import httpx
import msgspec
import pytest

from isnad.clock import SystemClock
from isnad.keys import Scope, changing, make
from isnad.testing.clock import ManualClock
from isnad_api.access import Access, is_local, is_loopback
from isnad_api.app import create_app, watched
from isnad_api.keyring import Keyring

READ = "/v1/articles/nothing"
"""Answers 404 to whoever may read: no article has this id."""


@pytest.fixture
def clock():
    return ManualClock(SystemClock().now())


@pytest.fixture
def keyed(parts, keys_file, clock):
    """The API where everybody needs a key."""
    return replace(parts, access=Access(Keyring(keys_file, clock), clock, is_open=False))


def asking(parts, written: str | None = None, client: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
    if written is not None:
        headers["Authorization"] = f"Bearer {written}"
    transport = httpx.ASGITransport(watched(create_app(parts), parts), client=(client, 7))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8400", headers=headers)


def new(keys_file, clock, *scopes: Scope, lasts: timedelta | None = None) -> tuple[str, str]:
    now = clock.now()
    with changing(keys_file) as known:
        key, written = make("x", scopes, now, expires_at=now + lasts if lasts else None, known=known)
        known[key.id] = key
    return key.id, written


def revoke(keys_file, clock, id_: str) -> None:
    with changing(keys_file) as known:
        known[id_] = msgspec.structs.replace(known[id_], revoked_at=clock.now())


async def test_no_wrong_revoked_and_expired_key_get_the_same_answer(keyed, keys_file, clock):
    _, right = new(keys_file, clock, "read")
    revoked_id, revoked = new(keys_file, clock, "read")
    _, expired = new(keys_file, clock, "read", lasts=timedelta(days=1))
    clock.advance(2 * 24 * 3600)
    revoke(keys_file, clock, revoked_id)
    answers = []
    for written in (None, right[:-1] + ("A" if right[-1] != "A" else "B"), "nonsense", revoked, expired):
        async with asking(keyed, written) as api:
            answers.append(await api.get(READ))
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["www-authenticate"] for answer in answers} == {'Bearer realm="isnad"'}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    async with asking(keyed, right) as api:
        assert (await api.get(READ)).status_code == 404


@pytest.mark.parametrize(
    "header", ["Basic aXNuYWQ6eA==", "Bearer", "Bearer ", "isnad", "Bearer a b", "Bearer \xe9".encode("latin-1")]
)
async def test_a_header_that_is_no_key_is_none(keyed, header):
    async with asking(keyed) as api:
        assert (await api.get(READ, headers={"Authorization": header})).status_code == 401


async def test_two_keys_in_one_request_are_none(keyed, keys_file, clock):
    _, written = new(keys_file, clock, "read")
    async with asking(keyed) as api:
        headers = [("Authorization", f"Bearer {written}")] * 2
        assert (await api.get(READ, headers=headers)).status_code == 401


@pytest.mark.parametrize(("scope", "read", "push"), [("read", 404, 403), ("ingest", 403, 415), ("admin", 404, 415)])
async def test_a_key_does_what_its_scopes_say(keyed, keys_file, clock, scope, read, push):
    """415 comes from behind the guard: a push without a type."""
    _, written = new(keys_file, clock, scope)
    async with asking(keyed, written) as api:
        assert (await api.get(READ)).status_code == read
        pushed = await api.post("/v1/articles")
    assert pushed.status_code == push
    if push == 403:
        assert pushed.headers["www-authenticate"] == (
            'Bearer realm="isnad", error="insufficient_scope", scope="ingest"'
        )
        assert "--scope ingest" in pushed.json()["detail"]


async def test_every_documented_address_asks_for_a_key(keyed):
    """A route that somebody adds and forgets to guard fails here."""
    schema = create_app(keyed).openapi()
    asked = [(method, path) for path, methods in schema["paths"].items() for method in methods]
    assert len(asked) >= 7
    async with asking(keyed) as api:
        for method, path in asked:
            answer = await api.request(method, path.replace("{id}", "x"))
            assert answer.status_code == 401, (method, path)
            assert schema["paths"][path][method]["security"][0]["key"] in (["read"], ["ingest"], ["admin"])


async def test_a_revoked_key_is_refused_within_a_second_and_a_new_one_let_in(keyed, keys_file, clock):
    id_, first = new(keys_file, clock, "read")
    async with asking(keyed, first) as api:
        assert (await api.get(READ)).status_code == 404
        revoke(keys_file, clock, id_)
        _, second = new(keys_file, clock, "read")
        clock.advance(1.0)
        assert (await api.get(READ)).status_code == 401
        assert (await api.get(READ, headers={"Authorization": f"Bearer {second}"})).status_code == 404


@pytest.mark.parametrize("content", [b"", b"{", b'{"version": 2, "keys": []}'])
async def test_a_broken_file_lets_nobody_in_and_says_so_until_it_is_whole(keyed, keys_file, clock, content):
    _, written = new(keys_file, clock, "read")
    whole = keys_file.read_bytes()
    async with asking(keyed, written) as api:
        assert (await api.get(READ)).status_code == 404
        keys_file.write_bytes(content)
        clock.advance(1.0)
        answer = await api.get(READ)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert str(keys_file) not in answer.text
        keys_file.write_bytes(whole)
        clock.advance(1.0)
        assert (await api.get(READ)).status_code == 404


async def test_a_file_that_is_taken_away_lets_nobody_in(keyed, keys_file, clock):
    _, written = new(keys_file, clock, "read")
    keys_file.unlink()
    async with asking(keyed, written) as api:
        assert (await api.get(READ)).status_code == 401


async def test_a_program_on_this_machine_needs_no_key_where_the_api_is_open(parts):
    async with asking(parts) as api:
        assert (await api.get(READ)).status_code == 404


async def test_a_key_counts_where_none_is_needed_too(parts, keys_file, clock):
    _, written = new(keys_file, clock, "ingest")
    async with asking(parts, written) as api:
        assert (await api.get(READ)).status_code == 403
    async with asking(parts, "isnad_00000000_x") as api:
        assert (await api.get(READ)).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-Proto": "https"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "news.example"},
        {"Host": "rebound.example:8400"},
        {"Host": "127.0.0.1.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
async def test_what_a_proxy_or_another_site_sends_through_this_machine_needs_a_key(parts, headers):
    async with asking(parts) as api:
        assert (await api.get(READ, headers=headers)).status_code == 401


async def test_another_machine_needs_a_key(parts):
    async with asking(parts, client="10.0.0.9") as api:
        assert (await api.get(READ)).status_code == 401


@pytest.mark.parametrize(
    ("host", "is_so"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("localhost.example", False),
        ("", False),
        ("2130706433", False),
    ],
)
def test_loopback_is_what_can_t_be_reached_from_elsewhere(host, is_so):
    assert is_loopback(host) is is_so


@pytest.mark.parametrize("host", [b"127.0.0.1", b"127.0.0.1:8400", b"[::1]:8400", b"localhost:1"])
def test_a_request_to_this_machine_by_its_own_name_is_local(host):
    assert is_local({"client": ("127.0.0.1", 7), "headers": [(b"host", host)]})


def test_a_request_without_a_name_or_with_two_is_not():
    assert not is_local({"client": ("127.0.0.1", 7), "headers": []})
    assert not is_local({"client": ("127.0.0.1", 7), "headers": [(b"host", b"localhost"), (b"host", b"localhost")]})
    assert not is_local({"client": None, "headers": [(b"host", b"localhost")]})


async def test_requests_are_counted_by_key_and_when_it_was_used(keyed, keys_file, clock, registry):
    id_, written = new(keys_file, clock, "read")
    async with asking(keyed, written) as api:
        await api.get(READ)
        await api.post("/v1/articles")
    for status in ("404", "403"):
        assert registry.get_sample_value("isnad_api_key_requests_total", {"key": id_, "status": status}) == 1.0
    assert registry.get_sample_value("isnad_api_key_used_timestamp_seconds", {"key": id_}) > 0

"""In front of the application: who asks, whether he may ask now, how much he may send and how long it may take (ASGI).

Whatever is refused here costs no more than its head: no route is looked for and no body read.
"""

import asyncio
import ipaddress
import math
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isnad.clock import Clock
from isnad_api import problems
from isnad_api.access import CALLER, Access, Caller
from isnad_api.limits import MAX_HEAD_BYTES, Buckets, Limits, Room
from isnad_api.problems import ProblemError

_NETWORK_BITS = 64
"""Of an IPv6 address: whoever has one has all that share these."""
_HELD_SECONDS = 0.5
"""So late one request too many is refused: who sends as fast as he is answered then takes little time from others."""

_log = structlog.get_logger()


class Gate:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, *, access: Access, limits: Limits, clock: Clock) -> None:
        self._app = app
        self._access = access
        self._limits = limits
        self._clock = clock
        self._buckets = Buckets(limits.requests_per_second, limits.burst)
        self._requests = Room(limits.requests_at_once, limits.requests_at_once_each)
        self._bodies = Room(limits.bodies_bytes, limits.bodies_bytes_each)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._let_in(scope, receive, noticed)
        except ProblemError as exc:
            error = exc
        except Exception:  # noqa: BLE001  whatever happens, the answer is a problem
            # The application's own are answered and logged there already.
            if begun:
                return
            _log.exception("request failed unexpectedly", path=scope["path"])
            error = problems.unexpected()
        else:
            return
        if not begun:
            await problems.answer(Request(scope), error)(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = await self._admit(scope)
        if _head_bytes(scope) > MAX_HEAD_BYTES:
            raise ProblemError(431, f"The head of a request has {MAX_HEAD_BYTES:,} bytes at most.")
        if _declared_bytes(scope) > self._limits.request_bytes:
            raise _too_large(self._limits)
        with self._place(client):
            body = _Body(receive, client, self._bodies, self._limits)
            try:
                async with asyncio.timeout(self._limits.answer_seconds) as body.deadline:
                    await self._app(scope, body.receive, send)
            except TimeoutError:
                if not body.deadline.expired():
                    raise
                raise _too_slow(self._limits) if body.awaited else _too_long() from None
            finally:
                body.forget()

    async def _admit(self, scope: Scope) -> str:
        """Return by what name the client is counted; it is known who asks, and this is not one request too many."""
        wrong = None
        caller: Caller | None = None
        try:
            caller = self._access.caller(scope)
        except ProblemError as exc:
            wrong = exc
        if caller is not None:
            scope[CALLER] = caller
        client = f"key {caller.key_id}" if caller and caller.key_id else _network(scope)
        wait = self._buckets.take(client, self._clock.monotonic())
        if wait:
            await asyncio.sleep(_HELD_SECONDS)
            raise ProblemError(
                429,
                f"Too many requests: {self._limits.requests_per_second:g} a second are the most. "
                "Many articles can be pushed in one request.",
                headers={"Retry-After": str(math.ceil(wait))},
            )
        if wrong is not None:
            raise wrong
        return client

    @contextmanager
    def _place(self, client: str) -> Iterator[None]:
        full = self._requests.take(client)
        if full:
            raise _full(full, "Too many requests at once; wait for the answers to some.")
        try:
            yield
        finally:
            self._requests.give_back(client)


class _Body:
    """The body of one request, counted as it comes."""

    def __init__(self, receive: Receive, client: str, room: Room, limits: Limits) -> None:
        self._receive = receive
        self._client = client
        self._room = room
        self._limits = limits
        self._bytes = 0
        self._until: float | None = None
        self._complete = False
        self.awaited = False
        """Whether the application waits for more of it now."""
        self.deadline = asyncio.timeout(None)

    async def receive(self) -> Message:
        """Return the next part."""
        if self._complete:
            return await self._receive()
        now = asyncio.get_running_loop().time
        if self._until is None:
            self._until = now() + self._limits.receive_seconds
        self.deadline.reschedule(self._until)
        self.awaited = True
        message = await self._receive()
        self.awaited = False
        if message["type"] == "http.request":
            self._count(len(message.get("body", b"")))
            self._complete = not message.get("more_body", False)
        self.deadline.reschedule(now() + self._limits.answer_seconds)
        return message

    def forget(self) -> None:
        """Give its room to others."""
        if self._bytes:
            self._room.give_back(self._client, self._bytes)
            self._bytes = 0

    def _count(self, size: int) -> None:
        if self._bytes + size > self._limits.request_bytes:
            raise _too_large(self._limits)
        full = self._room.take(self._client, size) if size else None
        if full:
            raise _full(full, "Too much is being sent at once; send it again in a moment.")
        self._bytes += size


def _declared_bytes(scope: Scope) -> int:
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(declared) if declared.isdigit() else 0


def _head_bytes(scope: Scope) -> int:
    headers = sum(len(name) + len(value) for name, value in scope["headers"])
    return headers + len(scope.get("raw_path") or b"") + len(scope["query_string"])


def _network(scope: Scope) -> str:
    """The client's address, as far as it tells one client from another."""
    client = scope.get("client")
    if client is None:
        return "unknown"
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return str(client[0])
    if address.version == 4 or address.ipv4_mapped:
        return str(address)
    return str(ipaddress.ip_network((address.packed, _NETWORK_BITS), strict=False))


def _too_large(limits: Limits) -> ProblemError:
    return ProblemError(413, f"A request has {limits.request_bytes:,} bytes at most; send the articles in several.")


def _too_slow(limits: Limits) -> ProblemError:
    return ProblemError(408, f"The request did not arrive within {limits.receive_seconds:g} seconds; send it in parts.")


def _too_long() -> ProblemError:
    return ProblemError(
        503,
        "The answer took too long and was given up; ask for less, or again in a moment.",
        headers={"Retry-After": str(problems.RETRY_SECONDS)},
    )


def _full(whose: str, detail: str) -> ProblemError:
    return ProblemError(429 if whose == "client" else 503, detail, headers={"Retry-After": "1"})

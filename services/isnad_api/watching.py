"""Around every request: an id, a measured answer, and headers that keep browsers from guessing (ASGI)."""

import re
import uuid
from collections.abc import Iterable
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isnad.clock import Clock
from isnad.metrics import ApiMetrics
from isnad_api.access import CALLER, Caller

_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    b"content-security-policy": b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}
_NO_STORE = (b"cache-control", b"no-store")


def always(given: Iterable[tuple[bytes, bytes]] = ()) -> list[tuple[bytes, bytes]]:
    """Return the headers that every answer has beside those given; a page that brings its own policy keeps it."""
    names = {name.lower() for name, _ in given}
    headers = [header for header in _HEADERS.items() if header[0] not in names]
    # What a reader found is nobody else's business; files that have a tag may be kept.
    return headers if names & {b"cache-control", b"etag"} else [*headers, _NO_STORE]


class Watching:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, *, metrics: ApiMetrics, clock: Clock) -> None:
        self._app = app
        self._metrics = metrics
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id_ = _request_id(scope)
        scope["isnad_request_id"] = id_
        status = 500
        started = self._clock.monotonic()

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = list(message.get("headers", []))
                message["headers"] = [*given, *always(given), (b"x-request-id", id_.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=id_):
            try:
                await self._app(scope, receive, with_headers)
            finally:
                self._measure(scope, status, self._clock.monotonic() - started)

    def _measure(self, scope: Scope, status: int, seconds: float) -> None:
        # The pattern and not the path: ids would make a new series for each article.
        route: Any = scope.get("route")
        pattern = getattr(route, "path", "unknown")
        method = scope["method"] if scope["method"] in ("GET", "POST", "DELETE", "HEAD", "OPTIONS") else "other"
        self._metrics.requests.labels(method, pattern, str(status)).inc()
        self._metrics.request_seconds.labels(method, pattern).observe(seconds)
        caller: Caller | None = scope.get(CALLER)
        if caller is not None and caller.key_id is not None:
            self._metrics.key_requests.labels(caller.key_id, str(status)).inc()
            self._metrics.key_used.labels(caller.key_id).set(self._clock.now().timestamp())


def _request_id(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex

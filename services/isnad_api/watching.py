"""Around every request: an id, a measured answer, and headers that keep browsers from guessing (ASGI)."""

import re
import uuid
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isnad.clock import Clock
from isnad.metrics import ApiMetrics

_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]


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
                message["headers"] = [*message.get("headers", []), *_ALWAYS, (b"x-request-id", id_.encode())]
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
        method = scope["method"] if scope["method"] in ("GET", "POST", "HEAD", "OPTIONS") else "other"
        self._metrics.requests.labels(method, pattern, str(status)).inc()
        self._metrics.request_seconds.labels(method, pattern).observe(seconds)


def _request_id(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex

"""A small proxy in front of Elasticsearch, which does what the real one won't do on demand.

Everything passes through to the real server, until a fault is set; it then sees each request to `_bulk` and decides.
"""

import http.client
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "te", "upgrade"})
_SECONDS = 120

Pairs = list[tuple[bytes, bytes | None]]
"""Action lines with their documents."""


@dataclass(frozen=True)
class Answer:
    """What the client gets. `cut_after` bytes of the body the connection is cut; None sends all of it.

    `then` is called when it was sent.
    """

    status: int
    body: bytes
    headers: dict[str, str]
    cut_after: int | None = None
    then: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Exchange:
    """One request to `_bulk`, and how to pass it on."""

    body: bytes
    """As it was sent, unpacked."""
    forward: Callable[[bytes], Answer]
    """Sends a body to the real server."""

    def passed(self) -> Answer:
        """Pass it on as it is."""
        return self.forward(self.body)

    @property
    def pairs(self) -> Pairs:
        """The action lines with their documents; a deletion has none."""
        lines = iter(self.body.splitlines())
        return [(line, None if b'"delete"' in line[:12] else next(lines)) for line in lines]


Fault = Callable[[Exchange], Answer]
"""Decides what comes of one request to `_bulk`."""


class Proxy:
    """Listens on a free port of loopback; a context manager.

    Attributes:
        fault: decides about each bulk request; None passes all through.
        of: part of an index's name; only requests that write to such a one meet the fault.
        watch: sees each bulk request.
        faults: how many bulk requests the fault decided about.
    """

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self.fault: Fault | None = None
        self.watch: Callable[[Exchange], None] = lambda _: None
        self.faults = 0
        self.of = ""
        self._lock = threading.Lock()
        proxy = self

        class Handler(_Handler):
            def answer(self, body: bytes) -> Answer:
                return proxy._answer(self, body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def do(self, fault: Fault, times: int, of: str = "") -> None:
        """Let a fault decide about the next so many bulk requests, of those that write to such an index."""
        left = times

        def limited(exchange: Exchange) -> Answer:
            nonlocal left
            with self._lock:
                left -= 1
                if left <= 0:
                    self.fault = None
                if left < 0:
                    return exchange.passed()
            return fault(exchange)

        self.fault, self.of = limited, of

    def wait_for_faults(self, number: int, seconds: float = 60) -> None:
        """Return when the fault has decided about so many requests."""
        until = time.monotonic() + seconds
        while self.faults < number:
            assert time.monotonic() < until, f"only {self.faults} bulk requests met the fault"
            time.sleep(0.02)

    def _answer(self, handler: "_Handler", body: bytes) -> Answer:
        def forward(content: bytes) -> Answer:
            connection = http.client.HTTPConnection(self._target.hostname or "", self._target.port, timeout=_SECONDS)
            headers = {k: v for k, v in handler.headers.items() if k.lower() not in {*_HOP_BY_HOP, "host"}}
            headers.pop("Content-Encoding", None)
            headers["Accept-Encoding"] = "identity"
            try:
                connection.request(handler.command, handler.path, content, headers)
                answer = connection.getresponse()
                return Answer(answer.status, answer.read(), dict(answer.getheaders()))
            except (OSError, http.client.HTTPException):
                return Answer(502, b"", {})
            finally:
                connection.close()

        if not handler.path.partition("?")[0].endswith("/_bulk"):
            return forward(body)
        exchange, fault = Exchange(body, forward), self.fault
        self.watch(exchange)
        if fault is None or not any(self.of in about(action)["_index"] for action, _ in exchange.pairs):
            return exchange.passed()
        answer = fault(exchange)
        self.faults += 1
        return answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body: bytes) -> Answer:
        raise NotImplementedError

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the signature is the base class's
        pass

    def handle(self) -> None:
        with suppress(ConnectionError):  # the client was killed
            super().handle()

    def _serve(self) -> None:
        answer = self.answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        try:
            if answer.status == 502:  # the real server is away, so this one seems to be
                self.close_connection = True
                return
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body if answer.cut_after is None else answer.body[: answer.cut_after])
            if answer.cut_after is not None:
                self.close_connection = True
        except OSError:  # the client went away
            self.close_connection = True
        answer.then()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815  http.server's names


_JSON = {"Content-Type": "application/vnd.elasticsearch+json;compatible-with=8", "X-Elastic-Product": "Elasticsearch"}


def refuse(status: int, error: str = "refused_on_purpose") -> Fault:
    """The whole request is refused with a status, as 429, 503 and 413 are."""
    body = json.dumps({"error": {"type": error, "reason": "on purpose"}, "status": status}).encode()
    return lambda _: Answer(status, body, _JSON)


def refuse_items(status: int, error: str, every: int = 3, of: str = "") -> Fault:
    """Each so-many-th write is refused within an answer of 200, of those with `of` in their index; the others go on."""

    def chosen(pairs: Pairs) -> list[bool]:
        return [n % every == 0 and of in about(action)["_index"] for n, (action, _) in enumerate(pairs)]

    return _refuse_chosen(status, error, chosen)


def refuse_documents(status: int, error: str, name: str, of: str) -> Fault:
    """The documents with `name` in their id are refused each time that they come, as those at fault themselves are."""

    def chosen(pairs: Pairs) -> list[bool]:
        return [name in about(action)["_id"] and of in about(action)["_index"] for action, _ in pairs]

    return _refuse_chosen(status, error, chosen)


def about(action: bytes) -> dict[str, Any]:
    """What an action line says of its document."""
    said: dict[str, Any] = json.loads(action).popitem()[1]
    return said


def _refuse_chosen(status: int, error: str, chosen: Callable[[Pairs], list[bool]]) -> Fault:
    def fault(exchange: Exchange) -> Answer:
        pairs = exchange.pairs
        refused = chosen(pairs)
        kept = b"".join(
            action + b"\n" + (document + b"\n" if document is not None else b"")
            for (action, document), bad in zip(pairs, refused, strict=True)
            if not bad
        )
        passed = exchange.forward(kept) if kept else Answer(200, b'{"errors":false,"items":[]}', _JSON)
        if passed.status != 200:
            return passed
        items = iter(json.loads(passed.body)["items"])
        every_item = []
        for (action, _), bad in zip(pairs, refused, strict=True):
            if not bad:
                every_item.append(next(items))
                continue
            (operation,) = json.loads(action)
            said = {"_index": about(action)["_index"], "_id": about(action)["_id"], "status": status}
            every_item.append({operation: {**said, "error": {"type": error, "reason": "on purpose"}}})
        return Answer(200, json.dumps({"took": 1, "errors": True, "items": every_item}).encode(), passed.headers)

    return fault


def answer_short(missing: int = 1) -> Fault:
    """All are written, and the answer names fewer."""

    def fault(exchange: Exchange) -> Answer:
        passed = exchange.passed()
        answer = json.loads(passed.body)
        answer["items"] = answer["items"][:-missing]
        return Answer(passed.status, json.dumps(answer).encode(), passed.headers)

    return fault


def cut(*, written: bool) -> Fault:
    """The connection is cut in the middle of the answer, after the writes were done or before."""

    def fault(exchange: Exchange) -> Answer:
        passed = exchange.passed() if written else Answer(200, b'{"errors":false,"items":[', _JSON)
        return Answer(passed.status, passed.body + b" " * 64, passed.headers, cut_after=min(20, len(passed.body)))

    return fault


def too_large(limit: int) -> Fault:
    """Requests of more bytes are refused with 413, as a server with a small `http.max_content_length` does."""

    def fault(exchange: Exchange) -> Answer:
        return refuse(413)(exchange) if len(exchange.body) > limit else exchange.passed()

    return fault


def call_after(then: Callable[[], None]) -> Fault:
    """All is well; and as soon as the answer was sent, this is called."""
    return lambda exchange: replace(exchange.passed(), then=then)


def slow(seconds: float) -> Fault:
    """The answer takes so long."""

    def fault(exchange: Exchange) -> Answer:
        time.sleep(seconds)
        return exchange.passed()

    return fault

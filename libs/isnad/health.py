"""Whether a service is well, for people and supervisors: /healthz, /readyz and /metrics on a port of their own.

The server has its own thread, so it answers while the service is busy or waits. /healthz says that the process lives;
/readyz that it can do its work now, and when it can't, on what it waits, why and since when.
"""

import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import msgspec
from prometheus_client import CollectorRegistry, make_wsgi_app

from isnad.clock import Clock, SystemClock
from isnad.listening import family, refused, written

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass(frozen=True, slots=True)
class Waiting:
    """A dependency that is not as it must be."""

    dependency: str
    reason: str
    since: datetime


class Health:
    """What a service waits for; safe to use from every thread.

    A new one waits for `start`: call `well("start")` when the service can do its work.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lock = threading.RLock()
        self._waiting: dict[str, Waiting] = {}
        self._followers: list[Callable[[str, bool], None]] = []
        self.waiting("start", "the service is starting")

    def follow(self, on_change: Callable[[str, bool], None]) -> None:
        """Call with a dependency and whether it is waited for: now for each that is, then when a wait begins or ends.

        The calls come in the order of the changes, and from the thread that tells of them, which waits for their end.
        """
        with self._lock:
            self._followers.append(on_change)
            for dependency in self._waiting:
                on_change(dependency, True)  # noqa: FBT003  the second argument has one meaning

    def waiting(self, dependency: str, reason: str) -> bool:
        """Say that the service can't work because of a dependency; return whether that is news.

        A new reason for the same dependency keeps the moment since when.
        """
        with self._lock:
            known = self._waiting.get(dependency)
            since = known.since if known else self._clock.now()
            self._waiting[dependency] = Waiting(dependency, reason, since)
            if known is None:
                self._tell(dependency, waiting=True)
            return known is None

    def well(self, dependency: str) -> float | None:
        """Say that a dependency is well; return for how many seconds it was not, None if it was all the time."""
        with self._lock:
            known = self._waiting.pop(dependency, None)
            if known is not None:
                self._tell(dependency, waiting=False)
        return (self._clock.now() - known.since).total_seconds() if known else None

    def ready(self) -> bool:
        """Return whether the service can do its work."""
        with self._lock:
            return not self._waiting

    def reasons(self) -> list[Waiting]:
        """Return what the service waits for, longest first."""
        with self._lock:
            return sorted(self._waiting.values(), key=lambda waiting: waiting.since)

    def _tell(self, dependency: str, *, waiting: bool) -> None:
        for on_change in self._followers:
            on_change(dependency, waiting)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True


class _IPv6Server(_Server):
    address_family = socket.AF_INET6


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401  the signature is the base class's
        """Leave probes out of the log."""


class HealthServer:
    """The running server.

    Attributes:
        port: the one that it really listens on.
        url: where the pages are.
    """

    def __init__(self, server: WSGIServer) -> None:
        self._server = server
        self.port = server.server_port
        self.url = f"http://{written(str(server.server_address[0]), self.port)}"
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def application(health: Health, registry: CollectorRegistry) -> "WSGIApplication":
    """Return the three pages as a WSGI application."""
    metrics: WSGIApplication = make_wsgi_app(registry)

    def healthz() -> tuple[str, Any]:
        return "200 OK", {"alive": True}

    def readyz() -> tuple[str, Any]:
        reasons = health.reasons()
        status = "503 Service Unavailable" if reasons else "200 OK"
        waiting = [{"dependency": w.dependency, "reason": w.reason, "since": w.since} for w in reasons]
        return status, {"ready": not reasons, "waiting": waiting}

    pages: dict[str, Callable[[], tuple[str, Any]]] = {"/healthz": healthz, "/readyz": readyz}

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            return metrics(environ, start_response)
        page = pages.get(path)
        status, content = page() if page else ("404 Not Found", {"pages": ["/healthz", "/readyz", "/metrics"]})
        body = msgspec.json.encode(content) + b"\n"
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return answer


def serve(health: Health, registry: CollectorRegistry, host: str, port: int) -> HealthServer:
    """Start the server in a thread of its own; port 0 takes a free one.

    Raises:
        SetupError: the port is taken or not allowed, or the host is none of this machine.
    """
    kind = _IPv6Server if family(host) is socket.AF_INET6 else _Server
    try:
        server = make_server(host, port, application(health, registry), server_class=kind, handler_class=_Silent)
    except OSError as exc:
        raise refused("The health pages", "ISNAD_HEALTH", host, port, exc) from exc
    return HealthServer(server)

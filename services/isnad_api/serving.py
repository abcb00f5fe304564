"""How the API is served: uvicorn, held to limits that it does not have itself.

uvicorn closes an idle connection, but waits for ever for the rest of a request's head or body: many such connections, a
byte from time to time in each, and nobody else gets in (Slowloris). And its own answers are plain text. h11 is asked
for by name: with the other parser the size of a request's head has no limit. It refuses an address that is not ASCII,
which HTTP does not allow but `curl` sends as it was typed; so here it is percent-encoded first, as a browser does it.
"""

import asyncio
import re
import socket

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from isnad.listening import family
from isnad_api import problems
from isnad_api.limits import MAX_HEAD_BYTES, Limits, Room
from isnad_api.watching import always

_STOP_SECONDS = 5
_IDLE_SECONDS = 20
_BACKLOG = 512

_NOT_ASCII = re.compile(rb"[\x80-\xff]")


def server(app: ASGIApp, limits: Limits, *, connections: int, proxies: str) -> uvicorn.Server:
    """Return the server; `serve(sockets=…)` runs it.

    Args:
        app: the application.
        limits: what requests are held to.
        connections: more at once are closed as they come; without `proxies` one address has a quarter of them.
        proxies: addresses or networks, with commas, whose word on the client's address is taken; nothing for nobody's.
    """

    class Protocol(_Protocol):
        receive_seconds = limits.receive_seconds
        # Behind a proxy all come from the same address.
        room = Room(connections, connections if proxies else max(1, connections // 4))

    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            log_config=None,
            # What it warns of is what a client did; that is counted, and a client can do it very often.
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=proxies,
            backlog=_BACKLOG,
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_STOP_SECONDS,
            h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        )
    )


class _Protocol(H11Protocol):
    """One connection."""

    receive_seconds: float
    room: Room
    _placed = False
    _late: asyncio.TimerHandle | None = None
    _silent = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn itself
        super().connection_made(transport)
        self._placed = self.room.take(self._address) is None
        if self._placed:
            self._watch()
        else:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        self._silent = False
        super().data_received(self._with_encoded_address(data))
        self._watch()

    def _with_encoded_address(self, data: bytes) -> bytes:
        """Percent-encode byte by byte what is not ASCII of a request's first line, however it is cut into pieces.

        Only where no body can be under way, and the line's end is not yet there: nothing else is ever changed. The
        first lines of further requests in one piece (pipelining) stay as they are, and are refused.
        """
        if data.isascii() or self.conn.their_state not in (h11.IDLE, h11.DONE) or b"\n" in self.conn.trailing_data[0]:
            return data
        line, end, rest = data.partition(b"\n")
        return _NOT_ASCII.sub(lambda found: b"%%%02X" % ord(found[0]), line) + end + rest

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        if self._placed:
            self.room.give_back(self._address)
        super().connection_lost(exc)

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  uvicorn's signature
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()
            return
        if self.cycle is not None and not self.cycle.response_complete:
            # The application has the request, whose body turns out to be none.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        detail = (
            f"This is no HTTP/1.1 request, or its head has more than {MAX_HEAD_BYTES:,} bytes, or its address holds "
            "spaces: percent-encode them and what is not ASCII."
        )
        body = problems.as_json(400, detail)
        headers = [
            (b"content-type", problems.MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *always(),
        ]
        parts = (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(body),
            h11.EndOfMessage(),
        )
        self.transport.write(b"".join(self.conn.send(part) or b"" for part in parts))
        self.transport.close()

    def _watch(self) -> None:
        """A request that has begun must end in time; between two requests uvicorn's own clock runs."""
        if self.transport.is_closing() or not self._receiving():
            self._unwatch()
        elif self._late is None:
            self._late = self.loop.call_later(self.receive_seconds, self._cut_off)

    def _cut_off(self) -> None:
        self._late = None
        if self.conn.their_state is h11.SEND_BODY and not self.cycle.response_complete:
            # The application waits for the same, and answers 408, which the client should get first.
            self._watch()
        else:
            self.transport.abort()

    def _unwatch(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _receiving(self) -> bool:
        state = self.conn.their_state
        return state is h11.SEND_BODY or (state is h11.IDLE and (self._silent or bool(self.conn.trailing_data[0])))


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that is bound; port 0 takes a free one.

    Raises:
        OSError: the address can't be had.
    """
    made = socket.socket(family(host), socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made

"""A client that asks far more than it may: one request over and over, without waiting for the answers."""

import re
import socket
import time
from collections import Counter
from threading import Event, Thread
from typing import Self
from urllib.parse import urlsplit

_TICK_SECONDS = 0.01
_HEAD = re.compile(rb"HTTP/1\.1 (\d{3}) (.*?)\r\n\r\n", re.DOTALL)
_LATER = re.compile(rb"^retry-after: ?[1-9]", re.IGNORECASE | re.MULTILINE)


class Flood:
    """Sends so many a second, as far as the server reads them, over several connections; a context manager.

    Attributes:
        sent: how many requests have gone out.
    """

    def __init__(self, url: str, key: str, per_second: int, connections: int = 60) -> None:
        address = urlsplit(url)
        self._place = address.hostname or "", address.port or 80
        head = (
            f"GET {address.path}?{address.query} HTTP/1.1",
            f"Host: {address.netloc}",
            f"Authorization: Bearer {key}",
        )
        self._request = ("\r\n".join(head) + "\r\n\r\n").encode()
        self._per_second = per_second
        self._ended = Event()
        self._connections = [_Connection(self._place) for _ in range(connections)]
        self.sent = 0
        self._thread = Thread(target=self._run, daemon=True)

    @property
    def answers(self) -> Counter[tuple[int, bool]]:
        """How often each status was answered so far, and whether with a `Retry-After` of a second or more."""
        heads = (head for one in self._connections for head in _HEAD.findall(bytes(one.read)))
        return Counter((int(status), _LATER.search(headers) is not None) for status, headers in heads)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        for one in self._connections:
            one.close()

    def _run(self) -> None:
        began = time.monotonic()
        while not self._ended.wait(_TICK_SECONDS):
            due = int((time.monotonic() - began) * self._per_second) - self.sent
            each = min(max(0, due) // len(self._connections) + 1, 50)
            for one in self._connections:
                if one.exchange(self._request * each):
                    self.sent += each


class _Connection:
    def __init__(self, place: tuple[str, int]) -> None:
        self._socket = socket.create_connection(place, timeout=30)
        self._socket.setblocking(False)
        self._left = b""
        self.read = bytearray()

    def exchange(self, more: bytes) -> bool:
        """Read what has come; send what is left, or more where nothing is, and return whether it was taken in hand."""
        taken = not self._left
        try:
            self.read += self._socket.recv(1 << 20)
        except BlockingIOError:
            pass
        except OSError:
            return False
        self._left = self._left or more
        try:
            self._left = self._left[self._socket.send(self._left) :]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return taken

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

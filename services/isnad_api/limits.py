"""How much one client may ask, and all of them together.

Own code, because what there is does not fit in front of the application: *limits* counts in windows and has no token
bucket, *slowapi* builds on it and decides when the route is known already.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

MAX_HEAD_BYTES = 32 * 1024
"""Of a request: its line and its headers."""
_CLIENTS = 20_000
"""So many are remembered; 100 bytes each."""

_ROUNDING = 1e-6
"""Seconds within which sums of fractions are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What every request is held to; a client is a key, or without one an address."""

    requests_per_second: float = 100.0
    """Of one client, in the long run."""
    burst: int = 200
    """Of one client, at once."""
    requests_at_once: int = 128
    """Of all clients."""
    requests_at_once_each: int = 32
    """Of one client."""
    request_bytes: int = 32 * 1024 * 1024
    """Largest body."""
    push_lines: int = 32_000
    """Articles of one push. As many as `request_bytes` of 1 KiB each; those of the outlet with the shortest that were
    measured have 1.8 kB on average."""
    bodies_bytes: int = 128 * 1024 * 1024
    """All bodies in memory; one client may have half of it."""
    receive_seconds: float = 30.0
    """So long a client may take to send a request."""
    answer_seconds: float = 35.0
    """So long an answer may take, from the moment at which the request is there."""

    @property
    def bodies_bytes_each(self) -> int:
        """Of one client; never less than one body."""
        return max(self.request_bytes, self.bodies_bytes // 2)


class Buckets:
    """A token bucket for each client.

    Kept as one number, the moment at which the bucket will be full again (the generic cell rate algorithm of ITU-T
    I.371, which gives the same answers). Of too many clients, those that were silent longest are forgotten.
    """

    def __init__(self, per_second: float, burst: int, *, clients: int = _CLIENTS) -> None:
        self._seconds = 1 / per_second
        self._slack = (burst - 1) * self._seconds
        self._clients = clients
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take(self, client: str, now: float) -> float:
        """Take one token and return 0; where there is none, return the seconds until there is one."""
        full_at = max(now, self._full_at.get(client, now))
        wait = full_at - now - self._slack
        if wait > _ROUNDING:
            return wait
        self._full_at[client] = full_at + self._seconds
        self._full_at.move_to_end(client)
        if len(self._full_at) > self._clients:
            self._full_at.popitem(last=False)
        return 0.0


class Room:
    """Something of which there is only so much, for all and for each client."""

    def __init__(self, total: int, each: int) -> None:
        self._total, self._each = total, each
        self._taken = 0
        self._taken_by: dict[str, int] = {}

    def take(self, client: str, amount: int = 1) -> Literal["all", "client"] | None:
        """Take it and return None; or return whose limit is in the way, and take nothing."""
        by_client = self._taken_by.get(client, 0) + amount
        if by_client > self._each:
            return "client"
        if self._taken + amount > self._total:
            return "all"
        self._taken += amount
        self._taken_by[client] = by_client
        return None

    def give_back(self, client: str, amount: int = 1) -> None:
        """Give back what was taken."""
        self._taken -= amount
        left = self._taken_by[client] - amount
        if left:
            self._taken_by[client] = left
        else:
            del self._taken_by[client]

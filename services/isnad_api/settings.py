"""Settings of the API."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from isnad import addresses
from isnad.elastic_access import ElasticAccess
from isnad.errors import SetupError
from isnad.indexes import Indexes
from isnad.keys import FILE_NAME
from isnad.settings import Count, Port, Rate, Seconds, ServiceSettings
from isnad_api.limits import Limits

_USUAL = Limits()


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiSettings(ServiceSettings):
    """What the API is told."""

    api_host: str = "127.0.0.1"
    api_port: Port = 8400
    """0 picks a free one and logs it."""
    api_open: Literal["local", "never"] = "local"
    """Who needs no key: `local`, programs on this machine while the API listens on loopback only and there are no
    `api_proxies`; `never`, nobody."""
    keys_file: str = ""
    """File with the API keys that `isnad keys` writes; by default in the user's data folder."""
    elasticsearch: ElasticAccess = field(default_factory=ElasticAccess)
    search_seconds: Seconds = 10.0
    """At most so long Elasticsearch is waited for."""
    push_seconds: Seconds = 15.0
    """At most so long Kafka is waited for."""
    api_proxies: str = ""
    """Reverse proxies, addresses or networks with commas, whose word on a client's address is taken."""
    max_connections: Count = 512
    """More are closed as they come; of one address, where there is no proxy, more than a quarter."""
    max_request_bytes: Count = _USUAL.request_bytes
    """Largest body of a push, all its articles together."""
    max_push_lines: Count = _USUAL.push_lines
    """Articles of one push; blank lines count for nothing."""
    max_bodies_bytes: Count = _USUAL.bodies_bytes
    """All bodies that are being received or read; one client may have half of it."""
    max_requests: Count = _USUAL.requests_at_once
    """So many requests are worked on at once."""
    max_requests_each: Count = _USUAL.requests_at_once_each
    """Of these, those of one client: a key, or without one an address."""
    requests_per_second: Rate = _USUAL.requests_per_second
    """Of one client, in the long run."""
    requests_burst: Count = _USUAL.burst
    """Of one client, at once."""
    receive_seconds: Seconds = _USUAL.receive_seconds
    """A request must be there within this time."""
    answer_seconds: Seconds = _USUAL.answer_seconds
    """An answer is given up after this time; more than searching or pushing may take."""
    index_prefix: str = "isnad"

    @property
    def limits(self) -> Limits:
        """What every request is held to."""
        return Limits(
            requests_per_second=self.requests_per_second,
            burst=self.requests_burst,
            requests_at_once=self.max_requests,
            requests_at_once_each=self.max_requests_each,
            request_bytes=self.max_request_bytes,
            push_lines=self.max_push_lines,
            bodies_bytes=self.max_bodies_bytes,
            receive_seconds=self.receive_seconds,
            answer_seconds=self.answer_seconds,
        )

    @property
    def proxies(self) -> str:
        """The proxies, each an address or a network.

        Raises:
            SetupError: one is neither. A name would be believed by nobody, and `*` would believe everybody.
        """
        proxies = [one.strip() for one in self.api_proxies.split(",") if one.strip()]
        try:
            for one in proxies:
                ipaddress.ip_network(one, strict=False)
        except ValueError as exc:
            raise SetupError(
                f"ISNAD_API_PROXIES={self.api_proxies!r}: {exc}. Write addresses or networks, as 127.0.0.1,10.0.0.0/8"
            ) from exc
        return ",".join(proxies)

    @property
    def keys(self) -> Path:
        """The file with the API keys."""
        return Path(self.keys_file) if self.keys_file else addresses.default_home() / FILE_NAME

    @property
    def indexes(self) -> Indexes:
        """The names of the indexes under this prefix."""
        return Indexes(self.index_prefix)

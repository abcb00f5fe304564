"""Settings of the API."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from isnad import addresses
from isnad.indexes import Indexes
from isnad.keys import FILE_NAME
from isnad.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiSettings(ServiceSettings):
    """What the API is told."""

    api_host: str = "127.0.0.1"
    api_port: int = 8400
    """0 picks a free one and logs it."""
    api_open: Literal["local", "never"] = "local"
    """Who needs no key: `local`, programs on this machine while the API listens on loopback only; `never`, nobody."""
    keys_file: str = ""
    """File with the API keys that `isnad keys` writes; by default in the user's data folder."""
    elasticsearch: str = "http://127.0.0.1:9200"
    """`http://host:port` or `https://user:password@host:port`."""
    elasticsearch_api_key: str = ""
    elasticsearch_ca: str = ""
    """File with the certificates to trust, if not the system's."""
    search_seconds: float = 10.0
    """At most so long Elasticsearch is waited for."""
    push_seconds: float = 15.0
    """At most so long Kafka is waited for."""
    max_request_bytes: int = 32 * 1024 * 1024
    """Largest body of a push, all its articles together."""
    index_prefix: str = "isnad"

    @property
    def keys(self) -> Path:
        """The file with the API keys."""
        return Path(self.keys_file) if self.keys_file else addresses.default_home() / FILE_NAME

    @property
    def indexes(self) -> Indexes:
        """The names of the indexes under this prefix."""
        return Indexes(self.index_prefix)

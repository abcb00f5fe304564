"""Settings of the API."""

from dataclasses import dataclass

from isnad.indexes import Indexes
from isnad.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiSettings(ServiceSettings):
    """What the API is told."""

    api_host: str = "127.0.0.1"
    api_port: int = 8400
    """0 picks a free one and logs it."""
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
    def indexes(self) -> Indexes:
        """The names of the indexes under this prefix."""
        return Indexes(self.index_prefix)

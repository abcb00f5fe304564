"""Settings of the index service."""

from dataclasses import dataclass, field

from isnad.elastic_access import ElasticAccess
from isnad.indexes import Indexes
from isnad.settings import CountOrNone, Seconds, StageSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexSettings(StageSettings):
    """What the index service is told."""

    elasticsearch: ElasticAccess = field(default_factory=ElasticAccess)
    elasticsearch_seconds: Seconds = 30.0
    """At most so long an answer is waited for."""
    index_prefix: str = "isnad"
    index_replicas: CountOrNone = 0
    """Copies of each index on other nodes; 0 fits a single node."""

    @property
    def indexes(self) -> Indexes:
        """The names of the indexes under this prefix."""
        return Indexes(self.index_prefix)

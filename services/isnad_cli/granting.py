"""The least that each part of isnad has to be allowed in Kafka and Elasticsearch (pure).

`isnad rights` prints it; tests on the real servers show that it is enough, and that what is missing is refused.
"""

from dataclasses import dataclass
from typing import Any, Literal

from isnad.indexes import Indexes
from isnad.topics import Topics

KafkaUser = Literal["prepare", "dedup", "entities", "index", "api", "feeder"]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a user may do with one topic or consumer group, in Kafka's words."""

    resource: Literal["topic", "group"]
    name: str
    operations: tuple[str, ...]


def kafka_grants(user: KafkaUser, topics: Topics) -> list[Grant]:
    """Return what a service, or `isnad feed`, has to be allowed.

    A stage looks at all topics when it starts, reads its own, and writes to the next ones and to the dead letters.
    """
    reads, writes = {
        "prepare": ([topics.raw], [topics.prepared]),
        "dedup": ([topics.prepared], [topics.matched, topics.changes]),
        "entities": ([topics.matched], [topics.enriched]),
        "index": ([topics.enriched, topics.changes], []),
        "api": ([], [topics.raw]),
        "feeder": ([], [topics.raw]),
    }[user]
    if not reads:
        # The API looks at its topic when it starts.
        looks = ("DescribeConfigs",) if user == "api" else ()
        return [Grant("topic", name, ("Write", *looks)) for name in writes]
    grants = [Grant("topic", spec.name, ("Describe", "DescribeConfigs")) for spec in topics.specs()]
    grants += [Grant("topic", name, ("Read",)) for name in reads]
    grants += [Grant("topic", name, ("Write",)) for name in (*writes, topics.dead)]
    return [*grants, Grant("group", topics.group(user), ("Read",))]


def writer_rights(indexes: Indexes) -> dict[str, Any]:
    """Return what the index service has to be allowed in Elasticsearch, as the role of an API key."""
    return {
        "cluster": ["manage_index_templates", "monitor"],
        "indices": [
            {
                "names": [f"{indexes.articles}*", f"{indexes.stories}*"],
                "privileges": ["create_index", "manage", "read", "write"],
            }
        ],
    }


def reader_rights(indexes: Indexes) -> dict[str, Any]:
    """Return what the API has to be allowed in Elasticsearch, as the role of an API key."""
    return {
        "cluster": ["monitor"],
        "indices": [{"names": [f"{indexes.articles}*", f"{indexes.stories}*"], "privileges": ["read"]}],
    }

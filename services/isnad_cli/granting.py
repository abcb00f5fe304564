"""The least that each part of isnad has to be allowed in Kafka and Elasticsearch (pure).

`isnad rights` prints it; tests on the real servers show that it is enough, and that what is missing is refused.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from isnad.indexes import Indexes
from isnad.topics import Topics

KafkaUser = Literal["prepare", "dedup", "entities", "index", "api", "feeder", "operator"]
"""The services; `feeder` is who calls `isnad feed`, `operator` who calls `isnad topics`, `dead` and `replay`."""

ElasticKey = Literal["index", "api", "operator"]
"""The index service writes, the API reads; `operator` is who calls `isnad replay` and `isnad content`."""

KAFKA_USERS: tuple[KafkaUser, ...] = get_args(KafkaUser)
ELASTIC_KEYS: tuple[ElasticKey, ...] = get_args(ElasticKey)

_LOOK = ("Describe", "DescribeConfigs")
"""A service looks at its topics when it starts, and refuses wrong ones."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a user may do with a topic or consumer group, in Kafka's words."""

    resource: Literal["topic", "group"]
    name: str
    operations: tuple[str, ...]
    prefixed: bool = False
    """Whether it holds for all names that begin so."""


def kafka_grants(user: KafkaUser, topics: Topics) -> list[Grant]:
    """Return what a user has to be allowed.

    A stage looks at all topics, reads its own, writes to the next ones, and reads and writes the dead letters.
    """
    if user in ("api", "feeder"):
        return [Grant("topic", topics.raw, ("Write", *(_LOOK if user == "api" else ())))]
    if user == "operator":
        every = ("Read", "Write", *_LOOK, "Create", "Alter", "AlterConfigs")
        return [
            *(Grant("topic", spec.name, every) for spec in topics.specs()),
            Grant("group", topics.group(""), ("Read", "Describe"), prefixed=True),
        ]
    reads, writes = _ways(topics)[user]
    return [
        *(Grant("topic", spec.name, _LOOK) for spec in topics.specs()),
        *(Grant("topic", name, ("Read",)) for name in reads),
        *(Grant("topic", name, ("Write",)) for name in writes),
        # It counts its dead letters, so that too many of them stop it, and sees what a person has resolved.
        Grant("topic", topics.dead, ("Read", "Write")),
        Grant("group", topics.group(user), ("Read",)),
    ]


def _ways(topics: Topics) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return for each stage the topics that it reads, and those that it writes to."""
    return {
        "prepare": ((topics.raw,), (topics.prepared,)),
        "dedup": ((topics.prepared,), (topics.matched, topics.changes)),
        "entities": ((topics.matched,), (topics.enriched,)),
        "index": ((topics.enriched, topics.changes), ()),
    }


def key_request(key: ElasticKey, indexes: Indexes) -> dict[str, Any]:
    """Return the body of `POST /_security/api_key` that makes the key; with it nothing else is allowed."""
    name = f"{indexes.prefix}-{key}"
    return {"name": name, "role_descriptors": {name: rights(key, indexes)}}


def _searched(indexes: Indexes) -> tuple[str, ...]:
    """Return what the API asks."""
    return (indexes.articles, indexes.stories, indexes.takedowns, indexes.entities)


def rights(key: ElasticKey, indexes: Indexes) -> dict[str, Any]:
    """Return what who shows the key has to be allowed, as the descriptor of an Elasticsearch role."""
    seen = [f"{family}*" for family in indexes.families]
    # `isnad replay` makes new indexes under a prefix of their own; the aliases that lead to them keep their names.
    made = [f"{indexes.prefix}-g*{family.removeprefix(indexes.prefix)}*" for family in indexes.families]
    if key == "api":
        searched = [f"{family}*" for family in _searched(indexes)]
        return {"cluster": ["monitor"], "indices": [{"names": searched, "privileges": ["read"]}]}
    if key == "operator":
        privileges = ["read", "write", "create_index", "manage"]
        return {
            "cluster": ["manage_index_templates", "monitor"],
            "indices": [{"names": [*seen, *made], "privileges": privileges}],
        }
    # It refreshes before it looks for what a takedown means.
    privileges = ["read", "index", "delete", "create_index", "view_index_metadata", "maintenance"]
    return {
        "cluster": ["manage_index_templates"],
        "indices": [{"names": [*seen, *made], "privileges": privileges}],
    }

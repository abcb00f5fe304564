"""Looking after topics: creating and checking them by `topics.py`, and how far the groups have come."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic  # noqa: TID251  isnad.kafka is the adapter of aiokafka
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType  # noqa: TID251
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code  # noqa: TID251

from isnad.kafka.connect import admin_client, consumer, partitions_of
from isnad.kafka.errors import translate, translated
from isnad.kafka.progress import GroupProgress
from isnad.kafka_access import KafkaAccess
from isnad.topics import TopicFault, TopicSpec, corrections, faults, partitions_in_words

_REPLICATION = 3
"""Copies of each partition, where there are as many brokers."""

_SETTLE_SECONDS = 0.2

_SET_ON_TOPIC = 1
"""Kafka's mark of a setting that was made for this topic, and is no default."""


@dataclass(frozen=True, slots=True)
class _Found:
    partitions: int | None
    settings: dict[str, str]
    set_on_topic: frozenset[str]


class Admin:
    """Creates and checks topics, and measures lag."""

    def __init__(self, kafka: str | KafkaAccess, *, timeout_seconds: float = 30.0) -> None:
        self._access = KafkaAccess.of(kafka)
        self._timeout_seconds = timeout_seconds

    async def check(self, specs: Sequence[TopicSpec]) -> list[TopicFault]:
        """Return what is not as the specs say, in their order; creates and changes nothing.

        Raises:
            BrokerUnavailable: Kafka does not answer in time.
        """
        async with admin_client(self._access, self._timeout_seconds) as client:
            found = await self._found(client, specs)
        nothing = _Found(None, {}, frozenset())
        return [
            fault
            for spec, known in ((spec, found.get(spec.name, nothing)) for spec in specs)
            for fault in faults(spec, known.partitions, known.settings)
        ]

    async def create(self, specs: Sequence[TopicSpec], replication: int | None = None) -> list[str]:
        """Create what is missing, add partitions and correct settings; return what was done, a sentence for each.

        What can't be mended without losing messages (too many partitions) is left; `check` then still reports it.

        Args:
            specs: the topics as they must be.
            replication: copies of each partition; by default three, or the number of brokers if there are fewer.

        Raises:
            BrokerUnavailable: Kafka does not answer in time.
            SetupError: Kafka refuses.
        """
        done: list[str] = []
        async with admin_client(self._access, self._timeout_seconds) as client:
            if replication is None:
                brokers = len((await client.describe_cluster())["brokers"])
                replication = min(_REPLICATION, brokers)
            found = await self._found(client, specs)
            for spec in specs:
                known = found.get(spec.name)
                if known is None:
                    done += await self._create(client, spec, replication)
                else:
                    done += await self._mend(client, spec, known)
            if done:
                await self._settled(client, specs)
        return done

    async def ends(self, topic: str) -> dict[int, int]:
        """Return for each partition the next offset to be written.

        Raises:
            BrokerUnavailable: Kafka does not answer in time.
            SetupError: there is no such topic.
        """
        async with admin_client(self._access, self._timeout_seconds) as client:
            partitions = await partitions_of(client, self._access, topic)
        async with consumer(self._access, self._timeout_seconds) as inner:
            with translated(self._access):
                ends = await inner.end_offsets(partitions)
        return {one.partition: ends[one] for one in partitions}

    async def lag(self, group: str, topic: str) -> int:
        """Return how many messages of a topic a group has not committed; where it never did, all that are there.

        Raises:
            BrokerUnavailable: Kafka does not answer in time.
            SetupError: there is no such topic.
        """
        async with admin_client(self._access, self._timeout_seconds) as client:
            partitions = await partitions_of(client, self._access, topic)
        async with GroupProgress(self._access, group, timeout_seconds=self._timeout_seconds) as progress:
            return sum((await progress.lags((one.topic, one.partition) for one in partitions)).values())

    async def members(self, group: str) -> int:
        """Return how many members a group has.

        Raises:
            BrokerUnavailable: Kafka does not answer in time.
        """
        async with admin_client(self._access, self._timeout_seconds) as client:
            (response,) = await client.describe_consumer_groups([group])
        (described,) = response.to_object()["groups"]
        self._accept(described["error_code"], group)
        return len(described["members"])

    async def _found(self, client: AIOKafkaAdminClient, specs: Sequence[TopicSpec]) -> dict[str, _Found]:
        wanted = {spec.name for spec in specs}
        described = await client.describe_topics()
        partitions = {topic["topic"]: len(topic["partitions"]) for topic in described if topic["topic"] in wanted}
        if not partitions:
            return {}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in partitions]
        found: dict[str, _Found] = {}
        for response in await client.describe_configs(resources):
            for code, message, _, name, entries in response.resources:
                self._accept(code, message)
                found[name] = _Found(
                    partitions[name],
                    {entry[0]: entry[1] for entry in entries},
                    frozenset(entry[0] for entry in entries if entry[3] == _SET_ON_TOPIC),
                )
        return found

    async def _settled(self, client: AIOKafkaAdminClient, specs: Sequence[TopicSpec]) -> None:
        """Wait until the brokers show what was done; they take a moment, and whoever starts now would be refused."""
        known: set[str] = set()
        while not known.issuperset(spec.name for spec in specs):
            known = {topic["topic"] for topic in await client.describe_topics() if topic["partitions"]}
            await asyncio.sleep(_SETTLE_SECONDS)

    async def _create(self, client: AIOKafkaAdminClient, spec: TopicSpec, replication: int) -> list[str]:
        topic = NewTopic(spec.name, spec.partitions, replication, topic_configs=spec.settings)
        response = await client.create_topics([topic])
        for _, code, *message in response.topic_errors:
            if for_code(code) is TopicAlreadyExistsError:
                return []
            self._accept(code, message[0] if message else "")
        return [f"created {spec.name} with {partitions_in_words(spec.partitions)}"]

    async def _mend(self, client: AIOKafkaAdminClient, spec: TopicSpec, found: _Found) -> list[str]:
        done: list[str] = []
        if found.partitions is not None and found.partitions < spec.partitions:
            await client.create_partitions({spec.name: NewPartitions(spec.partitions)})
            done.append(f"gave {spec.name} {partitions_in_words(spec.partitions)} instead of {found.partitions}")
        wrong = corrections(spec, found.settings, found.set_on_topic)
        if wrong:
            # This request replaces all settings of a topic, so those that others made have to be in it.
            kept = {name: found.settings[name] for name in found.set_on_topic}
            resource = ConfigResource(ConfigResourceType.TOPIC, spec.name, {**kept, **wrong})
            for response in await client.alter_configs([resource]):
                for code, message, *_ in response.resources:
                    self._accept(code, message)
            done += [f"set {name}={value} on {spec.name}" for name, value in wrong.items()]
        return done

    def _accept(self, code: int, message: str | None) -> None:
        error = for_code(code)
        if error is not NoError:
            raise translate(error(message or ""), self._access)

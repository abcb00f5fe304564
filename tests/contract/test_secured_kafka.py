"""Kafka behind TLS, SCRAM and rights: our adapters get in, say why they don't, and need no more than they are given."""

import asyncio
import itertools
import socket
from dataclasses import replace

import pytest
from tests.secured import Certificates, SecuredKafka

from isnad.errors import BrokerUnavailable, IsnadError, SetupError
from isnad.kafka import Admin, GroupProgress, LogReader, Producer, require_topics
from isnad.kafka_access import KafkaAccess
from isnad.outcomes import Outgoing
from isnad.secret import Secret
from isnad.topics import Topics
from isnad_cli.granting import KafkaUser, kafka_grants

pytestmark = [pytest.mark.real, pytest.mark.long, pytest.mark.timeout(120)]

_numbers = itertools.count()


@pytest.fixture
async def topics(secured_kafka: SecuredKafka) -> Topics:
    """Topics of this test's own."""
    made = Topics(f"secured{next(_numbers)}.")
    await Admin(secured_kafka.access()).create(made.specs(partitions=1), replication=1)
    return made


async def test_what_is_sent_is_read_and_the_lag_known(secured_kafka, topics):
    """Through TLS and SCRAM, in order and byte for byte."""
    kafka = secured_kafka.access()
    async with Producer(kafka) as producer:
        await producer.send_all([Outgoing(topics.prepared, b"k\xff", b"v\x00%d" % n) for n in range(50)])
    reader = LogReader(kafka)
    assert await reader.bounds(topics.prepared, 0) == (0, 50)
    records = [record async for record in reader.read(topics.prepared, 0, 0, 50)]
    assert [(record.key, record.value) for record in records] == [(b"k\xff", b"v\x00%d" % n) for n in range(50)]
    async with GroupProgress(kafka, topics.group("dedup")) as progress:
        assert await progress.lags([(topics.prepared, 0)]) == {(topics.prepared, 0): 50}


def refusals(kafka: SecuredKafka) -> list[tuple[KafkaAccess, str]]:
    """Ways of not getting in, and what is said of each."""
    plain = KafkaAccess(kafka.address)
    return [
        (kafka.access(password=Secret("open sesame")), "refuses the user 'admin' .*Look at ISNAD_KAFKA_USER"),
        (kafka.access(ca=str(kafka.certificates.other_ca)), "not trusted .*Look at ISNAD_KAFKA_CA"),
        (kafka.access(ca=""), "not trusted .*Look at ISNAD_KAFKA_CA"),
        (kafka.access(mechanism="PLAIN"), "does not take PLAIN. Look at ISNAD_KAFKA_MECHANISM"),
        (plain, "only accepts encrypted connections.* Set it to SASL_SSL or SSL"),
        (replace(plain, security="SASL_PLAINTEXT", user="admin", password=Secret("x")), "only accepts encrypted"),
        (replace(plain, security="SSL", ca=str(kafka.certificates.ca)), "ends the connection .*ISNAD_KAFKA_SECURITY"),
    ]


async def test_whoever_is_not_let_in_is_told_at_which_setting_to_look(secured_kafka):
    """By every adapter, as something to wait for, since passwords and certificates change while services run."""
    for access, said in refusals(secured_kafka):
        with pytest.raises(BrokerUnavailable, match=said) as refused:
            await Admin(access, timeout_seconds=10).check([])
        assert "open sesame" not in str(refused.value)
    for adapter in (
        Producer(access := secured_kafka.access(password=Secret("open sesame"))).send(Outgoing("t", b"", b"")),
        LogReader(access).bounds("t", 0),
        GroupProgress(access, "g").__aenter__(),
    ):
        with pytest.raises(BrokerUnavailable, match="refuses the user"):
            await adapter


async def test_a_certificate_of_our_own_lets_in_where_kafka_asks_for_one(secured_kafka, tmp_path):
    """And whoever has none, or one that Kafka does not trust, is told so."""
    file = tmp_path / "own.pem"
    file.write_text("".join(secured_kafka.certificates.issue()))
    assert await Admin(secured_kafka.mutual(certificate=str(file))).check([]) == []
    file.write_text("".join(Certificates(tmp_path).issue()))
    for own in ({}, {"certificate": str(file)}):
        with pytest.raises(
            BrokerUnavailable, match=r"refuses our certificate, or asks for one .*ISNAD_KAFKA_CERTIFICATE"
        ):
            await Admin(secured_kafka.mutual(**own), timeout_seconds=10).check([])


async def test_who_asks_for_tls_at_a_port_without_is_told_so(secured_kafka):
    """The server takes the connection and ends it, as Kafka does with what it can't read."""

    async def end(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(end, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        access = replace(secured_kafka.access(), servers=f"127.0.0.1:{port}")
        with pytest.raises(BrokerUnavailable, match=r"no encrypted ones.*ISNAD_KAFKA_SECURITY is SASL_SSL"):
            await Admin(access, timeout_seconds=10).check([])


async def test_nobody_at_the_address_is_just_no_answer(secured_kafka):
    """As it is without security."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        access = replace(secured_kafka.access(), servers=f"127.0.0.1:{closed.getsockname()[1]}")
        with pytest.raises(BrokerUnavailable, match=rf"^Kafka does not answer at {access}$"):
            await Admin(access, timeout_seconds=10).check([])


async def may(work) -> bool:
    """Whether Kafka allows it; a topic that one may not see is as none."""
    try:
        await work
    except (BrokerUnavailable, SetupError) as exc:
        if "isnad rights kafka" not in str(exc):
            raise
        return False
    return True


WAYS: dict[KafkaUser, tuple[set[str], set[str]]] = {
    "prepare": ({"raw", "dead"}, {"prepared", "dead"}),
    "dedup": ({"prepared", "dead"}, {"matched", "changes", "dead"}),
    "entities": ({"matched", "dead"}, {"enriched", "dead"}),
    "index": ({"enriched", "changes", "dead"}, {"dead"}),
    "api": (set(), {"raw"}),
    "feeder": (set(), {"raw"}),
}
"""Which topics each one reads, and to which it writes, by the table in docs/security.md."""


@pytest.mark.parametrize("user", WAYS)
async def test_a_user_reads_and_writes_what_it_needs_and_nothing_else(secured_kafka, topics, user):
    """With the rights that `isnad rights kafka` prints."""
    every = {name: getattr(topics, name) for name in ("raw", "prepared", "matched", "enriched", "changes", "dead")}
    async with Producer(secured_kafka.access()) as producer:
        await producer.send_all([Outgoing(topic, b"k", b"a message") for topic in every.values()])
    await secured_kafka.allow(user, kafka_grants(user, topics))
    kafka = secured_kafka.access(user)
    reads = {name for name, topic in every.items() if await may(_read(LogReader(kafka), topic))}
    async with Producer(kafka) as producer:
        writes = {name for name, topic in every.items() if await may(producer.send(Outgoing(topic, b"k", b"v")))}
    assert (reads, writes) == WAYS[user]


async def _read(reader: LogReader, topic: str) -> None:
    async for _ in reader.read(topic, 0, 0, 1):
        pass


async def test_a_stage_sees_all_topics_and_its_own_group_only(secured_kafka, topics):
    """What it needs to start and to be watched."""
    await secured_kafka.allow("dedup", kafka_grants("dedup", topics))
    kafka = secured_kafka.access("dedup")
    await require_topics(Admin(kafka), topics.specs(partitions=1), kafka)
    assert await Admin(kafka).members(topics.group("dedup")) == 0
    async with GroupProgress(kafka, topics.group("dedup")) as progress:
        assert await progress.starts([(topics.prepared, 0)]) == {(topics.prepared, 0): 0}
    await LogReader(kafka).try_out([topics.prepared, topics.dead])
    with pytest.raises(BrokerUnavailable, match=r"TopicAuthorizationFailed.*isnad rights kafka"):
        await LogReader(kafka).try_out([topics.prepared, topics.raw])
    with pytest.raises(BrokerUnavailable, match="isnad rights kafka"):
        await Admin(kafka).members(topics.group("index"))


async def test_the_operator_creates_and_mends_topics(secured_kafka):
    """As `isnad topics create` does."""
    topics = Topics(f"secured{next(_numbers)}.")
    await secured_kafka.allow("operator", kafka_grants("operator", topics))
    admin = Admin(secured_kafka.access("operator"))
    assert len(await admin.create(topics.specs(partitions=1), replication=1)) == 6
    done = await admin.create(topics.specs(partitions=2))
    assert f"gave {topics.raw} 2 partitions instead of 1" in done
    assert await admin.check(topics.specs(partitions=2)) == []


async def test_a_user_without_rights_is_told_what_prints_them(secured_kafka, topics):
    """A topic that one may not see seems not to exist."""
    kafka = secured_kafka.access("stranger")
    with pytest.raises(SetupError, match=r"does not exist.*isnad rights kafka"):
        await require_topics(Admin(kafka), topics.specs(partitions=1), kafka, second_look_seconds=0)
    with pytest.raises(IsnadError, match="isnad rights kafka"):
        async with Producer(kafka, timeout_seconds=10) as producer:
            await producer.send(Outgoing(topics.raw, b"k", b"v"))

"""What isnad relies on in Kafka: the same tests on the fake and on the real one."""

import asyncio
import itertools
import socket
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from tests.harness.transactions import transactional

from isnad.clock import SystemClock
from isnad.errors import BrokerUnavailable, RecordError, SetupError
from isnad.kafka import Admin, Bookmarks, GroupProgress, History, LogReader, Producer, require_topics
from isnad.messages import Reason
from isnad.outcomes import Outgoing
from isnad.places import Bookmark, Extent
from isnad.testing.broker import FakeBroker
from isnad.topics import MAX_MESSAGE_BYTES, Topics

_numbers = itertools.count()


@dataclass
class RealBroker:
    """Makes the adapters as a `FakeBroker` makes the fake ones."""

    address: str

    def producer(self):
        return Producer(self.address)

    def reader(self):
        return LogReader(self.address)

    def admin(self):
        return Admin(self.address)

    def progress(self, group):
        return GroupProgress(self.address, group)

    def history(self):
        return History(self.address)

    def bookmarks(self, group):
        return Bookmarks(self.address, group)


class BrokerContract:
    """The tests; a subclass says on which broker. `topics` are new for each test and exist, `none` don't exist."""

    @pytest.fixture
    def none(self):
        return Topics(f"contract{next(_numbers)}.")

    @pytest.fixture
    async def topics(self, broker, none):
        await broker.admin().create(none.specs(partitions=3), replication=1)
        return none

    async def read(self, broker, topic, partition=0):
        reader = broker.reader()
        return [record async for record in reader.read(topic, partition, *await reader.bounds(topic, partition))]

    async def test_messages_come_back_in_order_as_they_were_sent(self, broker, topics):
        """Key and value byte for byte, offsets from 0, append times that never go back."""
        messages = [Outgoing(topics.prepared, b"k\xff%d" % n, b"v\x00%d" % n) for n in range(500)]
        async with broker.producer() as producer:
            await producer.send_all(messages)
        records = await self.read(broker, topics.prepared)
        assert [(record.key, record.value) for record in records] == [(one.key, one.value) for one in messages]
        assert [record.offset for record in records] == list(range(500))
        assert {(record.topic, record.partition) for record in records} == {(topics.prepared, 0)}
        times = [record.appended_at for record in records]
        assert times == sorted(times)
        assert all(time.utcoffset() == timedelta(0) for time in times)

    async def test_a_stretch_is_read_from_its_start_up_to_its_end(self, broker, topics):
        """The end is not part of it; an empty stretch is empty."""
        async with broker.producer() as producer:
            await producer.send_all([Outgoing(topics.prepared, b"k", b"%d" % n) for n in range(10)])
        reader = broker.reader()
        assert [record.value async for record in reader.read(topics.prepared, 0, 3, 6)] == [b"3", b"4", b"5"]
        assert [record async for record in reader.read(topics.prepared, 0, 6, 6)] == []

    async def test_bounds_are_equal_while_nothing_is_there(self, broker, topics):
        """And the second is the next offset to be written."""
        reader = broker.reader()
        assert await reader.bounds(topics.raw, 2) == (0, 0)
        async with broker.producer() as producer:
            await producer.send(Outgoing(topics.prepared, b"k", b"v"))
        assert await reader.bounds(topics.prepared, 0) == (0, 1)
        assert await broker.admin().ends(topics.prepared) == {0: 1}

    async def test_equal_keys_go_to_one_partition_and_all_partitions_are_used(self, broker, topics):
        """That is what keeps an article's versions in order."""
        async with broker.producer() as producer:
            await producer.send_all([Outgoing(topics.raw, b"key%d" % (n % 40), b"v") for n in range(120)])
        where = [{record.key for record in await self.read(broker, topics.raw, n)} for n in range(3)]
        assert all(where)
        assert sum(len(keys) for keys in where) == 40

    async def test_a_message_without_value_is_a_record_without_value(self, broker, topics):
        """Foreign producers send such; they must not stop a reader."""
        async with broker.producer() as producer:
            await producer.send(Outgoing(topics.prepared, b"k", None))
        (record,) = await self.read(broker, topics.prepared)
        assert (record.key, record.value) == (b"k", None)

    async def test_headers_come_back_as_they_were_sent(self, broker, topics):
        """In order, a name twice, bytes of every kind; and a message may be without a key."""
        headers = (("a", b"\xff\x00"), ("isnad-deaths", b"2"), ("a", b""))
        async with broker.producer() as producer:
            await producer.send_all(
                [Outgoing(topics.prepared, None, b"v", headers), Outgoing(topics.prepared, b"k", b"v")]
            )
        first, second = await self.read(broker, topics.prepared)
        assert (first.key, first.headers) == (None, headers)
        assert second.headers == ()

    async def test_a_message_too_large_is_refused_and_the_others_arrive(self, broker, topics):
        """Each message has its own answer."""
        values = [b"1", b"x" * (MAX_MESSAGE_BYTES + 1), b"3", b"x" * (MAX_MESSAGE_BYTES - 1000)]
        async with broker.producer() as producer:
            failures = await producer.deliver([Outgoing(topics.prepared, b"k", value) for value in values])
            await producer.send(Outgoing(topics.prepared, b"k", b"5"))
        assert [failure and failure.reason for failure in failures] == [None, Reason.TOO_LARGE, None, None]
        assert isinstance(failures[1], RecordError)
        assert [record.value[:1] for record in await self.read(broker, topics.prepared)] == [b"1", b"3", b"x", b"5"]

    async def test_the_topic_s_own_limit_counts_too(self, broker, none):
        """A broker that takes less than isnad sends refuses, and what is sent after that still arrives, in order."""
        specs = [replace(spec, config={"max.message.bytes": "20000"}) for spec in none.specs(partitions=1)]
        await broker.admin().create(specs, replication=1)
        async with broker.producer() as producer:
            small = [Outgoing(none.prepared, b"k", b"%d" % n) for n in range(5)]
            large = Outgoing(none.prepared, b"k", b"x" * 30_000)
            failures = await producer.deliver([*small[:2], large, *small[2:4]])
            await producer.send(small[4])
        assert [failure and failure.reason for failure in failures] == [None, None, Reason.TOO_LARGE, None, None]
        assert sorted(record.value for record in await self.read(broker, none.prepared)) == [
            b"0",
            b"1",
            b"2",
            b"3",
            b"4",
        ]

    async def test_a_topic_that_does_not_exist_is_refused_and_not_created(self, broker, none):
        """By everybody, with the command that creates it: Kafka would create it for whoever asks."""
        async with broker.producer() as producer:
            with pytest.raises(SetupError, match="isnad topics create"):
                await producer.send(Outgoing(none.raw, b"k", b"v"))
        with pytest.raises(SetupError, match="isnad topics create"):
            await broker.reader().bounds(none.raw, 0)
        with pytest.raises(SetupError, match="isnad topics create"):
            await broker.admin().lag("group", none.raw)
        with pytest.raises(SetupError, match="isnad topics create"):
            await broker.admin().ends(none.raw)
        faults = await broker.admin().check(none.specs())
        assert [fault.text for fault in faults] == [f"{spec.name} does not exist" for spec in none.specs()]

    async def test_a_partition_that_does_not_exist_is_refused(self, broker, topics):
        """At once, where aiokafka would wait."""
        async with asyncio.timeout(10):
            with pytest.raises(SetupError, match="partition 7"):
                await broker.reader().bounds(topics.raw, 7)

    async def test_topics_are_created_once_and_then_as_they_must_be(self, broker, none):
        """Creating again does nothing."""
        specs = none.specs(partitions=3)
        assert len(await broker.admin().create(specs, replication=1)) == 6
        assert await broker.admin().check(specs) == []
        assert await broker.admin().create(specs, replication=1) == []

    async def test_a_service_requires_its_topics_as_they_must_be(self, broker, none):
        """Missing ones and a wrong number of partitions are told with the command; a setting of one's own is not."""
        admin, specs = broker.admin(), none.specs(partitions=3)
        with pytest.raises(SetupError, match=f"at here:9092 .*{none.raw} does not exist.*isnad topics create"):
            await require_topics(admin, specs, "here:9092", second_look_seconds=0)
        await admin.create(specs, replication=1)
        await require_topics(admin, specs, "here:9092")
        longer = [replace(spec, config={**spec.settings, "retention.ms": "-1"}) for spec in specs]
        await require_topics(admin, longer, "here:9092")
        with pytest.raises(SetupError, match="has 3 partitions and must have 4"):
            await require_topics(admin, none.specs(partitions=4), "here:9092", second_look_seconds=0)

    async def test_partitions_are_added_but_never_taken_away(self, broker, topics):
        """More are added; fewer are reported, and a service would refuse."""
        await broker.admin().create(topics.specs(partitions=5), replication=1)
        assert await broker.admin().check(topics.specs(partitions=5)) == []
        faults = await broker.admin().check(topics.specs(partitions=3))
        assert faults[0].text == f"{topics.raw} has 5 partitions and must have 3"
        assert all(fault.refused for fault in faults)

    async def test_wrong_settings_are_reported_and_corrected(self, broker, none):
        """A producer's own stamps are refused; how long messages are kept is noted, and stays as others' settings."""
        theirs = {"message.timestamp.type": "CreateTime", "retention.ms": "3600000", "segment.ms": "7200000"}
        wrong = [replace(spec, config=theirs) for spec in none.specs(partitions=3)]
        await broker.admin().create(wrong, replication=1)
        faults = await broker.admin().check(none.specs(partitions=3)[:1])
        assert {(fault.text, fault.refused) for fault in faults} == {
            (f"{none.raw} has message.timestamp.type=CreateTime, not LogAppendTime", True),
            (f"{none.raw} has retention.ms=3600000, not 2592000000", False),
        }
        assert await broker.admin().create(none.specs(partitions=3), replication=1)
        left = await broker.admin().check(none.specs(partitions=3))
        assert f"{none.raw} has retention.ms=3600000, not 2592000000" in {one.text for one in left}
        assert not any(one.refused for one in left)
        assert none.prepared not in {one.topic for one in left}, "the ordered log is kept for ever"

    async def test_the_history_of_a_topic_has_a_beginning_and_moments(self, broker, topics):
        """Each message of its own millisecond; a moment between two of them lies before the later one."""
        assert set((await broker.history().extents(topics.prepared)).values()) == {Extent(0, 0, None)}
        async with broker.producer() as producer:
            for n in range(3):
                await producer.send(Outgoing(topics.prepared, b"k", b"%d" % n))
                await asyncio.sleep(0.005)
        records, millisecond = await self.read(broker, topics.prepared), timedelta(milliseconds=1)
        first, second, third = (record.appended_at for record in records)
        assert first < second < third
        history = broker.history()
        assert await history.extents(topics.prepared) == {0: Extent(0, 3, first)}
        moments = [first - timedelta(days=9), first, first + millisecond, second, third, third + millisecond]
        found = [(await history.offsets_at(topics.prepared, moment))[0] for moment in moments]
        assert found == [0, 0, 1, 1, 2, 3]
        assert set((await history.offsets_at(topics.matched, first)).values()) == {0}

    async def test_bookmarks_are_kept_with_their_notes(self, broker, topics):
        """Also those of several topics, put one after the other; nobody fetches anything for it."""
        group = topics.group("replay")
        async with broker.bookmarks(group) as bookmarks:
            await bookmarks.put({})
            await bookmarks.put({(topics.matched, 0): Bookmark(7, "فقرة"), (topics.matched, 2): Bookmark(8)})
            await bookmarks.put({(topics.prepared, 0): Bookmark(9, "n"), (topics.matched, 0): Bookmark(10, "m")})
        assert await broker.bookmarks(group).read() == {
            (topics.matched, 0): Bookmark(10, "m"),
            (topics.matched, 2): Bookmark(8),
            (topics.prepared, 0): Bookmark(9, "n"),
        }
        assert await broker.bookmarks(topics.group("another")).read() == {}

    async def test_a_group_that_never_committed_lags_behind_everything(self, broker, topics):
        """In all partitions."""
        async with broker.producer() as producer:
            await producer.send_all([Outgoing(topics.raw, b"key%d" % n, b"v") for n in range(40)])
        assert await broker.admin().lag("nobody", topics.raw) == 40
        async with broker.progress("nobody") as progress:
            everywhere = [(topics.raw, n) for n in range(3)]
            assert await progress.starts(everywhere) == dict.fromkeys(everywhere, 0)
            assert sum((await progress.lags(everywhere)).values()) == 40
            assert await progress.lags([]) == {}


class TestFakeBroker(BrokerContract):
    """On the fake."""

    @pytest.fixture
    def broker(self):
        return FakeBroker(clock=SystemClock())

    async def test_while_it_is_down_nobody_gets_an_answer(self, broker, topics):
        """As with a real one that is not there; what was sent stays."""
        broker.append(Outgoing(topics.prepared, b"k", b"v"))
        broker.down = "broken on purpose"
        with pytest.raises(BrokerUnavailable):
            await broker.producer().send(Outgoing(topics.prepared, b"k", b"v"))
        with pytest.raises(BrokerUnavailable):
            await broker.reader().bounds(topics.prepared, 0)
        with pytest.raises(BrokerUnavailable):
            await broker.admin().check(topics.specs())
        with pytest.raises(BrokerUnavailable):
            await broker.history().extents(topics.prepared)
        with pytest.raises(BrokerUnavailable):
            await broker.bookmarks("g").put({(topics.prepared, 0): Bookmark(1)})
        broker.down = None
        assert await broker.admin().lag("group", topics.prepared) == 1


@pytest.mark.real
class TestRealBroker(BrokerContract):
    """On the real one."""

    @pytest.fixture
    def broker(self, kafka):
        return RealBroker(kafka)

    async def test_while_nobody_is_there_nobody_gets_an_answer(self, unused_tcp_port):
        """In the time that was given."""
        address = f"127.0.0.1:{unused_tcp_port}"
        async with asyncio.timeout(10):
            async with Producer(address, timeout_seconds=1) as producer:
                with pytest.raises(BrokerUnavailable, match=address):
                    await producer.send(Outgoing("t", b"k", b"v"))
            with pytest.raises(BrokerUnavailable, match=address):
                await LogReader(address, timeout_seconds=1).bounds("t", 0)
            with pytest.raises(BrokerUnavailable, match=address):
                await Admin(address, timeout_seconds=1).check([])
            with pytest.raises(BrokerUnavailable, match=address):
                await History(address, timeout_seconds=1).extents("t")
            with pytest.raises(BrokerUnavailable, match=address):
                await Bookmarks(address, "g", timeout_seconds=1).put({("t", 0): Bookmark(1)})
            with pytest.raises(BrokerUnavailable, match=address):
                async with GroupProgress(address, "g", timeout_seconds=1):
                    pass

    async def test_a_silent_address_does_not_hold_the_caller(self):
        """Something that accepts connections and never answers."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"127.0.0.1:{silent.getsockname()[1]}"
            async with asyncio.timeout(10):
                async with Producer(address, timeout_seconds=1) as producer:
                    with pytest.raises(BrokerUnavailable):
                        await producer.send(Outgoing("t", b"k", b"v"))
                with pytest.raises(BrokerUnavailable):
                    await Admin(address, timeout_seconds=1).check([])

    async def test_append_times_are_the_broker_s(self, broker, topics):
        """Whatever a producer claims, in whole milliseconds."""
        clock = SystemClock()
        before = clock.now() - timedelta(milliseconds=1)
        async with broker.producer() as producer:
            await producer.send(Outgoing(topics.prepared, b"k", b"v"))
        (record,) = await self.read(broker, topics.prepared)
        assert before <= record.appended_at <= clock.now()
        assert record.appended_at.microsecond % 1000 == 0

    async def test_what_was_sent_in_a_transaction_is_there_once_it_is_committed(self, broker, topics):
        """The log ends before an open one; one that was given up leaves offsets that are no messages."""
        async with transactional(broker.address, topics.prepared) as upstream:
            await upstream.send([b"0", b"1"])
            await upstream.commit()
            await upstream.send([b"given up"])
            await upstream.give_up()
            await upstream.send([b"2"])
            assert await broker.reader().bounds(topics.prepared, 0) == (0, 5)
            assert [record.value for record in await self.read(broker, topics.prepared)] == [b"0", b"1"]
            await upstream.commit()
        records = await self.read(broker, topics.prepared)
        assert [(record.offset, record.value) for record in records] == [(0, b"0"), (1, b"1"), (5, b"2")]

    async def test_offsets_that_are_no_messages_are_no_lag(self, broker, topics):
        """A group that has all messages committed waits for none, whatever stands behind them."""
        partition = (topics.prepared, 0)
        group = topics.group("x")
        async with (
            transactional(broker.address, topics.prepared) as upstream,
            broker.bookmarks(group) as bookmarks,
            broker.progress(group) as progress,
        ):
            await upstream.send([b"0", b"1"])
            await upstream.commit()
            await upstream.send([b"given up"])
            await upstream.give_up()
            await bookmarks.put({partition: Bookmark(1)})
            await self.lag_becomes(progress, partition, 4)
            await bookmarks.put({partition: Bookmark(2)})
            assert await progress.lags([partition]) == {partition: 0}
            await upstream.send([b"2"])
            assert await progress.lags([partition]) == {partition: 0}
            await upstream.commit()
            await self.lag_becomes(progress, partition, 5)

    async def lag_becomes(self, progress, partition, lag):
        """Soon: a broker says that a transaction has ended before it has written so into the partition."""
        for _ in range(200):
            found = await progress.lags([partition])
            if found == {partition: lag}:
                break
            await asyncio.sleep(0.05)
        assert found == {partition: lag}

    async def test_a_group_without_members_has_none(self, broker, topics):
        """Also one that was never there."""
        assert await broker.admin().members(topics.group("x")) == 0

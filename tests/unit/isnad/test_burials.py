"""What the dead letters say about the records of one stage."""

from datetime import timedelta

import pytest
from msgspec import structs

from isnad import codec
from isnad.burials import Burials
from isnad.delivery import Delivery
from isnad.errors import RecordError
from isnad.messages import DeadLetter, Reason, Resolution
from isnad.outcomes import Outcome, Outgoing
from isnad.poison import Buried
from isnad.testing.broker import FakeBroker, FakeReader
from isnad.testing.builders import record
from isnad.testing.clock import START
from isnad.topics import Topics

TOPICS = Topics()
DEAD = Outcome.dead(RecordError(Reason.EMPTY, "no value"))


@pytest.fixture
def broker():
    return FakeBroker(TOPICS.specs(partitions=1))


class Cluster:
    """Where the letters are, which may be set up anew."""

    def __init__(self, broker):
        self.broker = broker

    async def bounds(self, topic, partition):
        return await self.broker.reader().bounds(topic, partition)

    def read(self, topic, partition, start, end):
        return self.broker.reader().read(topic, partition, start, end)


async def bury(broker, *offsets, stage="prepare", partition=2, **more):
    records = [record(None, topic=TOPICS.raw, partition=partition, offset=offset, **more) for offset in offsets]
    delivery = Delivery(records, [DEAD] * len(records), stage=stage, dead_topic=TOPICS.dead, now=START)
    await delivery.attempt(broker.producer())


def buried(*offsets):
    return [Buried((TOPICS.raw, 2), offset) for offset in offsets]


async def test_the_last_letters_of_the_stage_are_known(broker):
    """Of the last five messages the three that are letters of this stage."""
    await bury(broker, 0, 1, 2)
    await bury(broker, 9, stage="index")
    broker.append(Outgoing(TOPICS.dead, b"", b"nonsense"))
    await bury(broker, 3)
    assert await Burials(broker.reader(), TOPICS.dead, "prepare", 5).look() == buried(1, 2, 3)


async def test_each_look_reads_on_from_the_one_before(broker):
    """What is known is not read again, and of each partition no more is kept than the stage looks back at."""
    read = []

    class Watched(FakeReader):
        async def read(self, topic, partition, start, end):
            read.append((start, end))
            async for one in super().read(topic, partition, start, end):
                yield one

    burials = Burials(Watched(broker), TOPICS.dead, "prepare", 4)
    await bury(broker, 0, 1)
    assert await burials.look() == buried(0, 1)
    await bury(broker, 2, 3, 4)
    assert await burials.look() == buried(1, 2, 3, 4)
    assert await burials.look() == buried(1, 2, 3, 4)
    await bury(broker, *range(5, 15))
    assert await burials.look() == buried(11, 12, 13, 14)
    assert read == [(0, 2), (2, 5), (5, 5), (5, 15)]


async def test_a_decision_is_found_however_many_letters_follow_it(broker):
    """A person drops everything at once: other partitions and stages have more letters than are looked at first."""
    burials = Burials(broker.reader(), TOPICS.dead, "prepare", 4)
    await bury(broker, 7)
    assert await burials.look() == buried(7)
    (letter,) = [codec.decode(DeadLetter, one.value) for one in broker.records(TOPICS.dead)]
    dropped = structs.replace(letter, resolution=Resolution(action="dropped", at=START, letter=0))
    broker.append(Outgoing(TOPICS.dead, b"", codec.encode(dropped)))
    await bury(broker, *range(20), stage="index")
    await bury(broker, *range(20), partition=1)
    found = [one for one in await burials.look() if one.partition == (TOPICS.raw, 2)]
    assert found == [Buried((TOPICS.raw, 2), 7, resolved=True)]


async def test_a_topic_of_dead_letters_that_was_made_anew_is_read_from_its_beginning():
    """Its offsets count from 0 again; what the old one said is gone with it."""
    old, new = (FakeBroker(TOPICS.specs(partitions=1)) for _ in range(2))
    await bury(old, 0, 1, 2)
    await bury(new, 5)
    log = Cluster(old)
    burials = Burials(log, TOPICS.dead, "prepare", 9)
    assert await burials.look() == buried(0, 1, 2)
    log.broker = new
    assert await burials.look() == buried(5)


async def test_a_decision_about_an_earlier_topic_of_the_same_name_holds_for_none_of_its_records(broker):
    """A topic that was made anew begins to count again."""
    await bury(broker, 7)
    (letter,) = [codec.decode(DeadLetter, one.value) for one in broker.records(TOPICS.dead)]
    dropped = structs.replace(letter, resolution=Resolution(action="dropped", at=START, letter=0))
    broker.append(Outgoing(TOPICS.dead, b"", codec.encode(dropped)))
    await bury(broker, 7, appended_at=START + timedelta(days=1))
    assert await Burials(broker.reader(), TOPICS.dead, "prepare", 9).look() == buried(7)

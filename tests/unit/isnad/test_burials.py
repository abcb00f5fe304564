"""What the dead letters say about the records of one stage."""

import pytest

from isnad.burials import Burials
from isnad.delivery import Delivery
from isnad.errors import RecordError
from isnad.messages import Reason
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


async def bury(broker, *offsets, stage="prepare"):
    records = [record(None, topic=TOPICS.raw, partition=2, offset=offset) for offset in offsets]
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
    """What is known is not read again; what nobody can need is passed over."""
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
    assert read == [(0, 2), (2, 5), (5, 5), (11, 15)]

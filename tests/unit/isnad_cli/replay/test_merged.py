"""Several partitions as one history."""

from contextlib import aclosing
from datetime import timedelta
from itertools import chain

import pytest

from isnad.errors import BrokerUnavailable
from isnad.outcomes import Outgoing
from isnad.testing.broker import FakeBroker
from isnad.testing.clock import ManualClock
from isnad.topics import Topics
from isnad_cli.replay.merged import Merged
from isnad_cli.replay.where import Stretch

TOPICS = Topics()
COUNT = 40


@pytest.fixture
def broker():
    clock = ManualClock()
    broker = FakeBroker(TOPICS.specs(4), clock=clock)
    for number in range(COUNT):
        clock.advance(1)
        broker.append(Outgoing(TOPICS.raw, b"k%d" % number, b"%d" % number))
    return broker


def all_of(broker):
    return {(TOPICS.raw, n): Stretch(0, len(log)) for n, log in enumerate(broker.partitions(TOPICS.raw))}


async def numbers(history):
    found = []
    while batch := await history.batch():
        found.append([int(record.value) for record in batch])
    return found


async def test_records_come_as_they_were_appended_whatever_their_partitions(broker):
    assert sum(stretch.end > 0 for stretch in all_of(broker).values()) > 1
    async with Merged(broker.reader(), all_of(broker), 7) as history:
        found = await numbers(history)
        assert history.places == {partition: stretch.end for partition, stretch in all_of(broker).items()}
    assert [len(batch) for batch in found] == [7, 7, 7, 7, 7, 5]
    assert list(chain.from_iterable(found)) == list(range(COUNT))


async def test_only_the_stretches_are_read(broker):
    stretches = {one: Stretch(1, max(1, stretch.end - 1)) for one, stretch in all_of(broker).items()}
    async with Merged(broker.reader(), stretches, 100) as history:
        found = list(chain.from_iterable(await numbers(history)))
    whole = broker.records(TOPICS.raw)
    wanted = [int(one.value) for one in whole if 0 < one.offset < stretches[one.topic, one.partition].end]
    assert found == sorted(wanted)


class Failing:
    """A log whose reading breaks after so many records, once."""

    def __init__(self, inner, after):
        self.inner, self.after, self.closed = inner, after, 0

    async def bounds(self, topic, partition):
        return await self.inner.bounds(topic, partition)

    async def read(self, topic, partition, start, end):
        try:
            async with aclosing(self.inner.read(topic, partition, start, end)) as records:
                async for record in records:
                    if self.after == 0:
                        self.after = -1
                        raise BrokerUnavailable("away")
                    self.after -= 1
                    yield record
        finally:
            self.closed += 1


@pytest.mark.parametrize("after", range(0, COUNT, 3))
async def test_after_an_error_it_goes_on_without_a_gap_and_nothing_comes_twice(broker, after):
    log = Failing(broker.reader(), after)
    found, errors = [], 0
    async with Merged(log, all_of(broker), 5) as history:
        while not found or found[-1]:
            try:
                found.append(await history.batch())
            except BrokerUnavailable:
                errors += 1
    assert errors == 1
    assert [int(record.value) for record in chain.from_iterable(found)] == list(range(COUNT))
    assert log.closed > 1


async def test_numbers_without_records_at_the_end_count_as_read():
    clock = ManualClock()
    broker = FakeBroker(TOPICS.specs(1), clock=clock)
    broker.append(Outgoing(TOPICS.prepared, b"k", b"0"))
    clock.advance(timedelta(seconds=1).total_seconds())
    async with Merged(broker.reader(), {(TOPICS.prepared, 0): Stretch(0, 3)}, 10) as history:
        assert len(await history.batch()) == 1
        assert history.places == {(TOPICS.prepared, 0): 3}

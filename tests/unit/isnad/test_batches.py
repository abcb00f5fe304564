"""What a stage does with a batch: each record ends in one place and is counted once."""

import asyncio
from itertools import repeat

import msgspec
import pytest
import structlog
from prometheus_client import CollectorRegistry

from isnad import codec
from isnad.batches import Batches
from isnad.delivery import Delivery, reference
from isnad.errors import BrokerUnavailable, RecordError, SearchUnavailable, SetupError
from isnad.health import Health
from isnad.messages import DeadLetter, Reason, Resolution
from isnad.metrics import StageMetrics
from isnad.outcomes import Outcome, Outgoing
from isnad.poison import PoisonLimit
from isnad.retry import Patience
from isnad.testing.broker import FakeBroker
from isnad.testing.builders import record
from isnad.testing.clock import START
from isnad.topics import Topics

TOPICS = Topics()
DEAD = Outcome.dead(RecordError(Reason.EMPTY, "no value"))


class Scene:
    """A stage that passes on what it gets; `troubles` are raised first, one after another."""

    def __init__(self):
        self.broker = FakeBroker(TOPICS.specs(partitions=1))
        self.registry = CollectorRegistry()
        self.troubles = []
        self.calls = 0
        self.forgotten = 0
        self.log = self.broker.reader()
        self.outcome = lambda one: Outcome("passed", (Outgoing(TOPICS.matched, one.key, one.value),))
        self.sender = self.broker.producer()
        self.poison = PoisonLimit(row=3, share=0, window=0)
        self.health = Health()
        self.pauses = lambda: repeat(0)

    def batches(self):
        return Batches(
            stage="trial",
            process=self.process,
            dead_topic=TOPICS.dead,
            patience=Patience(self.health, asyncio.Event(), pauses=self.pauses),
            sender=self.sender,
            places=self.broker.progress(TOPICS.group("trial")),
            log=self.log,
            poison=self.poison,
            metrics=StageMetrics.on(self.registry),
            clock=self.broker.clock,
        )

    async def process(self, records):
        self.calls += 1
        if self.troubles:
            raise self.troubles.pop(0)
        return [self.outcome(one) for one in records[self.forgotten :]]

    def arrive(self, number):
        return [self.broker.append(Outgoing(TOPICS.raw, b"k", b"%d" % n)) for n in range(number)]

    def count(self, name, **labels):
        return self.registry.get_sample_value(name, {"stage": "trial", **labels})

    def passed(self):
        return [int(one.value) for one in self.broker.records(TOPICS.matched)]


@pytest.fixture
def scene():
    return Scene()


async def test_each_record_is_counted_once_under_what_became_of_it(scene):
    """The outcomes sum to the input."""
    fates = [
        Outcome("passed"),
        Outcome("indexed"),
        Outcome("stale"),
        DEAD,
    ]
    scene.outcome = lambda one: fates[one.offset % 4]
    await scene.batches().handle(scene.arrive(10), 1)
    counts = {
        fate: scene.count("isnad_records_total", topic=TOPICS.raw, outcome=fate)
        for fate in ("passed", "indexed", "stale", "dead")
    }
    assert counts == {"passed": 3, "indexed": 3, "stale": 2, "dead": 2}
    assert scene.count("isnad_dead_letters_total", reason="empty") == 2
    assert scene.count("isnad_batch_records_sum") == 10
    assert scene.count("isnad_batch_seconds_count") == 1
    assert scene.count("isnad_last_progress_timestamp_seconds") == START.timestamp()
    assert len(scene.broker.records(TOPICS.dead)) == 2


async def test_after_a_transient_error_the_same_batch_is_tried_again_and_counted_once(scene):
    """Elasticsearch away twice: the work is done three times, its result sent once."""
    scene.troubles = [SearchUnavailable("away"), SearchUnavailable("away")]
    await scene.batches().handle(scene.arrive(3), 1)
    assert scene.calls == 3
    assert scene.passed() == [0, 1, 2]
    assert scene.count("isnad_records_total", topic=TOPICS.raw, outcome="passed") == 3


async def test_work_that_finds_kafka_not_set_up_is_tried_again(scene):
    """Dedup reads its log within a batch, and a broker that has just started does not list it at once."""
    scene.troubles = [SetupError("no topic"), SetupError("no topic")]
    await scene.batches().handle(scene.arrive(3), 1)
    assert scene.calls == 3
    assert scene.passed() == [0, 1, 2]


async def test_when_sending_fails_the_work_is_not_done_again(scene):
    """Only the sending is repeated, with what was not acknowledged."""
    producer = scene.sender

    class Stumbling:
        times = 0

        async def deliver(self, messages):
            self.times += 1
            if self.times == 1:
                return [*await producer.deliver(messages[:2]), *(BrokerUnavailable("gone") for _ in messages[2:])]
            return await producer.deliver(messages)

    scene.sender = Stumbling()
    await scene.batches().handle(scene.arrive(5), 1)
    assert scene.calls == 1
    assert scene.passed() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("bug", [KeyError("x"), RecordError(Reason.EMPTY, "raised, not returned")])
async def test_any_other_error_comes_out_and_nothing_is_counted(scene, bug):
    """The caller must not commit then."""
    scene.troubles = [bug]
    with pytest.raises(type(bug)):
        await scene.batches().handle(scene.arrive(3), 1)
    assert scene.passed() == []
    assert scene.count("isnad_records_total", topic=TOPICS.raw, outcome="passed") is None


async def test_too_few_outcomes_are_a_bug(scene):
    """Nobody can say which record is without."""
    scene.forgotten = 1
    with pytest.raises(ValueError, match="2 outcomes were made of 3 records"):
        await scene.batches().handle(scene.arrive(3), 1)


async def test_records_that_were_skipped_are_found_before_anything_is_committed_over_them(scene):
    """At the start, against what the group committed, and between batches."""
    records = scene.arrive(9)
    with pytest.raises(RuntimeError, match="2 messages were skipped"):
        await scene.batches().handle(records[2:4], 1)
    scene.registry = CollectorRegistry()
    batches = scene.batches()
    await batches.handle(records[:4], 1)
    with pytest.raises(RuntimeError, match="1 messages were skipped"):
        await batches.handle(records[5:], 1)
    assert scene.passed() == [0, 1, 2, 3]


async def test_after_a_rebalance_records_that_come_again_are_no_hole(scene):
    """The partition begins where the group committed."""
    records = scene.arrive(6)
    batches = scene.batches()
    await batches.handle(records[:4], 1)
    scene.broker.commit(TOPICS.group("trial"), records[:2])
    await batches.handle(records[2:], 2)
    assert scene.passed() == [0, 1, 2, 3, 2, 3, 4, 5]


async def test_what_retention_took_and_numbers_without_messages_are_no_bug(scene):
    """The first is told and counted; the second, which transactions leave behind, is nothing."""

    class Shortened:
        async def bounds(self, topic, partition):
            return 6, 12

        async def read(self, topic, partition, start, end):
            assert (start, end) in [(6, 7), (8, 11)]
            return
            yield

    scene.log = Shortened()
    batches = scene.batches()
    with structlog.testing.capture_logs() as lines:
        await batches.handle([record(b"7", topic=TOPICS.raw, offset=7), record(b"11", topic=TOPICS.raw, offset=11)], 1)
    assert [line["missed"] for line in lines] == [6]
    assert scene.count("isnad_offset_resets_total", topic=TOPICS.raw) == 1
    assert scene.passed() == [7, 11]


class Person:
    """Looks after so many tries what the stage waits for, and then does something about it."""

    def __init__(self, scene, tries, act):
        self.scene, self.tries, self.act = scene, tries, act
        self.waited_for = []

    def __call__(self):
        for _ in range(self.tries):
            self.waited_for += [(one.dependency, one.reason) for one in self.scene.health.reasons()]
            yield 0
        self.act()
        yield from repeat(0)


def resolve(scene, offsets):
    for offset in offsets:
        letter = codec.decode(DeadLetter, scene.broker.records(TOPICS.dead)[offset].value)
        decision = Resolution(action="dropped", at=START, letter=offset)
        resolved = msgspec.structs.replace(reference(letter), resolution=decision)
        scene.broker.append(Outgoing(TOPICS.dead, b"", codec.encode(resolved)))


def buried(scene):
    """Offsets of the records that have a letter, in the letters' order."""
    letters = [codec.decode(DeadLetter, one.value) for one in scene.broker.records(TOPICS.dead)]
    return [letter.offset for letter in letters if letter.resolution is None]


async def test_too_much_poison_is_waited_out_until_a_person_has_looked(scene):
    """Three letters stand, nothing beyond; when they are dropped the next three go."""
    scene.health.well("start")
    scene.outcome = lambda one: DEAD if one.offset < 5 else Outcome("passed", (Outgoing(TOPICS.matched, b"k", b"6"),))
    stood = []

    def drop():
        stood.append(buried(scene))
        resolve(scene, [0, 1, 2])

    scene.pauses = person = Person(scene, 2, drop)
    with structlog.testing.capture_logs() as lines:
        await scene.batches().handle(scene.arrive(6), 1)
    assert stood == [[0, 1, 2]]
    assert buried(scene) == [0, 1, 2, 3, 4]
    assert scene.passed() == [6]
    assert {dependency for dependency, _ in person.waited_for} == {"poison"}
    (reason,) = {reason for _, reason in person.waited_for}
    assert "articles.raw, partition 0" in reason
    assert "Offset 3 is next" in reason
    assert "2 empty" in reason
    assert "isnad dead list --stage trial" in reason
    assert [(line["event"], line["log_level"]) for line in lines] == [("waiting", "error"), ("goes on", "info")]
    assert scene.count("isnad_records_total", topic=TOPICS.raw, outcome="dead") == 5
    assert scene.health.ready()


async def test_each_restart_does_not_allow_three_more(scene):
    """Killed while it waited, and again: the letters that stand say enough; those of the batch in hand come twice."""
    scene.outcome = lambda _: DEAD
    arrived = scene.arrive(9)
    scene.broker.commit(TOPICS.group("trial"), arrived[:2])
    for _ in range(3):
        scene.registry = CollectorRegistry()
        batches = scene.batches()
        task = asyncio.create_task(batches.handle(arrived[2:], 1))
        for _ in range(50):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert sorted(set(buried(scene))) == [2, 3, 4]


async def test_letters_of_other_stages_do_not_count(scene):
    """Nor what is no letter at all."""
    records = scene.arrive(4)
    scene.outcome = lambda _: DEAD
    other = Delivery(records, [DEAD] * 4, stage="other", dead_topic=TOPICS.dead, now=START)
    await other.attempt(scene.sender)
    scene.broker.append(Outgoing(TOPICS.dead, b"", b"nonsense"))
    scene.broker.commit(TOPICS.group("trial"), records[:2])
    await scene.batches().handle(records[2:], 1)
    assert scene.count("isnad_records_total", topic=TOPICS.raw, outcome="dead") == 2


class NoLetters:
    """Takes all messages but the dead letters, until its `error` is None."""

    def __init__(self, scene, error):
        self.producer, self.error = scene.sender, error

    async def deliver(self, messages):
        if self.error is None:
            return await self.producer.deliver(messages)
        return [self.error if one.topic == TOPICS.dead else (await self.producer.deliver([one]))[0] for one in messages]


@pytest.mark.parametrize("error", [BrokerUnavailable("no leader"), SetupError("no topic")])
async def test_dead_letters_that_kafka_does_not_take_are_waited_for(scene, error):
    """Until then the batch is not done, so nobody can commit it; a topic may come back too."""
    scene.health.well("start")
    scene.outcome = lambda one: DEAD if one.offset == 1 else Outcome("passed", (Outgoing(TOPICS.matched, b"k", b"1"),))
    scene.sender = away = NoLetters(scene, error)

    def come_back():
        assert scene.count("isnad_records_total", topic=TOPICS.raw, outcome="passed") is None
        away.error = None

    scene.pauses = person = Person(scene, 3, come_back)
    await scene.batches().handle(scene.arrive(3), 1)
    assert person.waited_for == [("kafka", str(error))] * 2
    assert buried(scene) == [1]
    assert scene.passed() == [1, 1]


async def test_a_topic_of_dead_letters_that_stays_away_ends_the_stage(scene):
    """Half a minute after the first refusal, with the sentence that says what to do; the caller must not commit."""
    scene.outcome = lambda _: DEAD
    tried = []

    class Gone:
        async def deliver(self, messages):
            tried.append(scene.broker.clock.now() - START)
            scene.broker.clock.advance(12)
            return [SetupError("create the topics") for _ in messages]

    scene.sender = Gone()
    with pytest.raises(SetupError, match="create the topics"):
        await scene.batches().handle(scene.arrive(2), 1)
    assert [since.total_seconds() for since in tried] == [0, 12, 24, 36]
    assert scene.count("isnad_records_total", topic=TOPICS.raw, outcome="dead") is None

"""Replaying and dropping dead letters, on the fake Kafka."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from isnad import codec
from isnad.burials import Burials
from isnad.delivery import Delivery
from isnad.errors import BrokerUnavailable, RecordError
from isnad.messages import Reason
from isnad.outcomes import Outcome, Outgoing
from isnad.testing.broker import FakeBroker, FakeReader
from isnad.testing.builders import enriched_article, prepared_article, raw_article, record, story_change
from isnad.testing.clock import START
from isnad.topics import Topics
from isnad_cli.dead.choosing import Choice
from isnad_cli.dead.letters import STATES, Letters, collect
from isnad_cli.dead.resolving import Resolver

TOPICS = Topics("desk.")
NO_TEXT = Outcome.dead(RecordError(Reason.NO_TEXT, "nothing to read"), article_id="a1")


@dataclass
class Desk:
    """Somebody who works with the dead letters."""

    broker: FakeBroker

    async def bury(self, *records, stage="prepare", outcome=NO_TEXT):
        delivery = Delivery(records, [outcome] * len(records), stage=stage, dead_topic=TOPICS.dead, now=START)
        await delivery.attempt(self.broker.producer())

    async def letters(self, *, every=False, **asked) -> Letters:
        states = STATES if every else ("open",)
        return await collect(self.broker.reader(), TOPICS.dead, Choice(**asked), states)

    def resolver(self, sender=None, log=None, note=None):
        sender = sender or self.broker.producer()
        return Resolver(log or self.broker.reader(), sender, TOPICS, self.broker.clock, note)


@pytest.fixture
def desk():
    return Desk(FakeBroker(TOPICS.specs(partitions=1)))


def raw(offset, value=b"\xff{", **fields):
    return record(value, topic=TOPICS.raw, offset=offset, **fields)


async def test_a_replayed_letter_goes_back_byte_for_byte_to_where_it_came_from(desk):
    """Key and headers too, also where there is no key or no value; each stage's letters to that stage's topic."""
    enriched = record(b"no JSON", topic=TOPICS.enriched, offset=4, key=b"a7", headers=(("trace", b"\x00"),))
    await desk.bury(raw(0), raw(1, None, key=b"k"), raw(2, b"x", key=None))
    await desk.bury(enriched, stage="index")
    done = await desk.resolver().replay((await desk.letters()).found)
    assert (done.number, done.failures) == (4, [])
    died = ("isnad-deaths", b"1")
    assert [(one.key, one.value, one.headers) for one in desk.broker.records(TOPICS.raw)] == [
        (b"key", b"\xff{", (died,)),
        (b"k", None, (died,)),
        (None, b"x", (died,)),
    ]
    assert [(one.key, one.value, one.headers) for one in desk.broker.records(TOPICS.enriched)] == [
        (b"a7", b"no JSON", (("trace", b"\x00"), died))
    ]


async def test_what_was_replayed_is_not_replayed_again_unless_it_is_asked_for(desk):
    """The letter is there all the same, with the moment and the note of the decision."""
    await desk.bury(raw(0))
    await desk.resolver(note="mended the rule").replay((await desk.letters()).found)
    assert (await desk.letters()).found == []
    (again,) = (await desk.letters(every=True)).found
    assert (again.state, again.resolution.note, again.resolution.at) == ("replayed", "mended the rule", START)
    assert again.resolution.letter == again.offset == 0
    await desk.resolver().replay([again])
    assert len(desk.broker.records(TOPICS.raw)) == 2


async def test_one_that_dies_again_says_how_often_and_a_redelivery_is_no_death(desk):
    """One death, a replay, a death that Kafka delivers twice: one open letter, of two deaths; then three."""
    await desk.bury(raw(0))
    for deaths in (2, 3):
        await desk.resolver().replay((await desk.letters()).found)
        last = desk.broker.records(TOPICS.raw)[-1]
        again = replace(last, offset=10 * deaths)
        await desk.bury(again)
        await desk.bury(again)
        (left,) = (await desk.letters()).found
        assert (left.letter.deaths, len(left.offsets)) == (deaths, 2)
        assert desk.broker.records(TOPICS.raw)[-1].value == b"\xff{"


async def test_dropping_needs_no_original_and_leaves_it_where_it_is(desk):
    """The letters are no longer open; those that were not meant stay open."""
    await desk.bury(raw(0), raw(1))
    await desk.bury(raw(2), outcome=Outcome.dead(RecordError(Reason.EMPTY, "no value")))
    before = [one.value for one in desk.broker.records(TOPICS.dead)]
    done = await desk.resolver(note="galleries").drop((await desk.letters(reason="no_text")).found)
    assert done.number == 2
    left = await desk.letters()
    assert [one.letter.offset for one in left.found] == [2]
    assert left.states == {"open": 1, "dropped": 2}
    assert [one.value for one in desk.broker.records(TOPICS.dead)][:3] == before
    assert desk.broker.records(TOPICS.raw) == []


async def test_a_decision_is_known_to_the_stage_and_holds_for_letters_of_the_same_record_that_come_later(desk):
    """A worker that was killed may write its letter once more."""
    await desk.bury(raw(0), raw(1))
    await desk.resolver().drop((await desk.letters(offsets=(range(1),))).found)
    await desk.bury(raw(0))
    assert [one.letter.offset for one in (await desk.letters()).found] == [1]
    buried = await Burials(desk.broker.reader(), TOPICS.dead, "prepare", 100).look()
    assert {one.offset for one in buried if one.resolved} == {0}


async def test_what_was_decided_about_an_earlier_topic_hides_no_letter_of_the_present_one(desk):
    """A topic that was made anew counts from 0 again: another record has the offset, and the other one's is dropped."""
    await desk.bury(raw(0, b"old"))
    await desk.resolver().drop((await desk.letters()).found)
    await desk.bury(raw(0, b"new", appended_at=START + timedelta(days=1)))
    (left,) = (await desk.letters()).found
    assert (left.state, left.offset) == ("open", 2)
    await desk.resolver().replay([left])
    assert [one.value for one in desk.broker.records(TOPICS.raw)] == [b"new"]


async def test_a_replay_that_is_killed_between_sending_and_writing_down_is_repeated(desk):
    """Nothing is lost, and what was sent twice is the same article twice."""

    class Killed(Exception):
        pass

    producer = desk.broker.producer()

    class Dying:
        deliver = staticmethod(producer.deliver)

        async def send_all(self, _):
            raise Killed

    await desk.bury(raw(0), raw(1))
    with pytest.raises(Killed):
        await desk.resolver(Dying()).replay((await desk.letters()).found)
    assert len((await desk.letters()).found) == 2
    await desk.resolver().replay((await desk.letters()).found)
    sent = [(one.key, one.value, one.headers) for one in desk.broker.records(TOPICS.raw)]
    assert sent[:2] == sent[2:]
    assert (await desk.letters()).found == []


async def test_kafka_that_goes_away_in_the_middle_leaves_the_rest_open(desk):
    """What it has is written down, and the next call goes on with the others."""
    producer = desk.broker.producer()

    class Halfway:
        send_all = staticmethod(producer.send_all)

        async def deliver(self, messages):
            return [*await producer.deliver(messages[:1]), *(BrokerUnavailable("gone") for _ in messages[1:])]

    await desk.bury(raw(0), raw(1), raw(2))
    with pytest.raises(BrokerUnavailable):
        await desk.resolver(Halfway()).replay((await desk.letters()).found)
    assert [one.letter.offset for one in (await desk.letters()).found] == [1, 2]


async def test_an_original_too_large_for_a_letter_is_read_from_where_it_stands(desk):
    """With its key and its headers."""
    large = Outgoing(TOPICS.raw, b"big", b"x" * 7_000_000, (("trace", b"1"),))
    await desk.bury(desk.broker.append(large))
    await desk.resolver().replay((await desk.letters()).found)
    again = desk.broker.records(TOPICS.raw)[1]
    assert (again.key, again.value, again.headers) == (
        b"big",
        large.value,
        (("trace", b"1"), ("isnad-deaths", b"1")),
    )


async def test_an_original_that_retention_took_is_a_sentence_and_the_others_go(desk):
    """It stays open: nobody has decided about it."""

    class Shortened(FakeReader):
        async def bounds(self, topic, partition):
            first, end = await super().bounds(topic, partition)
            return (5, max(5, end)) if topic == TOPICS.raw else (first, end)

    await desk.bury(desk.broker.append(Outgoing(TOPICS.raw, b"big", b"x" * 7_000_000)))
    await desk.bury(raw(1))
    done = await desk.resolver(log=Shortened(desk.broker)).replay((await desk.letters()).found)
    assert done.number == 1
    ((offset, why),) = done.failures
    assert offset == 0
    assert "stands in desk.articles.raw, partition 0, offset 0, and Kafka has deleted it there" in why
    assert [one.offset for one in (await desk.letters()).found] == [0]


async def test_an_original_of_a_topic_that_was_made_anew_is_not_another_record(desk):
    """The offset is there, with another record's time."""
    large = raw(0, b"x" * 7_000_000)
    await desk.bury(large)
    desk.broker.append(Outgoing(TOPICS.raw, b"k", b"another"))
    done = await desk.resolver().replay((await desk.letters()).found)
    assert "another one stands there now" in done.failures[0][1]
    assert [one.value for one in desk.broker.records(TOPICS.raw)] == [b"another"]


async def test_nothing_is_sent_to_a_topic_that_is_not_the_chain_s(desk):
    """Anybody who may write letters could ask for that."""
    await desk.bury(record(b"x", topic="somebody.elses"), record(b"x", topic=TOPICS.dead))
    done = await desk.resolver().replay((await desk.letters()).found)
    assert [why for _, why in done.failures] == [
        "It came from somebody.elses, which is no topic of this chain.",
        "It came from desk.articles.dead, which is no topic of this chain.",
    ]


async def test_the_source_is_read_from_every_kind_of_record(desk):
    """Where the record names it as its schema says; what else is wrong with it does not matter."""
    values = {
        codec.encode(raw_article(source="s1")): "s1",
        codec.encode(prepared_article(source="s2")): "s2",
        codec.encode(enriched_article()): "alwatan",
        codec.encode(story_change()): "alwatan",
        b'{"source": "s3", "schema": "?", "body": 7}': "s3",
        b'{"source": 7}': None,
        b"{": None,
        b"[" * 10_000: None,
        None: None,
    }
    await desk.bury(*(raw(n, value) for n, value in enumerate(values)))
    letters = await desk.letters()
    assert [one.source for one in letters.found] == list(values.values())
    assert letters.by_source["alwatan"] == 2
    assert [one.letter.offset for one in (await desk.letters(source="s3")).found] == [4]


async def test_many_letters_are_done_in_parts_that_add_up(desk):
    """Each once, in their order, and the bar hears of each."""
    await desk.bury(*(raw(n, b"%d" % n) for n in range(600)))
    heard = []
    done = await desk.resolver().replay((await desk.letters()).found, heard.append)
    assert len(heard) > 1
    assert done.number == sum(heard) == 600
    assert [one.value for one in desk.broker.records(TOPICS.raw)] == [b"%d" % n for n in range(600)]

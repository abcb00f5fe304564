"""From outcomes to messages that Kafka has."""

import json

import pytest

from isnad import codec
from isnad.delivery import Delivery
from isnad.errors import BrokerUnavailable, RecordError, SetupError
from isnad.messages import DeadLetter, Reason
from isnad.outcomes import Outcome, Outgoing
from isnad.testing.broker import FakeBroker
from isnad.testing.builders import MOMENT, record
from isnad.testing.clock import START
from isnad.topics import Topics

TOPICS = Topics()


@pytest.fixture
def broker():
    return FakeBroker(TOPICS.specs(partitions=1))


def deliver(records, outcomes):
    return Delivery(records, outcomes, stage="trial", dead_topic=TOPICS.dead, now=START)


def letters(broker):
    return [codec.decode(DeadLetter, one.value) for one in broker.records(TOPICS.dead)]


async def test_messages_are_sent_in_order(broker):
    """Those of the first record first."""
    outcomes = [
        Outcome("passed", (Outgoing(TOPICS.matched, b"a", b"1"), Outgoing(TOPICS.changes, b"a", b"2"))),
        Outcome("stale"),
        Outcome("passed", (Outgoing(TOPICS.matched, b"b", b"3"),)),
    ]
    delivery = deliver([record(b"x")] * 3, outcomes)
    await delivery.attempt(broker.producer())
    assert [one.value for one in broker.records(TOPICS.matched)] == [b"1", b"3"]
    assert [one.value for one in broker.records(TOPICS.changes)] == [b"2"]
    assert delivery.outcomes == outcomes


async def test_a_dead_letter_holds_the_record_byte_for_byte(broker):
    """With the reason, the stage and where the record stands."""
    error = RecordError(Reason.INVALID_JSON, "no JSON at all")
    dead = record(b"\xff\x00", topic=TOPICS.raw, partition=2, offset=41, key=None)
    await deliver([dead], [Outcome.dead(error, article_id="a1")]).attempt(broker.producer())
    assert letters(broker) == [
        DeadLetter(
            schema=1,
            reason=Reason.INVALID_JSON,
            detail="no JSON at all",
            stage="trial",
            topic=TOPICS.raw,
            partition=2,
            offset=41,
            appended_at=MOMENT,
            died_at=START,
            key=None,
            value=b"\xff\x00",
            article_id="a1",
        )
    ]
    assert json.loads(broker.records(TOPICS.dead)[0].value)["value"] == "/wA="
    assert broker.records(TOPICS.dead)[0].key == b"a1"


async def test_a_record_that_was_replayed_and_dies_again_says_how_often(broker):
    """By its header, which Kafka's redelivery does not change; the letter keeps all headers."""
    headers = (("trace", b"\xff"), ("isnad-deaths", b"2"))
    again = record(b"x", offset=7, headers=headers)
    dead = Outcome.dead(RecordError(Reason.EMPTY, "no value"))
    await deliver([again, record(b"y"), again], [dead] * 3).attempt(broker.producer())
    assert [(letter.offset, letter.deaths, letter.headers) for letter in letters(broker)] == [
        (7, 3, headers),
        (0, 1, ()),
        (7, 3, headers),
    ]


async def test_what_is_made_of_a_replayed_record_carries_its_deaths_on(broker):
    """It may die at a later stage; other headers stay behind."""
    again = record(b"x", headers=(("trace", b"1"), ("isnad-deaths", b"1")))
    passed = Outcome("passed", (Outgoing(TOPICS.matched, b"a", b"1"),))
    await deliver([again, record(b"y")], [passed, passed]).attempt(broker.producer())
    assert [one.headers for one in broker.records(TOPICS.matched)] == [(("isnad-deaths", b"1"),), ()]


async def test_what_is_acknowledged_is_not_sent_again():
    """After an attempt that failed halfway the next one sends only the rest."""
    broker = FakeBroker(TOPICS.specs(partitions=1))

    class Halfway:
        async def deliver(self, messages):
            producer = broker.producer()
            return [*await producer.deliver(messages[:1]), *(BrokerUnavailable("gone") for _ in messages[1:])]

    delivery = deliver(
        [record(b"x")], [Outcome("passed", tuple(Outgoing(TOPICS.matched, b"a", b"%d" % n) for n in range(3)))]
    )
    with pytest.raises(BrokerUnavailable):
        await delivery.attempt(Halfway())
    await delivery.attempt(broker.producer())
    assert [one.value for one in broker.records(TOPICS.matched)] == [b"0", b"1", b"2"]


async def test_a_message_too_large_makes_its_record_a_dead_letter_and_the_rest_flows(broker):
    """One letter, though two messages of the record were too large."""
    large = Outgoing(TOPICS.matched, b"a", b"x" * 9_000_000)
    outcomes = [
        Outcome("passed", (large, large), article_id="a1"),
        Outcome("passed", (Outgoing(TOPICS.matched, b"b", b"2"),)),
    ]
    delivery = deliver([record(b"one", offset=0), record(b"two", offset=1)], outcomes)
    await delivery.attempt(broker.producer())
    assert [outcome.status for outcome in delivery.outcomes] == ["dead", "passed"]
    (letter,) = letters(broker)
    assert (letter.reason, letter.value, letter.article_id) == (Reason.TOO_LARGE, b"one", "a1")
    assert [one.value for one in broker.records(TOPICS.matched)] == [b"2"]


async def test_of_a_page_with_one_article_too_large_nothing_is_sent(broker):
    """The record is dead; if a part of it went on, it would be in two places."""
    small, large = Outgoing(TOPICS.matched, b"a#1", b"1"), Outgoing(TOPICS.matched, b"a#2", b"x" * 9_000_000)
    delivery = deliver([record(b"page", offset=0)], [Outcome("passed", (small, large), article_id="a")])
    await delivery.attempt(broker.producer())
    assert [outcome.status for outcome in delivery.outcomes] == ["dead"]
    assert broker.records(TOPICS.matched) == []
    assert len(letters(broker)) == 1


async def test_a_record_too_large_for_a_letter_is_referred_to(broker):
    """The letter says where the original stands, instead of holding it."""
    dead = record(b"x" * 7_000_000, topic=TOPICS.raw, partition=3, offset=12)
    await deliver([dead], [Outcome.dead(RecordError(Reason.NO_TEXT, "nothing to read"))]).attempt(broker.producer())
    (letter,) = letters(broker)
    assert (letter.reason, letter.value, letter.key) == (Reason.NO_TEXT, None, None)
    assert letter.detail == "nothing to read; the original stands in articles.raw, partition 3, offset 12"


async def test_a_reason_as_long_as_a_document_does_not_make_the_letter_too_large(broker):
    """A server may quote what it refuses."""
    await deliver(
        [record(b"x")], [Outcome.dead(RecordError(Reason.INDEX_REJECTED, "refused: " + "x" * 9_000_000))]
    ).attempt(broker.producer())
    (letter,) = letters(broker)
    assert letter.value == b"x"
    assert letter.detail == "refused: " + "x" * 1991


async def test_no_topic_for_the_dead_letters_is_no_reason_to_drop_them():
    """The stage can't go on, and nothing is acknowledged."""
    broker = FakeBroker(TOPICS.specs()[:5])
    delivery = deliver([record(b"x")], [Outcome.dead(RecordError(Reason.EMPTY, "no value"))])
    with pytest.raises(SetupError):
        await delivery.attempt(broker.producer())
    broker.set_up(TOPICS.specs()[5])
    await delivery.attempt(broker.producer())
    assert [letter.value for letter in letters(broker)] == [b"x"]


@pytest.mark.parametrize("outcomes", [[], [Outcome("passed")] * 2, [Outcome("dead")]])
def test_outcomes_that_do_not_fit_are_a_bug(outcomes):
    """Too few, too many, or dead without a reason."""
    with pytest.raises(ValueError, match="outcome"):
        deliver([record(b"x")], outcomes)


@pytest.mark.parametrize(
    ("dead", "article_id"),
    [
        (record(None, key=None, topic=TOPICS.raw, partition=3, offset=12, headers=(("x", b"y" * 7_000_000),)), None),
        (record(b"{}", topic=TOPICS.raw, partition=3, offset=12), "i" * 4_500_000),
    ],
    ids=["headers", "id"],
)
async def test_a_letter_is_written_whatever_makes_it_too_large(broker, dead, article_id):
    """Headers alone, or what somebody gave for an id: a letter that can't be written holds the stage up for good."""
    error = RecordError(Reason.SCHEMA_INVALID, "no article")
    await deliver([dead], [Outcome.dead(error, article_id)]).attempt(broker.producer())
    (letter,) = letters(broker)
    assert (letter.offset, letter.key, letter.value, letter.headers, letter.article_id) == (12, None, None, (), None)
    assert letter.detail == "no article; the original stands in articles.raw, partition 3, offset 12"

"""Waiting for a broken dependency."""

import asyncio
import contextlib
from datetime import timedelta
from itertools import islice, repeat

import pytest
import structlog

from isnad.errors import BrokerUnavailable, SearchUnavailable, SetupError, TooMuchPoison
from isnad.health import Health, Waiting
from isnad.retry import Leniency, Patience, Stopped, pauses
from isnad.testing.clock import START, ManualClock


class Flaky:
    """Raises what it is given, one after another, then returns 42."""

    def __init__(self, *errors):
        self.errors = list(errors)

    async def __call__(self):
        if self.errors:
            raise self.errors.pop(0)
        return 42


@pytest.fixture
def health():
    health = Health()
    health.well("start")
    return health


def test_pauses_double_up_to_the_cap_and_differ():
    """1, 2, 4, 4 …, each shortened by up to a half."""
    given = list(islice(pauses(first_seconds=1, longest_seconds=4), 200))
    for pause, longest in zip(given, [1, 2, *[4] * 198], strict=True):
        assert longest / 2 <= pause <= longest
    assert len(set(given)) > 190


async def test_work_is_tried_until_it_succeeds_and_the_wait_is_shown(health):
    """Waiting while it fails, well again after; one line in the log for each, however often it was tried."""
    changes = []
    health.follow(lambda *change: changes.append(change))
    patience = Patience(health, asyncio.Event(), pauses=lambda: repeat(0))
    with structlog.testing.capture_logs() as lines:
        found = await patience.until_done(Flaky(BrokerUnavailable("no leader"), BrokerUnavailable("no answer")))
    assert found == 42
    assert changes == [("kafka", True), ("kafka", False)]
    assert [(line["event"], line["dependency"]) for line in lines] == [("waiting", "kafka"), ("goes on", "kafka")]
    assert not patience.waiting


async def test_two_dependencies_are_both_shown(health):
    """What was first waited for is not well because the next one is broken."""
    patience = Patience(health, asyncio.Event(), pauses=lambda: repeat(0))
    reasons = []

    async def work(flaky=Flaky(BrokerUnavailable("a"), SearchUnavailable("b"))):  # noqa: B008  one for all calls
        reasons.append([waiting.dependency for waiting in health.reasons()])
        return await flaky()

    await patience.until_done(work)
    assert reasons == [[], ["kafka"], ["kafka", "elasticsearch"]]
    assert health.ready()


async def test_being_asked_to_stop_ends_the_wait(health):
    """At once, not after the pause; the service stays not ready."""
    stopping = asyncio.Event()
    begun = asyncio.Event()
    health.follow(lambda *_: begun.set())
    patience = Patience(health, stopping)
    waiting = asyncio.create_task(patience.until_done(Flaky(*[SearchUnavailable("down")] * 1000)))
    await begun.wait()
    assert patience.waiting
    stopping.set()
    async with asyncio.timeout(0.2):
        with pytest.raises(Stopped):
            await waiting
    assert not health.ready()


async def test_readyz_says_what_is_waited_for_and_since_when_the_wait_began():
    """The newest reason, and the moment of the first failure, not of the last try."""
    clock = ManualClock()
    health = Health(clock)
    health.well("start")
    shown = []

    async def work(flaky=Flaky(BrokerUnavailable("no leader"), BrokerUnavailable("no answer"))):  # noqa: B008  one for all
        shown.extend(health.reasons())
        clock.advance(10)
        return await flaky()

    await Patience(health, asyncio.Event(), pauses=lambda: repeat(0)).until_done(work)
    since = START + timedelta(seconds=10)
    assert shown == [Waiting("kafka", "no leader", since), Waiting("kafka", "no answer", since)]


async def test_waiting_for_a_person_is_an_error_in_the_log(health):
    """A broken dependency comes back by itself; poison does not."""
    with structlog.testing.capture_logs() as lines:
        await Patience(health, asyncio.Event(), pauses=lambda: repeat(0)).until_done(Flaky(TooMuchPoison("look")))
    assert [(line["event"], line["log_level"]) for line in lines] == [("waiting", "error"), ("goes on", "info")]


async def test_other_errors_are_not_waited_out(health):
    """A bug is a bug."""
    with pytest.raises(KeyError):
        await Patience(health, asyncio.Event()).until_done(Flaky(KeyError("bug")))


async def test_a_wrong_set_up_is_a_broken_kafka_for_half_a_minute():
    """And what it is after that; the sentence that says what to do is the same."""
    clock = ManualClock()
    leniency = Leniency(clock)
    for _ in range(3):
        with pytest.raises(BrokerUnavailable, match="create the topics"):
            await leniency.attempt(Flaky(SetupError("create the topics")))
        clock.advance(10)
    with pytest.raises(SetupError, match="create the topics"):
        await leniency.attempt(Flaky(SetupError("create the topics")))


@pytest.mark.parametrize("between", [Flaky(), Flaky(BrokerUnavailable("it starts anew"))])
async def test_half_a_minute_begins_anew_with_each_change_of_the_set_up(between):
    """It was right meanwhile, or Kafka was away: a broker that comes up does not know its topics at once."""
    clock = ManualClock()
    leniency = Leniency(clock)
    with pytest.raises(BrokerUnavailable):
        await leniency.attempt(Flaky(SetupError("no topic")))
    clock.advance(100)
    with contextlib.suppress(BrokerUnavailable):
        await leniency.attempt(between)
    clock.advance(100)
    with pytest.raises(BrokerUnavailable, match="no topic"):
        await leniency.attempt(Flaky(SetupError("no topic")))

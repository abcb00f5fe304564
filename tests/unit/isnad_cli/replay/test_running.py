"""A stretch of history through a stage: everything once, in order, whatever fails, and from where it was ended."""

import asyncio
import io
from dataclasses import replace

import pytest
from rich.console import Console

from isnad.errors import RecordError, SearchUnavailable
from isnad.health import Health
from isnad.messages import Reason
from isnad.outcomes import Outcome, Outgoing, one_by_one
from isnad.poison import PoisonLimit
from isnad.retry import Patience, Stopped
from isnad.testing.broker import FakeBroker
from isnad.testing.clock import ManualClock
from isnad.topics import Topics
from isnad_cli.replay import resuming
from isnad_cli.replay.display import Display
from isnad_cli.replay.resuming import Asked
from isnad_cli.replay.running import Holding, Means, Replaying
from isnad_cli.replay.stages import Work
from isnad_cli.replay.where import Stretch

TOPICS = Topics()
GROUP = TOPICS.group("replay-prepare")
ASKED = Asked("beginning", "now", "1.0")
COUNT = 50


class Bench:
    """A broker with raw records, and what is needed to replay them."""

    def __init__(self):
        self.clock = ManualClock()
        self.broker = FakeBroker(TOPICS.specs(4), clock=self.clock)
        for number in range(COUNT):
            self.clock.advance(1)
            self.broker.append(Outgoing(TOPICS.raw, b"k%d" % number, b"%d" % number))
        self.stopping = asyncio.Event()
        self.health = Health(self.clock)
        self.health.well("start")
        self.patience = Patience(self.health, self.stopping, pauses=lambda: iter([0.001] * 1000))
        self.shown = io.StringIO()
        self.display = Display(Console(file=self.shown), self.clock, self.health)
        self.before_each = lambda number: None
        self.held = 0
        self.waits = asyncio.Event()
        self.health.follow(self.note)

    def note(self, dependency, waiting):
        if waiting:
            self.waits.set()

    @property
    def plan(self):
        partitions = enumerate(self.broker.partitions(TOPICS.raw))
        return resuming.fresh({(TOPICS.raw, n): Stretch(0, len(log)) for n, log in partitions})

    @property
    def means(self):
        async def hold():
            self.held += 1

        return Means(
            log=self.broker.reader(),
            sender=self.broker.producer(),
            keeps=self.broker.bookmarks(GROUP),
            patience=self.patience,
            display=self.display,
            clock=self.clock,
            stopping=self.stopping,
            dead_topic=TOPICS.dead,
            poison=PoisonLimit(100, 0.5, 1000),
            batch_size=8,
            hold=hold,
        )

    def outcome(self, record):
        self.before_each(int(record.value))
        # So much time passes that where it is is kept.
        self.clock.advance(0.5)
        if record.value == b"7":
            return Outcome.dead(RecordError(Reason.NO_TEXT, "seven"))
        return Outcome("passed", (Outgoing(TOPICS.prepared, record.key, record.value),))

    async def run(self, plan=None):
        replaying = Replaying(Work("prepare", (TOPICS.raw,), one_by_one(self.outcome)), self.means)
        plan = plan or self.plan
        with self.display.bar("prepare", plan.total, plan.done):
            await replaying.run(ASKED, plan)
        return replaying

    @property
    def written(self):
        return [int(record.value) for record in self.broker.records(TOPICS.prepared)]


@pytest.fixture
def bench():
    return Bench()


async def test_every_record_is_processed_once_in_the_order_of_the_log_and_counted(bench):
    """The stage's own group is not touched: its workers go on where they are."""
    replaying = await bench.run()
    assert bench.written == [number for number in range(COUNT) if number != 7]
    assert replaying.outcomes == {"passed": COUNT - 1, "dead": 1}
    assert len(bench.broker.records(TOPICS.dead)) == 1
    assert len(bench.broker.uncommitted(TOPICS.group("prepare"), [TOPICS.raw])) == COUNT
    assert bench.held == 7


@pytest.mark.parametrize("status", ["indexed", "stale", "taken_down"])
async def test_the_counts_make_up_all_records_whatever_became_of_them(bench, status):
    bench.outcome = lambda _: Outcome(status)
    assert (await bench.run()).outcomes == {status: COUNT}


async def test_ended_amid_it_goes_on_from_there_and_nothing_is_missing(bench):
    def stop(number):
        if number == 20:
            bench.stopping.set()

    bench.before_each = stop
    with pytest.raises(Stopped):
        await bench.run()
    assert bench.written == [number for number in range(24) if number != 7]
    bench.stopping.clear()
    plan = resuming.unfinished(await bench.broker.bookmarks(GROUP).read(), ASKED)
    assert (plan.total, plan.done) == (COUNT, 24)
    await bench.run(plan)
    assert bench.written == [number for number in range(COUNT) if number != 7]


async def test_killed_amid_it_goes_on_at_most_some_batches_before(bench):
    """Nothing is missing; what is done again is the same again."""

    def die(number):
        if number == 30:
            raise KeyboardInterrupt

    bench.before_each = die
    with pytest.raises(KeyboardInterrupt):
        await bench.run()
    bench.before_each = lambda number: None
    plan = resuming.unfinished(await bench.broker.bookmarks(GROUP).read(), ASKED)
    assert 0 < plan.done <= 24
    await bench.run(plan)
    assert set(bench.written) == set(range(COUNT)) - {7}


async def test_a_broken_dependency_is_waited_for_and_shown(bench):
    failures = iter(["away"] * 3)

    def fail(number):
        if number == 12 and next(failures, None):
            bench.clock.advance(11)
            bench.display.refresh()
            raise SearchUnavailable("Elasticsearch does not answer")

    bench.before_each = fail
    await bench.run()
    assert "waits: Elasticsearch does not answer" in bench.shown.getvalue()
    assert bench.health.ready()
    assert set(bench.written) == set(range(COUNT)) - {7}


async def test_while_kafka_is_away_it_waits(bench):
    def break_(number):
        if number == 12:
            bench.broker.down = "broken on purpose"

    bench.before_each = break_
    running = asyncio.create_task(bench.run())
    await bench.waits.wait()
    bench.before_each, bench.broker.down = (lambda number: None), None
    await running
    assert set(bench.written) == set(range(COUNT)) - {7}


class Behind:
    """Lags of the stages that read what a replay writes."""

    def __init__(self, *lags):
        self.lags = list(lags)
        self.asked = []

    async def __call__(self, stage, topic):
        self.asked.append((stage, topic))
        return self.lags.pop(0) if self.lags else 0


def holding(bench, lag, most, readers=None):
    readers = readers or {TOPICS.prepared: "dedup"}
    return Holding(lag, readers, most, bench.patience, bench.display, bench.clock, bench.stopping, every_seconds=0.001)


async def test_it_waits_until_the_next_stage_has_come_closer(bench):
    lag = Behind(1001, 1500, 1000)
    await holding(bench, lag, 1000)()
    assert lag.asked == [("dedup", TOPICS.prepared)] * 3


async def test_of_several_stages_behind_the_slowest_counts(bench):
    lag = Behind(10, 2000, 10, 10)
    await holding(bench, lag, 1000, {TOPICS.matched: "entities", TOPICS.changes: "index"})()
    assert [stage for stage, _ in lag.asked] == ["entities", "index"] * 2


async def test_without_a_limit_nobody_is_asked(bench):
    lag = Behind(5000)
    await holding(bench, lag, 0)()
    assert lag.asked == []


async def test_it_says_once_on_whom_it_waits(bench):
    await holding(bench, Behind(*[1001] * 40), 1000)()
    assert bench.shown.getvalue().count("dedup has 1,001 records of articles.prepared before it") == 1


async def test_asked_to_stop_it_waits_no_longer(bench):
    bench.stopping.set()
    await holding(bench, Behind(*[1001] * 5), 1000)()


async def test_it_looks_no_more_than_once_in_a_while(bench):
    lag = Behind()
    hold = holding(bench, lag, 1000)
    await hold()
    await hold()
    bench.clock.advance(1)
    await hold()
    assert len(lag.asked) == 2


async def test_too_much_poison_is_not_put_into_the_dead_letters_to_the_end(bench):
    """As in the stage itself, a person has to look first."""
    means = replace(bench.means, poison=PoisonLimit(5, 0.0, 10))
    poison = RecordError(Reason.NO_TEXT, "all")
    work = Work("prepare", (TOPICS.raw,), one_by_one(lambda record: Outcome.dead(poison)))
    running = asyncio.create_task(run_of(bench, work, means))
    await bench.waits.wait()
    bench.stopping.set()
    with pytest.raises(Stopped):
        await running
    assert 0 < len(bench.broker.records(TOPICS.dead)) < COUNT


async def run_of(bench, work, means):
    with bench.display.bar("prepare", COUNT, 0):
        await Replaying(work, means).run(ASKED, bench.plan)

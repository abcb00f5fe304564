"""Same log, same stories: a long and varied log read whole, in random batches, and by processes that are killed.

What is compared is the bytes of the messages. `test_batches` and `test_replay` look for small logs that break it.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from structlog.testing import capture_logs
from tests.unit.isnad_dedup.made_log import made_log
from tests.unit.isnad_dedup.said import Said, articles, by_one_reader, by_position, differences, in_topics, matched
from tests.unit.memory_folder import IN_MEMORY

from isnad.codec import decode, encode
from isnad.delivery import Delivery
from isnad.health import Health
from isnad.messages import MatchedTakedown, StoryChange
from isnad.outcomes import Outgoing, Record
from isnad.similarity.index import MOST_POSTINGS
from isnad.similarity.snapshot import Snapshots
from isnad.similarity.window import Window
from isnad.testing.broker import FakeBroker
from isnad.testing.clock import ManualClock
from isnad.topics import Topics
from isnad_dedup.log.ledger import Ledger
from isnad_dedup.log.replay import Replay
from isnad_dedup.offline import archives, from_log

TOPICS = Topics()
WINDOW = Window(days=12, articles=300)
RECORDS = 800
KILLS = 20


def broker_with_log() -> FakeBroker:
    clock = ManualClock()
    broker = FakeBroker(TOPICS.specs(), clock=clock)
    for number, arrived in enumerate(made_log(RECORDS, seed=2)):
        clock.advance(arrived.days * 86_400 + 1)
        broker.append(Outgoing(TOPICS.prepared, str(number).encode(), arrived.value))
    return broker


@pytest.fixture(scope="module")
def log() -> list[Record]:
    return broker_with_log().records(TOPICS.prepared)


@pytest.fixture(scope="module")
def whole(log: list[Record]) -> Said:
    """What is said by one who takes the whole log at once."""
    return by_one_reader(log, TOPICS, WINDOW)


def test_the_log_has_something_of_everything(log: list[Record], whole: Said):
    """Else the other tests would show less than they say."""
    answered = articles(whole, TOPICS)
    relations = Counter(one.verdict.relation for one in answered)
    assert all(relations[relation] >= 50 for relation in ("original", "copy", "partial", "revision")), relations
    with closing(Ledger(TOPICS, WINDOW)) as ledger:
        statuses = Counter(outcome.status for outcome in ledger.answer(log))
    assert all(statuses[status] >= 10 for status in ("dead", "stale", "taken_down")), statuses
    changes = [
        decode(StoryChange, value)
        for messages in whole.values()
        for topic, value in messages
        if topic == TOPICS.changes
    ]
    changed = sum(one.kind != "article_removed" for one in changes)
    assert len(answered) - changed >= 30, "articles that came again"
    assert max(len(one.verdict.links) for one in answered) > MOST_POSTINGS
    assert (log[-1].appended_at - log[0].appended_at).days >= 3 * WINDOW.days
    versions = defaultdict(list)
    for one in answered:
        versions[one.article.id].append(one.article.body)
    backward = [
        a == c != b for bodies in versions.values() for a, b, c in zip(bodies, bodies[1:], bodies[2:], strict=False)
    ]
    assert sum(backward) >= 10, "articles that took an edit back"
    removals = [one for one in matched(whole, TOPICS) if isinstance(one, MatchedTakedown)]
    assert sum(one.left_its_page for one in removals) >= 10, "articles that left their page"
    takedowns = [one for one in removals if not one.left_its_page]
    assert sum(bool(one.counted_out) for one in takedowns) >= 8
    assert max(len(one.counted_out) for one in takedowns) > 1, "all articles of a page"
    restored = {one.takedown.id: one.position.offset for one in takedowns if one.kind == "restore"}
    returned = [one for one in answered if one.position.offset > restored.get(one.article.id, len(log))]
    assert len(returned) >= 3, "articles that came back"
    left = [one.story for one in changes if one.kind == "article_removed"]
    assert {story.articles == 0 for story in left} == {True, False}
    assert any(story.articles and story.origin.id != story.id for story in left)


def test_nothing_links_to_an_article_while_it_is_down(log: list[Record], whole: Said):
    """By hand, from its takedown on until that is taken back. A verdict that was given before stays as it is."""
    down: set[str] = set()
    given: set[tuple[str, bytes]] = set()
    for offset in sorted(whole):
        for one in matched({offset: whole[offset]}, TOPICS):
            if isinstance(one, MatchedTakedown):
                (down.add if one.takedown.kind == "takedown" else down.discard)(one.takedown.id)
                continue
            assert not {one.article.id, one.article.page_id} & down
            if (one.article.id, encode(one.verdict)) not in given:
                given.add((one.article.id, encode(one.verdict)))
                linked = {name for link in one.verdict.links for name in (link.id, link.id.partition("#")[0])}
                assert not linked & down


@pytest.mark.parametrize("most", [1, 7, 60, 600])
def test_batches_make_no_difference(log: list[Record], whole: Said, most: int):
    chance = Random(most)
    in_batches = by_one_reader(log, TOPICS, WINDOW, lambda: chance.randint(1, most))
    assert differences(in_batches, whole) == {}


class Killed(Exception):
    """A process is gone, with all that it had in memory."""


@dataclass
class Doomed:
    """Sends some messages, and is killed."""

    broker: FakeBroker
    messages_left: int

    async def deliver(self, messages: Sequence[Outgoing]) -> list[Exception | None]:
        for message in messages[: self.messages_left]:
            self.broker.append(message)
        raise Killed


async def live(broker: FakeBroker, folder: Path, chance: Random, killed_at: int, *, snapshots: bool) -> None:
    """Run a process from its start to the end of the log, or until it is killed amid the batch with that offset."""
    kept = Snapshots(folder / "snapshots", {}) if snapshots else None
    works = itertools.count()
    replay = Replay(
        broker.reader(),
        TOPICS.prepared,
        lambda: Ledger(TOPICS, WINDOW, folder=folder / f"work-{killed_at}-{next(works)}"),
        Health(),
        snapshots=kept,
    )
    group = TOPICS.group("dedup")
    await replay.read_up_to(broker.committed(group, TOPICS.prepared, 0))
    while batch := broker.uncommitted(group, [TOPICS.prepared])[: chance.randint(1, 60)]:
        dies = chance.randrange(3) if batch[-1].offset >= killed_at else None
        outcomes = await replay.process(batch)
        if kept is not None and chance.random() < 0.1:  # of what is not committed yet
            await save(kept, replay)
        delivery = Delivery(batch, outcomes, stage="dedup", dead_topic=TOPICS.dead, now=broker.clock.now())
        if dies == 0:
            raise Killed
        if dies == 1:
            await delivery.attempt(Doomed(broker, chance.randrange(2 * len(batch))))
        await delivery.attempt(broker.producer())
        if dies == 2:
            raise Killed
        broker.commit(group, batch)
        if kept is not None and chance.random() < 0.3:
            await save(kept, replay)


async def save(snapshots: Snapshots, replay: Replay) -> None:
    captured = await replay.capture()
    assert captured is not None
    snapshots.write(captured)


@pytest.mark.parametrize("snapshots", [True, False])
async def test_kills_make_no_difference(log: list[Record], whole: Said, snapshots: bool):
    """Before a batch is sent, when a part of it is sent, when it is not committed: with snapshots and without."""
    broker, chance = broker_with_log(), Random(int(snapshots))
    with TemporaryDirectory(dir=IN_MEMORY) as folder, capture_logs() as logs:
        for killed_at in sorted(chance.sample(range(RECORDS), KILLS)):
            with pytest.raises(Killed):
                await live(broker, Path(folder), chance, killed_at, snapshots=snapshots)
        await live(broker, Path(folder), chance, RECORDS, snapshots=snapshots)
    messages = [one for topic in (TOPICS.matched, TOPICS.changes, TOPICS.dead) for one in broker.records(topic)]
    assert differences(in_topics(messages, TOPICS), by_position(whole, TOPICS)) == {}
    assert len(broker.records(TOPICS.matched)) > len(broker.records(TOPICS.prepared)), "some were answered again"
    loaded = [one["next_offset"] for one in logs if one["event"] == "loaded a snapshot"]
    assert (len(loaded) > KILLS / 2) == snapshots


async def test_the_offline_command_says_the_same(whole: Said, tmp_path: Path):
    """The verdicts of the whole log, written by `isnad dedup --from-log` and from the messages."""
    broker = broker_with_log()
    command, messages = tmp_path / "command.jsonl", tmp_path / "messages.jsonl"
    with archives.verdicts(command, "jsonl", with_offsets=True) as verdicts:
        await from_log.answer(
            broker.reader(), TOPICS, verdicts, window=WINDOW, until_offset=None, folder=tmp_path / "work"
        )
    with archives.verdicts(messages, "jsonl", with_offsets=True) as verdicts:
        for one in articles(whole, TOPICS):
            verdicts.write(one.article.id, one.verdict, one.position.offset)
    assert command.read_bytes() == messages.read_bytes()

"""New indexes in memory beside the old ones, while an index service goes on, and whatever ends the rebuild."""

import asyncio
import io

import pytest
from rich.console import Console

from isnad.codec import encode
from isnad.continuity import Partition
from isnad.health import Health
from isnad.indexes import Indexes
from isnad.messages import SCHEMA, EnrichedArticle, LogPosition, PreparedArticle, Verdict
from isnad.outcomes import Outgoing
from isnad.places import Extent
from isnad.poison import PoisonLimit
from isnad.retry import Patience, Stopped
from isnad.search_index import Exchange
from isnad.testing.broker import FakeBroker
from isnad.testing.clock import ManualClock
from isnad.testing.search import FakeIndex
from isnad.topics import Topics
from isnad_cli.replay import resuming
from isnad_cli.replay.display import Display
from isnad_cli.replay.rebuilding import Rebuild
from isnad_cli.replay.resuming import Asked
from isnad_cli.replay.running import Keeps, Means, Replaying
from isnad_cli.replay.stages import Work, inputs
from isnad_cli.replay.where import Stretch
from isnad_index.app import indexing
from isnad_index.generations import Generations
from isnad_index.setting_up import set_up
from isnad_index.writing import Writer

TOPICS, INDEXES = Topics(), Indexes()
GROUP = TOPICS.group("replay-rebuild")


class Died(BaseException):
    """As if the process had been killed."""


class Watched(FakeIndex):
    """Calls back before its indexes are exchanged."""

    before_exchange = staticmethod(lambda: None)

    async def exchange(self, exchange: Exchange) -> None:
        if exchange.add:
            self.before_exchange()
        await super().exchange(exchange)


class Bench:
    """A topic with articles, an index service that has indexed them, and what is needed to rebuild."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.broker = FakeBroker(TOPICS.specs(2), clock=self.clock)
        self.index = Watched()
        self.stopping = asyncio.Event()
        self.sent = 0

    async def start(self) -> None:
        await set_up(self.index, INDEXES, 0)
        self.live = indexing(Writer(self.index), TOPICS, INDEXES)
        self.send(30)
        await self.index_live()

    def send(self, count: int) -> None:
        for _ in range(count):
            self.sent += 1
            self.clock.advance(1)
            article = PreparedArticle(
                schema=SCHEMA,
                id=f"a{self.sent}",
                source="o",
                title="عنوان",
                body="نص",
                language="ar",
                published_at=self.clock.now(),
                arrived_at=self.clock.now(),
            )
            record = EnrichedArticle(
                schema=SCHEMA,
                article=article,
                verdict=Verdict(story_id=article.id, relation="original"),
                position=LogPosition(self.sent, self.clock.now()),
            )
            self.broker.append(Outgoing(TOPICS.enriched, article.id.encode(), encode(record)))

    async def index_live(self) -> None:
        await self.broker.run("index", (TOPICS.enriched, TOPICS.changes), self.live, topics=TOPICS)

    async def extents(self) -> dict[Partition, Extent]:
        history = self.broker.history()
        return {(t, n): one for t in inputs("index", TOPICS) for n, one in (await history.extents(t)).items()}

    async def rebuild(self, *, from_end: bool = False) -> int:
        """Do what the command does; return how many documents were carried over."""
        rebuild, asked = self._rebuild(await Generations(self.index, INDEXES, 0).present() + 1)
        plan = resuming.unfinished(await self._keeps.read(), asked)
        if plan is None:
            extents = await self.extents()
            plan = resuming.fresh(
                {one: Stretch(extent.end if from_end else extent.first, extent.end) for one, extent in extents.items()}
            )
        return (await rebuild.run(asked, plan)).carried_over

    async def finish(self) -> None:
        """Do what the command does when it was killed after the exchange."""
        rebuild, asked = self._rebuild(await Generations(self.index, INDEXES, 0).present())
        plan = resuming.unfinished(await self._keeps.read(), asked)
        assert plan is not None
        await rebuild.finish(asked, plan)

    @property
    def _keeps(self) -> Keeps:
        return self.broker.bookmarks(GROUP)

    def _rebuild(self, number: int) -> tuple[Rebuild, Asked]:
        health = Health(self.clock)
        health.well("start")
        display = Display(Console(file=io.StringIO()), self.clock, health)
        patience = Patience(health, self.stopping, pauses=lambda: iter([0.0] * 100))

        async def hold() -> None:
            pass

        means = Means(
            log=self.broker.reader(),
            sender=self.broker.producer(),
            keeps=self._keeps,
            patience=patience,
            display=display,
            clock=self.clock,
            stopping=self.stopping,
            dead_topic=TOPICS.dead,
            poison=PoisonLimit(100, 0.5, 1000),
            batch_size=7,
            hold=hold,
        )
        generation = INDEXES.generation(number)
        replaying, behind = [
            Replaying(Work("index", inputs("index", TOPICS), indexing(Writer(self.index), TOPICS, where)), means)
            for where in (generation, INDEXES)
        ]
        rebuild = Rebuild(
            Generations(self.index, INDEXES, 0),
            generation,
            replaying,
            behind,
            means,
            extents=self.extents,
            grace_seconds=0.0,
        )
        return rebuild, Asked("beginning", "now", "1.0", generation.prefix)

    async def seen(self) -> list[str]:
        """Return the ids that readers find, each as often as it stands there."""
        return sorted([one.id async for page in self.index.everything(INDEXES.articles) for one in page])

    @property
    def all_ids(self) -> list[str]:
        return sorted(f"a{number + 1}" for number in range(self.sent))


@pytest.fixture
async def bench() -> Bench:
    made = Bench()
    await made.start()
    return made


async def generations_of(bench: Bench) -> set[int]:
    return {INDEXES.number_of(name) for name in await bench.index.aliases("isnad-*")}


async def test_all_articles_stand_in_the_new_indexes_once(bench: Bench) -> None:
    assert await bench.rebuild() == 0
    assert await bench.seen() == bench.all_ids
    assert await generations_of(bench) == {1}


async def test_what_comes_in_up_to_the_last_moment_is_there(bench: Bench) -> None:
    """Articles that the service took in, and others that it has not seen yet, come while the places are changed."""
    before = bench.index.block_writes

    async def block_writes(indexes: list[str]) -> None:
        bench.send(3)
        await bench.index_live()
        bench.send(2)
        await before(indexes)

    bench.index.block_writes = block_writes  # type: ignore[method-assign,assignment]
    await bench.rebuild()
    assert await bench.seen() == bench.all_ids
    await bench.index_live()
    assert await bench.seen() == bench.all_ids


async def test_what_comes_in_whenever_the_ends_are_looked_at_is_there(bench: Bench) -> None:
    """Between a stretch that was gone through and the next look, the service goes on in the old indexes."""
    extents, before, is_closed = bench.extents, bench.index.block_writes, False

    async def later() -> dict[Partition, Extent]:
        bench.send(2)
        if not is_closed:
            await bench.index_live()
        return await extents()

    async def block_writes(indexes: list[str]) -> None:
        nonlocal is_closed
        is_closed = True
        await before(indexes)

    bench.extents = later  # type: ignore[method-assign]
    bench.index.block_writes = block_writes  # type: ignore[method-assign,assignment]
    await bench.rebuild()
    assert await bench.seen() == bench.all_ids


async def test_killed_while_the_last_records_are_written_once_more_it_goes_on_with_the_rest(bench: Bench) -> None:
    """After the exchange, where only this command knows of what an old index took too late."""
    exchange, bulk, is_done = bench.index.exchange, bench.index.bulk, False

    async def late(asked: Exchange) -> None:
        nonlocal is_done
        if asked.add:
            await bench.index.allow_writes(list(await bench.index.aliases(INDEXES.articles)))
            bench.send(12)
            await bench.index_live()
            is_done = True
        await exchange(asked)

    async def dying(writes):  # type: ignore[no-untyped-def]
        if is_done:
            raise Died
        return await bulk(writes)

    bench.index.exchange, bench.index.bulk = late, dying  # type: ignore[method-assign]
    with pytest.raises(Died):
        await bench.rebuild()
    bench.index.exchange, bench.index.bulk = exchange, bulk  # type: ignore[method-assign]
    await bench.finish()
    assert await bench.seen() == bench.all_ids


async def test_what_an_old_index_takes_though_it_was_closed_is_there(bench: Bench) -> None:
    """As when Elasticsearch lifts the block for a request that came late, just before the places are changed."""
    exchange = bench.index.exchange

    async def late(asked: Exchange) -> None:
        if asked.add:
            await bench.index.allow_writes(list(await bench.index.aliases(INDEXES.articles)))
            bench.send(3)
            await bench.index_live()
        await exchange(asked)

    bench.index.exchange = late  # type: ignore[method-assign]
    await bench.rebuild()
    assert await bench.seen() == bench.all_ids


async def test_what_retention_has_deleted_from_the_topics_is_carried_over(bench: Bench) -> None:
    bench.send(5)
    assert await bench.rebuild(from_end=True) == 30
    await bench.index_live()
    assert await bench.seen() == bench.all_ids


@pytest.mark.parametrize("after", [1, 3, 5, 6, 8])
async def test_killed_after_some_requests_and_run_again_it_ends_the_same(bench: Bench, after: int) -> None:
    """Readers see the old indexes whole until then."""
    bulk = bench.index.bulk
    left = after

    async def dying(writes):  # type: ignore[no-untyped-def]
        nonlocal left
        left -= 1
        if left == 0:
            raise Died
        return await bulk(writes)

    bench.index.bulk = dying  # type: ignore[method-assign]
    try:
        await bench.rebuild()
    except Died:
        assert await bench.seen() == bench.all_ids
        assert await generations_of(bench) == {0, 1}
    bench.index.bulk = bulk  # type: ignore[method-assign]
    bench.send(4)
    if await generations_of(bench) != {1}:
        await bench.rebuild()
    await bench.index_live()
    assert await bench.seen() == bench.all_ids
    assert await generations_of(bench) == {1}


async def test_ended_before_the_exchange_the_old_indexes_are_open_again(bench: Bench) -> None:
    def stop() -> None:
        bench.stopping.set()
        raise Stopped

    bench.index.before_exchange = stop  # type: ignore[method-assign,assignment]
    with pytest.raises(Stopped):
        await bench.rebuild()
    bench.send(1)
    await bench.index_live()
    assert await bench.seen() == bench.all_ids


async def test_a_second_rebuild_takes_the_place_of_the_first(bench: Bench) -> None:
    await bench.rebuild()
    bench.send(3)
    await bench.index_live()
    await bench.rebuild()
    assert await bench.seen() == bench.all_ids
    assert await generations_of(bench) == {2}

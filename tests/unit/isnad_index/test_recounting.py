"""Entities are counted whatever becomes of a worker, and where a request is not taken as it is."""

import pytest

from isnad.errors import SearchUnavailable
from isnad.indexes import Indexes
from isnad.messages import Mention
from isnad.search_index import Answer, RequestRefused
from isnad.testing.clock import ManualClock
from isnad_index.documents import article_write
from isnad_index.recounting import Recounting
from isnad_index.writing import Writer

INDEXES = Indexes()
TOWNS = [f"مدينه{number}" for number in range(24)]


def town(name):
    return Mention(type="LOC", text=name, field="body", start=0, end=len(name), canonical=name)


@pytest.fixture
def write(index, make_article):
    """Write articles as the index service does; return what counts their entities."""

    async def write(*articles):
        counting = Recounting(index, INDEXES)
        writes = [
            article_write(make_article(id_, mentions=tuple(map(town, towns))), INDEXES) for id_, towns in articles
        ]
        async with counting.noted(writes):
            await Writer(index).write(writes)
        return counting

    return write


def counted(index):
    standing = index.standing().items()
    return {id_: document["articles"] for (name, id_), document in standing if name == INDEXES.entities}


def notes(index):
    return [id_ for name, id_ in index.standing() if name == INDEXES.recounts]


async def test_what_is_too_large_for_one_request_is_written_in_several(index, write):
    """24 ids of a hundred letters make a note of 2,600 bytes, 24 entities a request of more."""
    index.max_request_bytes = 2_000
    counting = await write(*((f"{number:0100}", [name]) for number, name in enumerate(TOWNS)))
    assert len(notes(index)) == 2
    await counting.recount()
    assert counted(index) == {f"LOC:{name}": 1 for name in TOWNS}
    assert notes(index) == []


async def test_a_worker_finds_all_notes_of_one_that_was_killed(index, write):
    index.max_request_bytes = 2_000
    await write(*((f"{number:0100}", [name]) for number, name in enumerate(TOWNS)))
    await Recounting(index, INDEXES).settle()
    assert counted(index) == {f"LOC:{name}": 1 for name in TOWNS}


@pytest.mark.parametrize(
    "refusal", [Answer(400, "document_parsing_exception", "failed to parse"), Answer(413, reason="too large")]
)
async def test_an_entity_that_is_never_taken_holds_up_no_other(index, write, refusal):
    index.refuse[f"LOC:{TOWNS[1]}"] = [refusal]
    counting = await write(("a", TOWNS[:3]))
    await counting.recount()
    assert counted(index) == {f"LOC:{TOWNS[0]}": 1, f"LOC:{TOWNS[2]}": 1}
    assert notes(index) == []


async def test_what_is_refused_for_now_is_counted_later(index, write):
    index.refuse[f"LOC:{TOWNS[1]}"] = [Answer(429, "es_rejected_execution_exception", "rejected")]
    counting = await write(("a", TOWNS[:3]))
    with pytest.raises(SearchUnavailable, match="429 es_rejected"):
        await counting.recount()
    assert len(notes(index)) == 1
    await counting.recount()
    assert counted(index) == {f"LOC:{name}": 1 for name in TOWNS[:3]}
    assert notes(index) == []


async def test_without_a_note_nothing_may_be_written(index, write):
    index.refuse_requests = [RequestRefused(413, "too large")]
    with pytest.raises(SearchUnavailable, match="413"):
        await write(("a", TOWNS[:3]))


HALAB, HOMS, HAMA = "LOC:حلب", "LOC:حمص", "LOC:حماه"


class Workers:
    """Workers of the index service on one index and one clock, and an article that named Aleppo and was counted."""

    def __init__(self, index, make_article):
        self.index, self.make_article, self.clock = index, make_article, ManualClock()

    def start(self, **more):
        return Recounting(self.index, INDEXES, clock=self.clock, **more)

    def version(self, offset, *towns, id_="a"):
        return article_write(self.make_article(id_, offset=offset, mentions=tuple(map(town, towns))), INDEXES)

    async def process(self, *writes):
        """Write and count at once."""
        counting = self.start()
        async with counting.noted(writes):
            await self.write(*writes)
        await counting.recount()

    async def write(self, *writes):
        await Writer(self.index).write(writes)

    async def look(self, after_seconds):
        """Another worker counts what those that may be gone have noted."""
        self.clock.advance(after_seconds)
        await self.start().settle(older_seconds=60)


@pytest.fixture
async def workers(index, make_article):
    made = Workers(index, make_article)
    await made.process(made.version(0, "حلب"))
    assert counted(index) == {HALAB: 1}
    return made


async def test_a_worker_that_writes_long_after_its_note_and_is_killed_leaves_no_wrong_count(workers, index):
    """Another one has counted its note meanwhile; when the batch comes again, only the new name can be seen."""
    second = workers.version(1, "حمص")
    await workers.start().note([second])
    await workers.look(61)
    await workers.write(second)
    await workers.process(second)
    assert counted(index) == {HALAB: 1, HOMS: 1}
    await workers.look(61)
    assert counted(index) == {HOMS: 1}


async def test_a_worker_that_stood_still_for_hours_and_never_counts_leaves_no_wrong_count(workers, index):
    """It writes and commits, so nothing comes again. Others look every minute; it is counted in as long again."""
    second = workers.version(1, "حمص")
    await workers.start().note([second])
    for _ in range(5 * 60):
        await workers.look(61)
    await workers.write(second)
    for _ in range(6 * 60):
        await workers.look(61)
    assert counted(index) == {HOMS: 1}


async def test_a_request_that_was_given_up_may_arrive_after_it_was_counted(workers, index):
    """Elasticsearch answers too late; the worker counts, and is killed before the batch comes again."""
    second = workers.version(1, "حمص")
    given_up = workers.start()
    with pytest.raises(SearchUnavailable):
        async with given_up.noted([second]):
            raise SearchUnavailable("timeout")
    await given_up.recount()
    await workers.write(second)
    await workers.process(second)
    await workers.look(61)
    assert counted(index) == {HOMS: 1}


async def test_a_version_that_stood_only_within_a_batch_is_not_counted_for_good(workers, index):
    """Somebody counts between the two; the worker is killed when both are written."""
    second, third = workers.version(1, "حماة"), workers.version(2, "حمص")
    await workers.start().note([second, third])
    await workers.write(second)
    await workers.process(workers.version(0, "حماة", id_="b"))
    await workers.write(third)
    assert counted(index) == {HALAB: 1, HAMA: 2}
    await workers.look(61)
    assert counted(index) == {HOMS: 1, HAMA: 1}


async def test_a_note_is_counted_less_and_less_often_and_goes_after_a_day(workers, index):
    """Also one of a worker whose clock is a year late."""
    late = Workers(index, workers.make_article)
    workers.clock.advance(365 * 86_400)
    await late.start().note([late.version(1, "حمص")])
    counts = 0
    for minute in range(24 * 60 + 1):
        before = index.standing()
        await workers.look(60)
        counts += index.standing() != before
        assert len(notes(index)) == 1, minute
    assert 8 <= counts <= 13
    for _ in range(24 * 60):
        await workers.look(60)
    assert notes(index) == []


async def test_a_note_goes_when_its_maker_counts_and_no_other_brings_it_back(workers, index):
    """The other one has counted it just before, and gets through with what it says of it only afterwards."""
    maker, other = workers.start(), workers.start()
    second = workers.version(1, "حمص")
    async with maker.noted([second]):
        workers.clock.advance(61)
        (note,) = notes(index)
        index.refuse[note] = [Answer(429, "es_rejected_execution_exception", "rejected")]
        with pytest.raises(SearchUnavailable):
            await other.settle(older_seconds=60)
        await workers.write(second)
    assert notes(index) == [note]
    await maker.recount()
    await other.recount()
    assert notes(index) == []
    assert counted(index) == {HOMS: 1}


async def test_a_batch_that_is_refused_for_hours_leaves_one_note(workers, index):
    """It stays for a day also when the batch gets through at last: a former request may still arrive."""
    second = workers.version(1, "حمص")
    worker = workers.start()
    for _ in range(20):
        with pytest.raises(SearchUnavailable):
            async with worker.noted([second]):
                raise SearchUnavailable("no more shards")
        workers.clock.advance(240)
        await worker.settle(older_seconds=60)
        assert len(notes(index)) == 1
    async with worker.noted([second]):
        await workers.write(second)
    await worker.recount()
    assert counted(index) == {HOMS: 1}
    assert len(notes(index)) == 1
    for _ in range(2 * 24 * 4):
        await workers.look(900)
    assert notes(index) == []


async def test_a_note_that_went_meanwhile_is_written_anew(workers, index):
    """It was counted for a day when Elasticsearch takes the batch; the worker is killed before it counts."""
    second = workers.version(1, "حمص")
    worker = workers.start()
    with pytest.raises(SearchUnavailable):
        async with worker.noted([second]):
            raise SearchUnavailable("no more shards")
    for _ in range(2 * 24 * 4):
        await workers.look(900)
    assert notes(index) == []
    await worker.note([second])
    await workers.write(second)
    await workers.look(61)
    assert counted(index) == {HOMS: 1}


async def test_what_another_wrote_between_two_tries_is_noted_too(workers, index):
    """A worker writes a version of before; the one that comes takes its name away, and is killed before it counts."""
    third = workers.version(2, "حمص")
    worker = workers.start()
    with pytest.raises(SearchUnavailable):
        async with worker.noted([third]):
            raise SearchUnavailable("no more shards")
    await workers.process(workers.version(1, "حماة"))
    await worker.note([third])
    await workers.write(third)
    await workers.look(61)
    assert counted(index) == {HOMS: 1}


async def test_hundreds_of_notes_are_all_counted(workers, index):
    """More than one question finds; at once, and by their age."""
    for older_seconds in (0, 60):
        for number in range(250):
            await workers.start().note([workers.version(1, f"بلدة{number}", id_=f"{older_seconds}-{number}")])
        workers.clock.advance(61)
        await workers.start().settle(older_seconds=older_seconds)
        standing = [document for (name, _), document in index.standing().items() if name == INDEXES.recounts]
        assert all(document["adopted_at"] for document in standing)

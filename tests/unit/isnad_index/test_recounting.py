"""Entities are counted where Elasticsearch, or a proxy before it, does not take a request as it is."""

import pytest

from isnad.errors import SearchUnavailable
from isnad.indexes import Indexes
from isnad.messages import Mention
from isnad.search_index import Answer, RequestRefused
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
        note = await counting.note(writes)
        await Writer(index).write(writes)
        counting.touched(note)
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
    assert notes(index) == []


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

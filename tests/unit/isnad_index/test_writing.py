"""The bulk rules: what each answer of Elasticsearch means for a write."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from isnad.errors import RecordError, SearchUnavailable
from isnad.indexes import Indexes
from isnad.messages import Reason
from isnad.search_index import Answer, RequestRefused
from isnad_index.documents import article_write, story_write
from isnad_index.writing import Writer

INDEXES = Indexes()


@pytest.fixture
def writes(make_article):
    return [article_write(make_article(f"alwatan:{n}", offset=n), INDEXES) for n in range(5)]


def ids(index):
    return sorted(id_ for _, id_ in index.standing())


async def test_what_is_written_stands_there(index, writes):
    assert await Writer(index).write(writes) == ["indexed"] * 5
    assert ids(index) == [f"alwatan:{n}" for n in range(5)]


async def test_the_same_batch_again_changes_nothing(index, writes):
    writer = Writer(index)
    await writer.write(writes)
    before = index.standing()
    await writer.write(writes)
    assert index.standing() == before


async def test_a_late_write_does_not_replace_a_newer_one(index, make_article):
    """A worker that was stopped for a while comes back with what it had in hand."""
    writer = Writer(index)
    await writer.write([article_write(make_article(offset=9, body="جديد"), INDEXES)])
    assert await writer.write([article_write(make_article(offset=3, body="قديم"), INDEXES)]) == ["stale"]
    assert [document["body"] for document in index.standing().values()] == ["جديد"]


async def test_an_article_enriched_anew_replaces_the_same_version(index, make_article):
    writer = Writer(index)
    await writer.write([article_write(make_article(offset=9), INDEXES)])
    anew = article_write(make_article(offset=9, body="مع أسماء أكثر"), INDEXES)
    assert await writer.write([anew]) == ["indexed"]
    assert [document["body"] for document in index.standing().values()] == ["مع أسماء أكثر"]


async def test_one_bad_document_is_a_dead_letter_and_the_rest_stands(index, writes):
    index.refuse["alwatan:2"] = [Answer(400, "document_parsing_exception", "failed to parse field [published_at]")]
    results = await Writer(index).write(writes)
    assert [result for result in results if result != "indexed"] == [results[2]]
    assert isinstance(results[2], RecordError)
    assert results[2].reason is Reason.INDEX_REJECTED
    assert "published_at" in results[2].detail
    assert ids(index) == ["alwatan:0", "alwatan:1", "alwatan:3", "alwatan:4"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(429, "es_rejected_execution_exception", "rejected"),
        Answer(403, "cluster_block_exception", "index is read-only"),
        Answer(503, "unavailable_shards_exception", "primary shard is not active"),
        Answer(500, "exception", "disk"),
        Answer(404, "index_not_found_exception", "no such index"),
        Answer(400, "index_closed_exception", "closed"),
        Answer(400, "validation_exception", "this cluster currently has [1000]/[1000] maximum shards open"),
    ],
)
async def test_what_is_not_the_document_s_fault_is_tried_again_and_only_that(index, writes, answer):
    index.refuse["alwatan:2"] = [answer, answer]
    writer = Writer(index)
    for _ in range(2):
        with pytest.raises(SearchUnavailable, match="1 of 5"):
            await writer.write(writes)
    assert await writer.write(writes) == ["indexed"] * 5
    assert [[write.id for write in request] for request in index.requests[1:]] == [["alwatan:2"], ["alwatan:2"]]


async def test_fewer_answers_than_writes_means_all_of_them_again(index, writes):
    writer = Writer(index)
    index.answer_only = 3
    with pytest.raises(SearchUnavailable, match="3 of 5"):
        await writer.write(writes)
    assert await writer.write(writes) == ["indexed"] * 5
    assert len(index.requests[1]) == 5


async def test_while_elasticsearch_is_away_nothing_is_decided(index, writes):
    index.away = "connection refused"
    writer = Writer(index)
    with pytest.raises(SearchUnavailable, match="connection refused"):
        await writer.write(writes)
    index.away = None
    assert await writer.write(writes) == ["indexed"] * 5


async def test_a_request_that_is_too_large_is_sent_again_as_smaller_ones_and_none_as_large_afterwards(index, writes):
    index.max_request_bytes = 2 * len(writes[0].document)
    writer = Writer(index)
    assert await writer.write(writes) == ["indexed"] * 5
    assert [len(request) for request in index.requests] == [5, 2, 2, 1]
    index.requests.clear()
    assert await writer.write([replace(write, id=f"{write.id}x") for write in writes]) == ["indexed"] * 5
    assert [len(request) for request in index.requests] == [2, 2, 1]


async def test_a_single_document_that_is_too_large_is_a_dead_letter(index, writes, make_article):
    index.max_request_bytes = 10_000
    large = article_write(make_article("alwatan:large", body="ن" * 10_000), INDEXES)
    results = await Writer(index).write([*writes, large])
    assert results[:5] == ["indexed"] * 5
    assert isinstance(results[5], RecordError)
    assert results[5].reason is Reason.TOO_LARGE


async def test_a_document_that_spoils_the_whole_request_is_found_and_the_rest_stands(index, writes):
    """Elasticsearch refuses a whole request for one id above 512 bytes."""
    writes[3] = replace(writes[3], id="x" * 513)
    results = await Writer(index).write(writes)
    assert isinstance(results[3], RecordError)
    assert results[3].reason is Reason.INDEX_REJECTED
    assert [result for result in results if result == "indexed"] == ["indexed"] * 4


async def test_requests_stay_below_the_size_that_elasticsearch_likes(index, writes):
    size = len(writes[0].document)
    await Writer(index, max_request_bytes=2 * (size + 200)).write(writes)
    assert [len(request) for request in index.requests] == [2, 2, 1]


MARCH = datetime(2018, 3, 2, tzinfo=UTC)


async def test_an_article_that_moves_to_another_month_stands_only_there(index, make_article):
    writer = Writer(index)
    await writer.write([article_write(make_article(offset=1), INDEXES)])
    await writer.write([article_write(make_article(offset=2, published_at=MARCH), INDEXES)])
    assert list(index.standing()) == [("isnad-articles-2018.03", "alwatan:1")]


async def test_a_late_write_to_the_old_month_does_not_come_back(index, make_article):
    """The removal leaves the newer version behind, and it refuses the older one."""
    writer = Writer(index)
    old = article_write(make_article(offset=1), INDEXES)
    await writer.write([old])
    await writer.write([article_write(make_article(offset=2, published_at=MARCH), INDEXES)])
    assert await writer.write([old]) == ["stale"]
    assert list(index.standing()) == [("isnad-articles-2018.03", "alwatan:1")]


async def test_a_late_write_to_a_month_that_never_had_it_is_taken_out(index, make_article):
    writer = Writer(index)
    await writer.write([article_write(make_article(offset=2, published_at=MARCH), INDEXES)])
    await writer.write([article_write(make_article(offset=1), INDEXES)])
    assert list(index.standing()) == [("isnad-articles-2018.03", "alwatan:1")]


async def test_versions_of_one_article_in_one_batch_leave_the_newest(index, make_article):
    versions = [
        article_write(make_article(offset=1), INDEXES),
        article_write(make_article(offset=3, published_at=MARCH), INDEXES),
        article_write(make_article(offset=2), INDEXES),
    ]
    await Writer(index).write(versions)
    assert list(index.standing()) == [("isnad-articles-2018.03", "alwatan:1")]


async def test_a_removal_that_fails_is_tried_again(index, make_article):
    writer = Writer(index)
    await writer.write([article_write(make_article(offset=1), INDEXES)])
    moved = article_write(make_article(offset=2, published_at=MARCH), INDEXES)
    index.refuse["alwatan:1"] = [None, Answer(429, "es_rejected_execution_exception", "rejected")]
    with pytest.raises(SearchUnavailable, match="another month"):
        await writer.write([moved])
    await writer.write([moved])
    assert list(index.standing()) == [("isnad-articles-2018.03", "alwatan:1")]


async def test_removals_that_are_refused_as_a_whole_are_halved(index, make_article):
    """Four articles move; their removals go as 4 in a request, which is refused, and then as 2 and 2."""
    writer = Writer(index)
    names = [f"alwatan:{n}" for n in range(4)]
    await writer.write([article_write(make_article(name, offset=1), INDEXES) for name in names])
    index.requests.clear()
    index.refuse_requests = [None, RequestRefused(413, "content too long")]
    moved = [article_write(make_article(name, offset=2, published_at=MARCH), INDEXES) for name in names]
    assert await writer.write(moved) == ["indexed"] * 4
    assert sorted(index.standing()) == [("isnad-articles-2018.03", name) for name in names]
    assert [len(request) for request in index.requests] == [4, 4, 2, 2]


@pytest.mark.parametrize("status", [400, 413])
async def test_a_single_removal_that_is_refused_is_waited_for_and_says_why(index, make_article, status):
    """Its article is well and stands already, so it is no dead letter, and no bug either."""
    writer = Writer(index)
    await writer.write([article_write(make_article(offset=1), INDEXES)])
    index.refuse_requests = [None, RequestRefused(status, "not through this proxy")]
    moved = article_write(make_article(offset=2, published_at=MARCH), INDEXES)
    with pytest.raises(SearchUnavailable, match=r"another month.*not through this proxy"):
        await writer.write([moved])
    assert await writer.write([moved]) == ["indexed"]
    assert list(index.standing()) == [("isnad-articles-2018.03", "alwatan:1")]


async def test_what_one_half_finished_is_not_sent_again_when_the_other_fails(index, writes):
    """Of 4 writes in ever smaller requests three pass, and one is refused for now."""
    writer = Writer(index)
    index.refuse_requests = [RequestRefused(413, "content too long"), None, RequestRefused(413, "content too long")]
    index.refuse["alwatan:3"] = [Answer(429, "es_rejected_execution_exception", "rejected")]
    with pytest.raises(SearchUnavailable):
        await writer.write(writes[:4])
    index.requests.clear()
    assert await writer.write(writes[:4]) == ["indexed"] * 4
    assert [[write.id for write in request] for request in index.requests] == [["alwatan:3"]]


async def test_a_story_is_replaced_by_its_later_change_only(index, make_change):
    writer = Writer(index)
    await writer.write([story_write(make_change(offset=2, outlets={"alwatan": 1, "okaz": 1}), INDEXES)])
    assert await writer.write([story_write(make_change(offset=1), INDEXES)]) == ["stale"]
    assert [document["articles"] for document in index.standing().values()] == [2]

"""Whatever prepare and entities let through, Elasticsearch takes; whatever is typed, it answers."""

import contextlib
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from tests.fuzz.corpus import FRAGMENTS

from isnad.codec import decode, encode
from isnad.elastic import Elastic
from isnad.errors import RequestError
from isnad.indexes import Indexes
from isnad.messages import EnrichedArticle, LogPosition, MatchedArticle, PreparedArticle, Verdict
from isnad.outcomes import Record
from isnad.search_index import Write
from isnad_api import meanings, queries
from isnad_api.queries import Filters
from isnad_api.questions import understand
from isnad_entities.enrich import enrich_record
from isnad_index.documents import article_write
from isnad_index.setting_up import set_up
from isnad_index.writing import Writer
from isnad_prepare.pages import prepare_record

ARRIVED = datetime(2026, 1, 1, 12, tzinfo=UTC)
BODY = "أعلنت وزارة النقل اليوم أن أعمال الصيانة في الجسر القديم انتهت."
LARGE = [
    "ن" * 1_000_000,
    "ن" + "\u064b" * 10_000,
    "ـ" * 100_000 + "ن",
    "فقرة قصيرة\n\n" * 9_000,
    "🇸🇾" * 20_000,
    "ﷺ" * 20_000,
    "a@b.c/" * 10_000,
]


def writes(indexes: Indexes, **fields: object) -> list[Write]:
    """The documents of a raw record with these fields, after all steps; none where prepare refuses it."""
    value = json.dumps({"schema": 1, "source": "outlet", "title": "عنوان", "body": BODY, **fields}).encode()
    made = []
    for message in prepare_record(Record("articles.raw", 0, 0, ARRIVED, None, value), "articles.prepared").messages:
        article = decode(PreparedArticle, message.value)
        verdict = Verdict(story_id=article.id, relation="original")
        matched = MatchedArticle(schema=1, article=article, verdict=verdict, position=LogPosition(0, ARRIVED))
        record = Record("articles.matched", 0, 0, ARRIVED, message.key, encode(matched))
        (sent,) = enrich_record(record, "articles.enriched").messages
        made.append(article_write(decode(EnrichedArticle, sent.value), indexes))
    return made


def documents(indexes: Indexes) -> list[Write]:
    """Every fragment in every field, the largest texts, and the longest id."""
    made = [
        one
        for number, fragment in enumerate(FRAGMENTS)
        for one in writes(
            indexes,
            id=f"{number}",
            title=f"عنوان {fragment}",
            body=f"{BODY}\n{fragment}",
            url=fragment,
            author=fragment,
            section=fragment,
            tags=[fragment, fragment * 100],
            language=fragment,
            published_at=fragment,
            fetched_at=fragment,
        )
    ]
    for number, text in enumerate(LARGE):
        made += writes(indexes, id=f"large {number}", title=text[:100_000], body=text, author=text[:50_000])
    for date in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1990-01-01"):
        made += writes(indexes, id=date, published_at=date, fetched_at=date)
    return made + writes(indexes, id="ن" * 240)


def searches(typed: str, indexes: Indexes) -> Iterator[tuple[str, queries.Json]]:
    """What the API asks for, and where, when somebody types this; what it refuses by itself is left out."""
    filters = Filters(outlets=(typed,), languages=(typed,))
    yield indexes.articles, queries.entities(None, filters, 10, [typed])
    yield indexes.entities, queries.entities_called(typed[:100], None)
    with contextlib.suppress(RequestError):
        yield indexes.entities, meanings.question(typed[:200])
    with contextlib.suppress(RequestError):
        yield indexes.articles, queries.stories(understand(typed), filters, "relevance", 1, 10)
    with contextlib.suppress(RequestError):
        yield indexes.articles, queries.stories(understand(""), Filters(entities=(typed,)), "newest", 1, 10)


@pytest.mark.real
# aiohttp warns of each request above 1 MiB; to encode one takes milliseconds.
@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_elasticsearch_takes_every_document_and_answers_every_search(elasticsearch: str) -> None:
    """None is refused for our own fault, and the searches with the same fragments are answered."""
    indexes = Indexes(f"test-{uuid.uuid4().hex[:8]}")
    made = documents(indexes)
    assert len(made) > len(FRAGMENTS) / 2
    async with Elastic(elasticsearch) as elastic:
        await set_up(elastic, indexes, 0)
        try:
            results = await Writer(elastic).write(made)
            refused = {write.id: result for write, result in zip(made, results, strict=True) if result != "indexed"}
            assert refused == {}
            await elastic.refresh(indexes.articles)
            for family, search in (one for fragment in FRAGMENTS for one in searches(fragment, indexes)):
                await elastic.search(family, search)
        finally:
            async with httpx.AsyncClient(base_url=elasticsearch) as client:
                found = (await client.get(f"/_cat/indices/{indexes.prefix}-*", params={"format": "json"})).json()
                for one in found:
                    await client.delete(f"/{one['index']}")
                for name in (indexes.articles, indexes.stories):
                    await client.delete(f"/_index_template/{name}")

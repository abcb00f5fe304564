"""Why takedowns stand in an index of their own: Elasticsearch forgets the versions of what it has deleted."""

import asyncio
import uuid
from dataclasses import replace

import httpx
import pytest

from isnad.codec import encode
from isnad.elastic import Elastic
from isnad.indexes import Indexes
from isnad.messages import SCHEMA, LogPosition, MatchedTakedown, Takedown
from isnad.outcomes import Outcome, Record
from isnad.testing.builders import MOMENT, enriched_article, matched_article, record
from isnad.topics import Topics
from isnad_index.app import indexing
from isnad_index.documents import article_write
from isnad_index.setting_up import set_up
from isnad_index.writing import Writer

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

TOPICS = Topics()


def at(offset: int) -> Record:
    article = enriched_article(matched_article(position=LogPosition(offset, MOMENT)))
    return record(encode(article), topic=TOPICS.enriched, offset=offset)


def takedown(offset: int) -> Record:
    told = Takedown(schema=SCHEMA, kind="takedown", id="a1", at=MOMENT)
    position = LogPosition(offset, MOMENT)
    matched = MatchedTakedown(schema=SCHEMA, kind="takedown", takedown=told, position=position, counted_out=("a1",))
    return record(encode(matched), topic=TOPICS.enriched, offset=offset)


async def test_an_older_write_stays_out_though_elasticsearch_takes_it(elasticsearch: str) -> None:
    indexes = Indexes(f"forgetful-{uuid.uuid4().hex[:8]}")
    async with Elastic(elasticsearch) as elastic, httpx.AsyncClient(base_url=elasticsearch) as client:
        await set_up(elastic, indexes, 0)
        process = indexing(Writer(elastic), TOPICS, indexes)

        async def statuses(*records: Record) -> list[str]:
            outcomes: list[Outcome] = await process(list(records))
            return [outcome.status for outcome in outcomes]

        assert await statuses(at(1)) == ["indexed"]
        assert await statuses(takedown(5)) == ["indexed"]
        assert await statuses(at(1)) == ["stale"], "by the version that is remembered"
        forget = await client.put(f"/{indexes.articles}-*/_settings", json={"index": {"gc_deletes": "0s"}})
        forget.raise_for_status()
        await asyncio.sleep(1)
        await elastic.refresh(indexes.articles)
        older = replace(article_write(enriched_article(), indexes), unless=())
        (taken,) = await elastic.bulk([older])
        assert taken.status == 201, "Elasticsearch has forgotten it"
        assert await statuses(at(1)) == ["taken_down"]
        assert await elastic.copies(indexes.articles, ["a1"]) == []
        assert await statuses(at(6)) == ["indexed"]

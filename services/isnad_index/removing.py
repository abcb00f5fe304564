"""Taking articles out of Elasticsearch that were taken down, or left their page, wherever they stand.

Dedup knows the articles of its window, and says in `stories.changes` what their stories are without them. Of older ones
it knows nothing any more: their stories are made anew here, of the articles that are left.

Each step may be repeated, and the articles themselves go last: as long as one stands, it is known what is to be done.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from isnad.indexes import Indexes
from isnad.messages import SCHEMA, MatchedTakedown, Member, Relation, StoryChange, StoryState
from isnad.search_index import Write
from isnad_index.documents import story_write
from isnad_index.recounting import Recounting
from isnad_index.writing import Writer

_IDS_AT_ONCE = 100
_MOST_FOUND = 10_000
"""Elasticsearch gives no more at once. A page has a few articles, and is asked for until none is left."""


class _Standing(msgspec.Struct, frozen=True):
    """What is needed of an article that is to go."""

    id: str
    page_id: str
    story_id: str
    relation: Relation
    part: int = 0

    def falls_under(self, takedown: MatchedTakedown) -> bool:
        """Return whether it is meant by the id of a takedown."""
        id_ = takedown.takedown.id
        return id_ == self.id or (self.part > 0 and id_ == self.page_id and not takedown.left_its_page)


class Removing:
    """Takes out what takedowns say."""

    def __init__(self, writer: Writer, indexes: Indexes, recounting: Recounting) -> None:
        self._index = writer.index
        self._recounting = recounting
        self._writer = writer
        self._indexes = indexes

    async def carry_out(self, takedowns: Sequence[MatchedTakedown]) -> None:
        """Take out all articles that fall under takedowns, as far as they are older.

        That the ids were taken down must stand in the index of takedowns already: an article that is written in this
        moment is then found here, or the one who writes it finds the takedown.

        Raises:
            SearchUnavailable: not all is done; call again.
        """
        if not takedowns:
            return
        await self._index.refresh(self._indexes.articles)
        for begin in range(0, len(takedowns), _IDS_AT_ONCE):
            some = takedowns[begin : begin + _IDS_AT_ONCE]
            ids = {one.takedown.id for one in some}
            while found := await self._older(some, await self._found(ids)):
                await self._mend_stories(found)
                removals = [removal for removal, _, _ in found]
                async with self._recounting.noted(removals):
                    await self._writer.remove(removals, "What was taken down")
                await self._index.refresh(self._indexes.articles)

    async def _found(self, ids: Iterable[str]) -> list[_Standing]:
        asked = list(ids)
        either: list[dict[str, Any]] = [{"terms": {"id": asked}}, {"terms": {"page_id": asked}}]
        body = {"query": {"bool": {"should": either}}, "size": _MOST_FOUND, "_source": _fields(_Standing)}
        answer = await self._index.search(self._indexes.articles, body)
        return [msgspec.convert(hit["_source"], _Standing) for hit in answer["hits"]["hits"]]

    async def _older(
        self, takedowns: Sequence[MatchedTakedown], articles: Sequence[_Standing]
    ) -> list[tuple[Write, _Standing, MatchedTakedown]]:
        """Return what is to be taken out: only what stands there in this moment, and is older than its takedown."""
        copies = await self._index.copies(self._indexes.articles, sorted({one.id for one in articles}))
        older = []
        for article in articles:
            meant = [one for one in takedowns if article.falls_under(one)]
            if not meant:
                continue
            newest = max(meant, key=lambda one: one.position.version)
            version = newest.position.version
            older += [
                (Write(self._indexes.articles, copy.index, copy.id, version, None), article, newest)
                for copy in copies
                if copy.id == article.id and copy.version < version
            ]
        return older

    async def _mend_stories(self, found: Sequence[tuple[Write, _Standing, MatchedTakedown]]) -> None:
        going = [article.id for _, article, _ in found]
        unknown = {
            article.story_id: (article, takedown)
            for _, article, takedown in found
            if article.id not in takedown.counted_out
        }
        writes = [
            story_write(await self._without(story_id, going, article, takedown), self._indexes)
            for story_id, (article, takedown) in unknown.items()
        ]
        await self._writer.write(writes)

    async def _without(
        self, story_id: str, going: Sequence[str], article: _Standing, takedown: MatchedTakedown
    ) -> StoryChange:
        """Return what a story is without the articles that go."""
        query = {"bool": {"filter": [{"term": {"story_id": story_id}}], "must_not": [{"terms": {"id": list(going)}}]}}
        outlets = {"terms": {"field": "source", "size": _MOST_FOUND, "order": {"_count": "desc"}}}
        by_time = {
            direction: {
                "query": query,
                "size": 1,
                "sort": [{"published_at": direction}, {"log_offset": "asc"}],
                "_source": _fields(Member),
            }
            for direction in ("asc", "desc")
        }
        found = await self._index.search(self._indexes.articles, {**by_time["asc"], "aggs": {"outlets": outlets}})
        hits = found["hits"]["hits"]
        if not hits:
            state = _empty(story_id, article.id, takedown)
        else:
            (newest,) = (await self._index.search(self._indexes.articles, by_time["desc"]))["hits"]["hits"]
            origin, last = (msgspec.convert(hit["_source"], Member) for hit in (*hits, newest))
            counts = {one["key"]: one["doc_count"] for one in found["aggregations"]["outlets"]["buckets"]}
            state = StoryState(
                id=story_id,
                origin=origin,
                articles=sum(counts.values()),
                outlets=counts,
                first_published_at=origin.published_at,
                last_published_at=last.published_at,
            )
        return StoryChange(
            schema=SCHEMA,
            kind="article_removed",
            article_id=article.id,
            relation=article.relation,
            story=state,
            position=takedown.position,
        )


def _fields(kind: type[msgspec.Struct]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(kind)]


def _empty(story_id: str, article_id: str, takedown: MatchedTakedown) -> StoryState:
    nobody = Member(id=article_id, source="", title="", published_at=takedown.takedown.at)
    return StoryState(
        id=story_id,
        origin=nobody,
        articles=0,
        outlets={},
        first_published_at=nobody.published_at,
        last_published_at=nobody.published_at,
    )

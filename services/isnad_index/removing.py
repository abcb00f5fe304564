"""Taking articles out of Elasticsearch that were taken down, or left their page, wherever they stand.

Dedup knows the articles of its window, and says in `stories.changes` what their stories are without them. Of older ones
it knows nothing any more: their stories are made anew, of the articles that are left (`mending.py`).

Each step may be repeated: which stories these are is noted before the articles go.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from isnad.identity import page_of
from isnad.indexes import Indexes
from isnad.messages import MatchedTakedown
from isnad.search_index import Write
from isnad_index.mending import Mending, Occasion
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
    part: int = 0

    def falls_under(self, takedown: MatchedTakedown) -> bool:
        """Return whether it is meant by the id of a takedown."""
        id_ = takedown.takedown.id
        return id_ == self.id or (self.part > 0 and id_ == self.page_id and not takedown.left_its_page)


class Removing:
    """Takes out what takedowns say."""

    def __init__(self, writer: Writer, indexes: Indexes, recounting: Recounting, mending: Mending) -> None:
        self._index = writer.index
        self._recounting = recounting
        self._mending = mending
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
        await self._index.refresh(self._indexes.stories)
        for begin in range(0, len(takedowns), _IDS_AT_ONCE):
            some = takedowns[begin : begin + _IDS_AT_ONCE]
            ids = {one.takedown.id for one in some}
            stories = await self._mending.begun(some) | await self._mark_titled(some)
            while found := await self._older(some, await self._found(ids)):
                stories |= await self._note_stories(found)
                removals = [removal for removal, _, _ in found]
                async with self._recounting.noted(removals):
                    await self._writer.remove(removals, "What was taken down")
                await self._index.refresh(self._indexes.articles)
            # Also of what dedup tells, which is refused where the story was made anew for a later takedown.
            await self._mending.mend(stories)
            if stories:
                await self._mending.forget(some)

    async def _mark_titled(self, takedowns: Sequence[MatchedTakedown]) -> set[str]:
        """Mark the stories that have their titles of what is taken down though it is not there, and return their ids.

        It could not be indexed, or its record was no longer in Kafka when the indexes were made anew.
        """
        newest: dict[str, MatchedTakedown] = {}
        for one in takedowns:
            known = newest.get(one.takedown.id)
            if known is None or known.position.version < one.position.version:
                newest[one.takedown.id] = one
        whole: list[dict[str, Any]] = [{"terms": {"origin.id": sorted(newest)}}]
        parts = [{"prefix": {"origin.id": f"{id_}#"}} for id_, one in newest.items() if not one.left_its_page]
        body = {
            "query": {"bool": {"should": [*whole, *parts]}},
            "size": _MOST_FOUND,
            "_source": ["id", "origin.id"],
        }
        hits = (await self._index.search(self._indexes.stories, body))["hits"]["hits"]
        occasions: dict[str, Occasion] = {}
        for hit in hits:
            origin = hit["_source"]["origin"]["id"]
            of_it = newest.get(origin) or newest.get(page_of(origin))
            if of_it is not None and origin not in of_it.counted_out:
                occasions[hit["_source"]["id"]] = Occasion(origin, of_it.position)
        copies = await self._index.copies(self._indexes.stories, sorted(occasions))
        older = {copy.id for copy in copies if copy.version < occasions[copy.id].position.version}
        await self._mending.mark({id_: one for id_, one in occasions.items() if id_ in older})
        return older

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

    async def _note_stories(self, found: Sequence[tuple[Write, _Standing, MatchedTakedown]]) -> set[str]:
        """Note the stories that lose articles, mark those of which dedup does not tell, and return the ids of all."""
        losing: dict[str, list[MatchedTakedown]] = {}
        untold: dict[str, Occasion] = {}
        for _, article, takedown in sorted(found, key=lambda one: one[2].position.version):
            losing.setdefault(article.story_id, []).append(takedown)
            if article.id not in takedown.counted_out:
                untold[article.story_id] = Occasion(article.id, takedown.position)
        noted = await self._mending.note(losing)
        await self._mending.mark(untold)
        return noted


def _fields(kind: type[msgspec.Struct]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(kind)]

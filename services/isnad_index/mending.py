"""Making stories anew of the articles that stand in Elasticsearch, where dedup no longer knows all of their members.

Dedup says in `stories.changes` what a story is after each change. Where an article was taken down that had left dedup's
window, nobody says it, so the story is made here: of whatever articles of it searches find. Several workers may do that
to one story at once, some of its articles may be on their way yet, and dedup may say something newer meanwhile. So:

* A *mark* stands in the index of takedowns for each such story, with the version of the newest takedown for which it is
  made anew, and it is written with just this version. What dedup says of a later place in the log has a higher one, and
  wins; what it said of an earlier one has a lower one, and is refused, or taken out again.
* Who has written a story looks once more, until he would write the same. So of several workers the last one is right.
* Who writes an article looks for a mark afterwards, in real time. An article that stands before the mark in the log has
  come late: its story is made anew once more, also where it was taken out as one without articles.
* What dedup said of a story is kept out where its origin was taken down meanwhile. Then the story is made anew for this
  place in the log, since dedup may say nothing more of it.
* Before the articles of a takedown go, a *note* says which stories they are in, so that whoever takes over from a
  worker that was killed knows it too.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import aclosing
from itertools import chain
from typing import Any

import msgspec

from isnad.errors import SearchUnavailable
from isnad.indexes import Indexes
from isnad.messages import LogPosition, MatchedTakedown, Member, StoryState
from isnad.search_index import Write
from isnad_index.documents import (
    MarkDocument,
    NoteDocument,
    is_mark,
    mark_id,
    mark_write,
    note_id,
    note_write,
    state_write,
)
from isnad_index.writing import Result, Writer

_MOST_ROUNDS = 20
_MOST_OUTLETS = 10_000
_AT_ONCE = 100


class Occasion(msgspec.Struct, frozen=True):
    """Why a story is made anew."""

    article_id: str
    """Of the article that goes."""
    position: LogPosition
    """Of its takedown."""


class _Joined(msgspec.Struct, frozen=True):
    """What an article's document says of its story."""

    story_id: str


class Mending:
    """Makes stories anew, and knows which."""

    def __init__(self, writer: Writer, indexes: Indexes) -> None:
        self._writer = writer
        self._index = writer.index
        self._indexes = indexes

    async def begun(self, takedowns: Collection[MatchedTakedown]) -> set[str]:
        """Return the stories that were noted of these takedowns: one that was broken off has them to do."""
        return {story_id for note in (await self._notes(takedowns)).values() for story_id in note.stories}

    async def note(self, stories: Mapping[str, Collection[MatchedTakedown]]) -> set[str]:
        """Write down which stories lose articles by which takedowns; only then may the articles go.

        Returns:
            All stories that are noted of these takedowns, also by other workers.

        Raises:
            SearchUnavailable: it is not noted.
        """
        noted = {
            one: {id_ for id_, others in stories.items() if one in others}
            for takedowns in stories.values()
            for one in takedowns
        }
        before = await self._notes(noted)
        for one, found in noted.items():
            earlier = before.get(note_id(one))
            found.update(earlier.stories if earlier is not None else ())
        await self._writer.write([note_write(one, found, self._indexes) for one, found in noted.items()])
        return {*chain.from_iterable(noted.values())}

    async def mark(self, occasions: Mapping[str, Occasion]) -> None:
        """Say of stories that they are made anew, and why.

        Raises:
            SearchUnavailable: not all is said; call again.
        """
        await self._writer.write(
            [mark_write(story_id, one.article_id, one.position, self._indexes) for story_id, one in occasions.items()]
        )

    async def forget(self, takedowns: Collection[MatchedTakedown]) -> None:
        """Delete the notes of takedowns that are carried out.

        Raises:
            SearchUnavailable: not all are deleted; call again.
        """
        name = self._indexes.takedowns
        notes = (await self._notes(takedowns)).values()
        await self._writer.remove([Write(name, name, note.id, note.version, None) for note in notes], "Notes")

    async def mend(self, stories: Collection[str]) -> None:
        """Make stories anew of what stands of them, those that are marked; what dedup said later stays.

        Raises:
            SearchUnavailable: not all is done, or others change the same stories all the time; call again.
        """
        written: dict[str, Write] = {}
        left = set(stories)
        for _ in range(_MOST_ROUNDS):
            marks = await self._marks(left)
            if not marks:
                return
            await self._index.refresh(self._indexes.articles)
            made = [await self._made_anew(story_id, mark) for story_id, mark in sorted(marks.items())]
            differing = [write for write in made if written.get(write.id) != write]
            if not differing:
                return
            await self._writer.write(differing)
            written |= {write.id: write for write in differing}
            left = {write.id for write in differing}
        raise SearchUnavailable("Others change the same stories all the time.")

    async def mend_all(self) -> None:
        """Make all stories anew that are marked.

        Raises:
            SearchUnavailable: not all is done; call again.
        """
        await self._index.refresh(self._indexes.takedowns)
        stories: list[str] = []
        async with aclosing(self._index.everything(self._indexes.takedowns)) as pages:
            async for page in pages:
                stories += [document.content["story_id"] for document in page if is_mark(document.id)]
        for begin in range(0, len(stories), _AT_ONCE):
            await self.mend(stories[begin : begin + _AT_ONCE])

    async def follow(self, writes: Sequence[Write], results: Sequence[Result]) -> None:
        """After articles and stories were written, make those stories anew of which that must be looked at again.

        An article of it came late: it stands before the story's mark in the log. An article was kept out by a takedown,
        which thus was carried out when the article was not there: then the story may still count it. What dedup said of
        it was kept out, or is about the same takedown for which it was made anew, and knows only a part of what went.

        Raises:
            SearchUnavailable: not all is done; write the same again, then call this again.
        """
        of_story = {
            write: (result, self._story_of(write))
            for write, result in zip(writes, results, strict=True)
            if write.family in (self._indexes.articles, self._indexes.stories) and write.document is not None
        }
        if not of_story:
            return
        marks = await self._marks({story_id for _, story_id in of_story.values()})
        kept_out = {write: story_id for write, (result, story_id) in of_story.items() if result == "taken_down"}
        untold = [write for write in kept_out if write.family == self._indexes.stories]
        again = {
            story_id
            for write, (result, story_id) in of_story.items()
            if story_id in marks and self._is_late(write, result, marks[story_id])
        }
        await self._mark_kept_out({write: kept_out[write] for write in kept_out.keys() - untold})
        await self.mark({write.id: _said(write) for write in sorted(untold, key=lambda write: write.version)})
        await self.mend(again | set(kept_out.values()))

    def _story_of(self, write: Write) -> str:
        if write.family == self._indexes.stories or write.document is None:
            return write.id
        return msgspec.json.decode(write.document, type=_Joined).story_id

    def _is_late(self, write: Write, result: Result, mark: MarkDocument) -> bool:
        if write.family == self._indexes.stories:
            return result == "indexed" and mark.version == write.version
        # A stale one may be what a former try has written, or what is newer now.
        return result in ("indexed", "stale") and mark.version >= write.version

    async def _mark_kept_out(self, articles: Mapping[Write, str]) -> None:
        asked = sorted({id_ for write in articles for _, id_ in write.unless})
        if not asked:
            return
        keepers = await self._index.documents(self._indexes.takedowns, asked)
        standing = {
            copy.id: copy.version
            for copy in await self._index.copies(self._indexes.stories, sorted(set(articles.values())))
        }
        occasions: dict[str, Occasion] = {}
        for write, story_id in articles.items():
            found = [_place(keepers[id_]) for _, id_ in write.unless if id_ in keepers]
            newest = max(found, key=lambda position: position.version, default=None)
            known = occasions.get(story_id)
            if newest is None or standing.get(story_id, 0) >= newest.version:
                # What stands of the story is what dedup said without the article, or was made anew.
                continue
            if known is None or known.position.version < newest.version:
                occasions[story_id] = Occasion(write.id, newest)
        await self.mark(occasions)

    async def _marks(self, stories: Collection[str]) -> dict[str, MarkDocument]:
        found = await self._index.documents(self._indexes.takedowns, sorted({mark_id(one) for one in stories}))
        marks = [msgspec.convert(document, MarkDocument) for document in found.values()]
        return {mark.story_id: mark for mark in marks}

    async def _notes(self, takedowns: Collection[MatchedTakedown]) -> dict[str, NoteDocument]:
        found = await self._index.documents(self._indexes.takedowns, sorted({note_id(one) for one in takedowns}))
        return {id_: msgspec.convert(document, NoteDocument) for id_, document in found.items()}

    async def _made_anew(self, story_id: str, mark: MarkDocument) -> Write:
        """Return the story as its articles that stand now make it; without any, it is to be taken out."""
        query = {"term": {"story_id": story_id}}
        outlets = {"terms": {"field": "source", "size": _MOST_OUTLETS, "order": {"_count": "desc"}}}
        by_time: dict[str, dict[str, Any]] = {
            direction: {
                "query": query,
                "size": 1,
                "sort": [{"published_at": direction}, {"log_offset": "asc"}],
                "_source": [field.encode_name for field in msgspec.structs.fields(Member)],
            }
            for direction in ("asc", "desc")
        }
        first = await self._index.search(self._indexes.articles, {**by_time["asc"], "aggs": {"outlets": outlets}})
        last = await self._index.search(self._indexes.articles, by_time["desc"])
        found = [msgspec.convert(hit["_source"], Member) for hit in (*first["hits"]["hits"], *last["hits"]["hits"])]
        # Where the last one goes between the two searches, the first one stands for both until it is looked at again.
        origin, newest = (found[0], found[-1]) if found else (_nobody(mark), _nobody(mark))
        buckets = first["aggregations"]["outlets"]["buckets"] if first["hits"]["hits"] else []
        counts = {one["key"]: one["doc_count"] for one in buckets}
        state = StoryState(
            id=story_id,
            origin=origin,
            articles=sum(counts.values()),
            outlets=counts,
            first_published_at=origin.published_at,
            last_published_at=newest.published_at,
        )
        return state_write(state, mark.changed_by, LogPosition(mark.log_offset, mark.log_appended_at), self._indexes)


def _said(write: Write) -> Occasion:
    document = msgspec.json.decode(write.document or b"")
    return Occasion(document["changed_by"], _place(document))


def _place(document: Mapping[str, Any]) -> LogPosition:
    return msgspec.convert({"offset": document["log_offset"], "appended_at": document["log_appended_at"]}, LogPosition)


def _nobody(mark: MarkDocument) -> Member:
    return Member(id=mark.changed_by, source="", title="", published_at=mark.log_appended_at)

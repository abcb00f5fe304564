"""Counting entities again after articles came, changed or went, so that the counts never drift.

Nothing is added up: after a change every entity that an article names now, or named before, is counted anew over the
articles that stand in the index. A redelivered article, a replay, a revision and a takedown are all the same to it.

Counting takes longer than writing, so it is put off for some seconds and then done for many articles at once. What
keeps it right when a worker dies in between, or stands still for as long as it likes:

* *Before* the first write of a batch, a note goes into the index of recounts: the ids of its articles, and which
  entities they named so far (afterwards nobody could tell). Only then are articles written, and offsets committed.
* The note goes when whoever made it has counted its entities, after the last answer to its writes. A write that was not
  answered may still arrive, so its note stays. While the same batch is tried again it is noted there again, so that an
  Elasticsearch that takes nothing for hours does not gather a note for every try.
* Of a worker that was killed the notes stay; whoever runs finds those that are older than a minute, and counts what
  they say. A batch that was not committed comes again, with a note of its own; but where it was written already, that
  one sees only the names that came, and the first note alone knows those that went.
* Nobody can tell a worker that was killed from one that will write in a moment: it was suspended, its clock is late,
  Elasticsearch has its request in a queue. So who counts what another noted does not delete the note. It is counted
  again after a minute, two, four … for a day, by the clocks of those who count: what was written late is counted right
  in as much time again, whether its batch was committed, came again, or never will.
* Two workers may count the same entity at the same moment. Each reads the entity's document *before* it counts, and
  replaces only what it read (Elasticsearch's `if_seq_no`); who comes second counts again, and sees what the first saw
  and more. One that was made new is counted once more a little later, since a document that was taken out meanwhile
  leaves no mark.

Only a write that comes more than a day after its note may leave a wrong count.
"""

import asyncio
import contextlib
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, islice
from typing import Any

import msgspec
import structlog

from isnad.clock import Clock, SystemClock
from isnad.errors import RecordError, SearchUnavailable
from isnad.identity import LONGEST_ID_BYTES
from isnad.indexes import Indexes
from isnad.search_index import Answer, SearchIndex, Swap, Write
from isnad_index import entities
from isnad_index.entities import Named, RecountDocument
from isnad_index.requests import TOO_LARGE, Requests
from isnad_index.writing import is_done, result_of, said

Note = tuple[str, ...]
"""The ids of the documents in which it stands; none where nothing is to be counted."""

_AT_ONCE = 300
"""Entities that one aggregation counts."""

_MOST_ROUNDS = 20
_MOST_DUE = 100_000
"""With more, whoever writes waits until they are counted: some hundred megabytes."""

_MOST_NOTES = 100
_MOST_TRIED = 100
"""Notes of tries that failed which are kept in mind; the batch of another gets one more note."""
_STANDS, _GONE = 1, 2
"""Versions of a note: who puts off one that its maker deletes meanwhile does not bring it back."""
_SHARE_OF_TIME = 10
"""Counting takes at most one part of so many of the time."""

_logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _InHand:
    """What was noted of writes that are not answered yet."""

    documents: Sequence[RecountDocument]
    named: dict[str, Named]


class Recounting:
    """Counts entities again; within one event loop.

    Args:
        index: the search index.
        indexes: the names.
        pause_seconds: so long changes are gathered at the least before they are counted.
        orphaned_seconds: older notes are those of workers that may be gone.
        kept_seconds: so long they are counted again and again after the first time.
    """

    def __init__(
        self,
        index: SearchIndex,
        indexes: Indexes,
        *,
        pause_seconds: float = 5.0,
        orphaned_seconds: float = 60.0,
        kept_seconds: float = 86_400.0,
        clock: Clock | None = None,
    ) -> None:
        self._index = index
        self._indexes = indexes
        self._pause_seconds = pause_seconds
        self._orphaned_seconds = orphaned_seconds
        self._kept = timedelta(seconds=kept_seconds)
        self._clock = clock or SystemClock()
        self._noted: dict[Note, _InHand] = {}
        self._tried: dict[tuple[str, ...], RecountDocument] = {}
        self._due: dict[str, Named] = {}
        self._counted_notes: dict[str, Write] = {}
        self._counting = asyncio.Lock()
        self._requests = Requests()

    @contextlib.asynccontextmanager
    async def noted(self, writes: Sequence[Write]) -> AsyncIterator[None]:
        """Note what these writes are about to change, and let it be counted when they are done.

        Raises:
            SearchUnavailable: it is not noted; nothing was written.
        """
        note = await self.note(writes)
        try:
            yield
        except BaseException:
            self._failed(note)
            raise
        self.touched(note)

    async def note(self, writes: Iterable[Write]) -> Note:
        """Note what these writes are about to change; return the note for `touched`, empty where they change nothing.

        For a note that is never `touched`, its writes count as those of a worker that is gone.

        Raises:
            SearchUnavailable: it is not noted; nothing may be written.
        """
        articles = [write for write in writes if write.family == self._indexes.articles and _can_stand(write.id)]
        if not articles:
            return ()
        ids = sorted({write.id for write in articles})
        before: dict[str, set[str]] = {}
        for copy in await self._index.copies(self._indexes.articles, ids, ("entity_ids",)):
            before.setdefault(copy.id, set()).update(copy.content.get("entity_ids", ()))
        times = Counter(write.id for write in articles)
        for write in articles:
            if write.document is not None and times[write.id] > 1:
                # All but the last of them may be counted by somebody else in between.
                before.setdefault(write.id, set()).update(entities.named_in(write.document))
        named = entities.merge(entities.named_in(write.document) for write in articles if write.document is not None)
        for gone in before.values():
            for id_ in gone:
                named.setdefault(id_, Named())
        if not named:
            return ()
        documents = await self._written_down(tuple(ids), before)
        note = tuple(document.id for document in documents)
        self._noted[note] = _InHand(documents, named)
        return note

    async def _written_down(
        self, ids: tuple[str, ...], before: Mapping[str, AbstractSet[str]]
    ) -> tuple[RecountDocument, ...]:
        """Write the note, in several documents where one is larger than what is taken at once."""
        gone = {entity for id_ in ids for entity in before.get(id_, ())}
        tried = self._tried.get(ids)
        # With more entities it is another note: whoever puts off the one that stands writes what it said.
        if tried is not None and gone.issubset(tried.entities):
            document = msgspec.structs.replace(tried, noted_at=self._clock.now())
        else:
            tried = None
            document = RecountDocument(
                id=uuid.uuid4().hex, noted_at=self._clock.now(), articles=ids, entities=tuple(sorted(gone))
            )
        write = Write(self._indexes.recounts, self._indexes.recounts, document.id, _STANDS, _json(document))
        (answer,) = [answer async for _, answer in self._requests.answers(self._index.bulk, [write])]
        if answer.status == TOO_LARGE and len(ids) > 1:
            middle = len(ids) // 2
            first = await self._written_down(ids[:middle], before)
            return first + await self._written_down(ids[middle:], before)
        _check(answer)
        if tried is not None and result_of(answer) == "stale":
            # It was counted for a day, and is gone.
            del self._tried[ids]
            return await self._written_down(ids, before)
        return (document,)

    def _failed(self, note: Note) -> None:
        """Take up what was noted, and leave the note: what was sent may still arrive, long after it was counted."""
        if not note:
            return
        in_hand = self._noted.pop(note)
        self._take_up(in_hand.named)
        for document in in_hand.documents:
            self._tried.pop(document.articles, None)
            self._tried[document.articles] = document
        for oldest in list(islice(self._tried, max(0, len(self._tried) - _MOST_TRIED))):
            del self._tried[oldest]

    def touched(self, note: Note) -> None:
        """Take up what was noted: all writes are answered, and it is due to be counted."""
        if not note:
            return
        in_hand = self._noted.pop(note)
        self._take_up(in_hand.named)
        name = self._indexes.recounts
        for document in in_hand.documents:
            tried = self._tried.pop(document.articles, None)
            if tried is None or tried.id != document.id:
                self._counted_notes[document.id] = Write(name, name, document.id, _GONE, None)

    async def keep_up(self) -> None:
        """Count now where very much is due."""
        if len(self._due) > _MOST_DUE:
            await self.recount()

    async def recount(self) -> None:
        """Count all that is due.

        Raises:
            SearchUnavailable: not all is counted; it stays due.
        """
        async with self._counting:
            due, notes = self._due, self._counted_notes
            self._due, self._counted_notes = {}, {}
            if not due and not notes:
                return
            left = due
            try:
                await self._index.refresh(self._indexes.articles)
                while some := dict(islice(left.items(), _AT_ONCE)):
                    await self._count(some)
                    for id_ in some:
                        del left[id_]
                await self._say_counted(list(notes.values()))
            except BaseException:
                self._take_up(left)
                self._counted_notes = notes | self._counted_notes
                raise

    async def settle(self, *, older_seconds: float = 0.0) -> None:
        """Count what any worker has noted so long ago; with 0 all, also what was counted for it already.

        Raises:
            SearchUnavailable: not all is counted.
        """
        adopted: set[str] = set()
        while True:
            await self._index.refresh(self._indexes.recounts)
            # The query takes so many ids only, and what was put off is found by its time no more.
            left_out = {*chain.from_iterable(self._noted), *self._counted_notes, *(() if older_seconds else adopted)}
            query: dict[str, list[dict[str, Any]]] = {"must_not": [{"terms": {"id": sorted(left_out)}}]}
            if older_seconds:
                until = self._clock.now() - timedelta(seconds=older_seconds)
                query["filter"] = [{"range": {"noted_at": {"lte": until.isoformat()}}}]
            body = {"query": {"bool": query}, "size": _MOST_NOTES, "sort": [{"noted_at": "asc"}]}
            hits = (await self._index.search(self._indexes.recounts, body))["hits"]["hits"]
            notes = [msgspec.convert(hit["_source"], RecountDocument) for hit in hits]
            for note in notes:
                await self._adopt(note)
                adopted.add(note.id)
            await self.recount()
            if len(notes) < _MOST_NOTES:
                return

    async def run(self) -> None:
        """Count what is due from time to time, for ever; while the index does not answer, all stays due."""
        pause, looked = self._pause_seconds, time.monotonic()
        while True:
            await asyncio.sleep(pause)
            started = time.monotonic()
            try:
                if started - looked > self._orphaned_seconds:
                    await self.settle(older_seconds=self._orphaned_seconds)
                    looked = started
                else:
                    await self.recount()
            except SearchUnavailable as exc:
                _logger.warning("The entities are counted later.", reason=str(exc))
            pause = max(self._pause_seconds, (_SHARE_OF_TIME - 1) * (time.monotonic() - started))

    async def finish(self) -> None:
        """Count what is due before the process ends; what is left then, others find by its notes."""
        with contextlib.suppress(SearchUnavailable):
            await self.recount()

    def _take_up(self, named: Mapping[str, Named]) -> None:
        for id_, one in named.items():
            self._due.setdefault(id_, Named()).add(one)

    async def _adopt(self, note: RecountDocument) -> None:
        """Make due what another worker noted, and put off when it is counted again."""
        for id_ in note.entities:
            self._due.setdefault(id_, Named())
        for copy in await self._index.copies(self._indexes.articles, note.articles, ("mentions",)):
            self._take_up(entities.named_in(copy.content))
        now, name = self._clock.now(), self._indexes.recounts
        adopted_at = note.adopted_at or now
        since = now - adopted_at
        if since >= self._kept:
            counted = Write(name, name, note.id, _GONE, None)
        else:
            again = msgspec.structs.replace(note, noted_at=now + since, adopted_at=adopted_at)
            counted = Write(name, name, note.id, _STANDS, _json(again))
        self._counted_notes.setdefault(note.id, counted)

    async def _count(self, named: dict[str, Named]) -> None:
        """Count these until each stands as it was counted."""
        for _ in range(_MOST_ROUNDS):
            standing = await self._index.marked(self._indexes.entities, sorted(named))
            known = entities.merge([{id_: entities.known_before(one.content) for id_, one in standing.items()}, named])
            counts = await self._index.search(self._indexes.articles, entities.question(known))
            changes = list(entities.swaps(standing, entities.documents(known, counts), sorted(named)))
            again = {}
            async for change, answer in self._requests.answers(self._swap, changes):
                result = result_of(answer)
                if result is None:
                    raise SearchUnavailable(
                        f"Elasticsearch does not take entities for now ({answer.status} {said(answer)})."
                    )
                if isinstance(result, RecordError):
                    # Trying again would hold up all others; its articles are found, only it is not looked up.
                    _logger.error("An entity can't be kept.", entity=change.id, reason=str(result))
                elif result == "stale":
                    again[change.id] = named[change.id]
                elif change.before is None:
                    self._take_up({change.id: named[change.id]})
            if not again:
                return
            named = again
        raise SearchUnavailable("Others change the same entities all the time.")

    async def _say_counted(self, writes: Sequence[Write]) -> None:
        async for _, answer in self._requests.answers(self._index.bulk, writes):
            _check(answer)

    async def _swap(self, changes: Sequence[Swap]) -> list[Answer]:
        return await self._index.swap(self._indexes.entities, changes)


def _check(answer: Answer) -> None:
    """Raise `SearchUnavailable` where a note was not written or deleted, as it may have been before."""
    if not is_done(answer):
        raise SearchUnavailable(f"Elasticsearch does not take what is to be counted ({answer.status} {said(answer)}).")


def _can_stand(id_: str) -> bool:
    """Elasticsearch can't even look for other ids."""
    return 0 < len(id_.encode()) <= LONGEST_ID_BYTES


def _json(document: msgspec.Struct) -> bytes:
    return msgspec.json.encode(document)

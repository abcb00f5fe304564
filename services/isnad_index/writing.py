"""Writing to Elasticsearch so that nothing is lost, nothing is doubled, and one bad document stops nobody.

What an answer means for a write:

=====================  ==============================================================================================
2xx                    done
409                    done: a newer version stands there
400                    the document's own fault: a dead letter, the others go on
413                    smaller requests are sent from then on; a single one that is too large is a dead letter
anything else          429, 403, 5xx, no answer, fewer answers than writes: `SearchUnavailable`, so that the stage waits
                       and hands over the same batch; what was finished is remembered and not sent again
=====================  ==============================================================================================

An article stands in the index of its month of publication. When a later version of it belongs to another month, the
earlier one must go. Looking *before* writing would miss a worker that does the same at the same moment, so the rule is:
write, then look in real time where the id stands, and take out all but the highest version. Of two workers at least the
one that looks last sees both copies; the removal itself carries the winner's version, so a late write of an older one
into that index is refused.

What was taken down, or left its page, stays out by the same rule: write, then look in real time whether a takedown
stands that is newer, and take it out again. Elasticsearch itself refuses an older write only as long as it remembers
the version of what it took out.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from isnad.errors import RecordError, SearchUnavailable, SetupError
from isnad.messages import Reason
from isnad.search_index import Answer, Copy, SearchIndex, Write
from isnad_index.requests import MOST_BYTES, TOO_LARGE, Requests

Result = Literal["indexed", "stale", "taken_down"] | RecordError
"""What became of a write: it stands, a newer one stands, it was taken down meanwhile, or it can't."""

_CONFLICT = 409
_BAD_REQUEST = 400
_NOT_FOUND = 404

_SERVERS_FAULT = frozenset({
    "validation_exception",  # no more shards allowed: the new month's index can't be made
    "index_closed_exception",
    "invalid_index_name_exception",
    "index_create_block_exception",
})  # fmt: skip
"""Errors that come as 400 though the document is well."""


class Writer:
    """Writes batches of documents; one batch at a time."""

    def __init__(self, index: SearchIndex, *, max_request_bytes: int = MOST_BYTES) -> None:
        self._index = index
        self._requests = Requests(max_request_bytes)
        self._finished: dict[Write, Result] = {}
        self._created: set[str] = set()

    @property
    def index(self) -> SearchIndex:
        """Where it writes to."""
        return self._index

    async def write(self, writes: Sequence[Write]) -> list[Result]:
        """Write all, and return for each what became of it.

        Raises:
            SearchUnavailable: some are not finished; call again with the same writes.
        """
        # Kept from a call that failed, for as long as the same writes are asked for.
        self._finished = {write: self._finished[write] for write in writes if write in self._finished}
        pending = [write for write in dict.fromkeys(writes) if write not in self._finished]
        for name in dict.fromkeys(write.index for write in pending):
            await self._create(name)
        refused_for_now: list[Answer] = []
        async for write, answer in self._requests.answers(self._index.bulk, pending):
            result = result_of(answer)
            if write.document is None and answer.status == _NOT_FOUND and not answer.error:
                result = "indexed"  # it is not there, as it is to be
            if result is None:
                refused_for_now.append(answer)
            else:
                self._finished[write] = result
        if refused_for_now:
            # An index may have been taken away: ask for all of them anew.
            self._created.clear()
            raise SearchUnavailable(_summary(refused_for_now, len(writes)))
        # Of a refused one nothing stands, and it may have an id by which nothing can be looked for.
        await self._take_out_older_copies(
            [write for write in writes if not isinstance(self._finished[write], RecordError)]
        )
        await self._take_out_what_is_kept_out([write for write in writes if self._finished[write] == "indexed"])
        finished, self._finished = self._finished, {}
        return [finished[write] for write in writes]

    async def _create(self, name: str) -> None:
        # Asked for by name, since many a server does not make an index for whoever writes into it.
        if name not in self._created:
            try:
                await self._index.create(name)
            except SetupError as exc:
                # It worked at the start, so somebody is changing Elasticsearch; its documents are well.
                raise SearchUnavailable(str(exc)) from exc
            self._created.add(name)

    async def _take_out_older_copies(self, writes: Iterable[Write]) -> None:
        wanted: dict[str, set[str]] = {}
        for write in writes:
            if write.index != write.family:
                wanted.setdefault(write.family, set()).add(write.id)
        removals: list[Write] = []
        for family, ids in wanted.items():
            copies: dict[str, list[Copy]] = {}
            for copy in await self._index.copies(family, sorted(ids)):
                copies.setdefault(copy.id, []).append(copy)
            for id_, found in copies.items():
                *older, newest = sorted(found, key=lambda copy: (copy.version, copy.index))
                removals += [Write(family, copy.index, id_, newest.version, None) for copy in older]
        await self.remove(removals, "Articles that moved to another month")

    async def _take_out_what_is_kept_out(self, writes: Iterable[Write]) -> None:
        asked: dict[str, set[str]] = {}
        for write in writes:
            for index, id_ in write.unless if write.document is not None else ():
                asked.setdefault(index, set()).add(id_)
        keepers = {
            (index, id_): int(document["version"])
            for index, ids in asked.items()
            for id_, document in (await self._index.documents(index, sorted(ids))).items()
        }
        kept_out: dict[Write, Write] = {}
        for write in writes if keepers else ():
            version = max((keepers[one] for one in write.unless if one in keepers), default=0)
            if version > write.version:
                # With its own version: what comes after it of a story may have an origin that nobody took down.
                kept_out[write] = Write(write.family, write.index, write.id, write.version, None)
        await self.remove(list(kept_out.values()), "What was taken down")
        self._finished |= dict.fromkeys(kept_out, "taken_down")

    async def remove(self, removals: Sequence[Write], what: str) -> None:
        """Take documents out, unless newer ones stand there.

        Args:
            removals: writes without a document.
            what: what they are, for the error.

        Raises:
            SearchUnavailable: some are not taken out; call again.
        """
        if not removals:
            return
        left = [answer async for _, answer in self._requests.answers(self._index.bulk, removals) if not is_done(answer)]
        if left:
            # Whatever it says: what was to be written is well.
            raise SearchUnavailable(f"{what}: {_summary(left, len(removals))}")


def result_of(answer: Answer) -> Result | None:
    """Return what an answer means, None where the write has to be tried again."""
    if 200 <= answer.status < 300:
        return "indexed"
    if answer.status == _CONFLICT:
        return "stale"
    if answer.status in (_BAD_REQUEST, TOO_LARGE) and answer.error not in _SERVERS_FAULT:
        return RecordError(_reason(answer.status), said(answer))
    return None


def is_done(answer: Answer) -> bool:
    """Return whether nothing is left to do: it was written or taken out, a newer one stands, or it was not there."""
    return answer.status == _NOT_FOUND or result_of(answer) in ("indexed", "stale")


def _reason(status: int) -> Reason:
    return Reason.TOO_LARGE if status == TOO_LARGE else Reason.INDEX_REJECTED


def said(answer: Answer) -> str:
    """Return the error of an answer, in Elasticsearch's words."""
    return ": ".join(part for part in (answer.error, answer.reason) if part)


def _summary(answers: Sequence[Answer], of: int) -> str:
    first = answers[0]
    what = f"{first.status} {said(first)[:300]}"
    return f"Elasticsearch refuses {len(answers)} of {of} writes for now ({what})."

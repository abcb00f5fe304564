"""An Elasticsearch in memory that knows what isnad asks of it, no more: a fake `isnad.search_index.SearchIndex`.

It writes by external versions, folds words as `isnad.text.words` does, collapses, counts facets, and fails on demand.
It does not stem, highlight or weigh, and never pretends to: a search in a language that it does not know is an
`AssertionError`. Contract tests run on it and on the real server.
"""

import fnmatch
import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from isnad.errors import RequestError, SearchUnavailable
from isnad.search_index import Answer, Copy, Document, Exchange, Mark, Marked, RequestRefused, Swap, Write
from isnad.text.words import words

Json = dict[str, Any]

_MAX_ID_BYTES = 512


@dataclass(frozen=True, slots=True)
class _Stored:
    version: int
    document: Json | None
    """None: it was taken out, and the version still stands."""
    sequence: int = 0
    """Grows with every write."""


class FakeIndex:
    """A search index in memory.

    Attributes:
        away: while it is a text, nothing answers, and that is why.
        refuse: answers to the next writes of these ids, given instead of writing; None lets one through.
        refuse_requests: refusals of the next bulk requests as a whole; None lets one through.
        answer_only: so many answers at most to the next bulk request.
        max_request_bytes: larger bulk requests are refused as too large.
        requests: the writes of each bulk request so far.
    """

    def __init__(self) -> None:
        self.away: str | None = None
        self.refuse: dict[str, list[Answer | None]] = {}
        self.refuse_requests: list[RequestRefused | None] = []
        self.answer_only: int | None = None
        self.max_request_bytes = 100 * 1024 * 1024
        self.requests: list[list[Write]] = []
        self._indexes: dict[str, dict[str, _Stored]] = {}
        self._aliases: dict[str, set[str]] = {}
        self._templates: dict[str, Json] = {}
        self._blocked: set[str] = set()
        self._writes = 0

    def standing(self) -> dict[tuple[str, str], Json]:
        """Return all documents, by index and id."""
        return {
            (name, id_): stored.document
            for name, index in self._indexes.items()
            for id_, stored in index.items()
            if stored.document is not None
        }

    async def bulk(self, writes: Sequence[Write]) -> list[Answer]:
        """Write; see `SearchIndex.bulk`."""
        self._answering()
        self.requests.append(list(writes))
        self._refusing(sum(len(write.document or b"") for write in writes))
        for write in writes:
            if len(write.id.encode()) > _MAX_ID_BYTES:
                raise RequestRefused(400, f"id [{write.id}] is too long")
            if not write.id:
                raise RequestRefused(400, "if _id is specified it must not be empty")
        answers = [self._write(write) for write in writes]
        limit, self.answer_only = self.answer_only, None
        return answers[:limit]

    def _refusing(self, request_bytes: int) -> None:
        refusal = self.refuse_requests.pop(0) if self.refuse_requests else None
        if refusal is not None:
            raise refusal
        if request_bytes > self.max_request_bytes:
            raise RequestRefused(413, "content too long")

    def _refusal(self, id_: str, held: str) -> Answer | None:
        refusals = self.refuse.get(id_)
        refusal = refusals.pop(0) if refusals else None
        if refusal is None and held in self._blocked:
            return Answer(403, "cluster_block_exception", f"index [{held}] blocked by: index write (api)")
        return refusal

    def _write(self, write: Write) -> Answer:
        found = self._resolve(write.index)
        if len(found) != 1:
            return Answer(404, "index_not_found_exception", f"no such index [{write.index}]")
        refusal = self._refusal(write.id, found[0])
        if refusal is not None:
            return refusal
        index = self._indexes[found[0]]
        known = index.get(write.id)
        if known is not None and known.version > write.version:
            reason = f"current version [{known.version}] is higher than the one provided [{write.version}]"
            return Answer(409, "version_conflict_engine_exception", reason)
        gone = known is None or known.document is None
        index[write.id] = self._stored(write.version, write.document)
        if write.document is None:
            return Answer(404 if gone else 200)
        return Answer(201 if gone else 200)

    def _stored(self, version: int, document: bytes | None) -> _Stored:
        self._writes += 1
        return _Stored(version, None if document is None else msgspec.json.decode(document), self._writes)

    async def copies(self, family: str, ids: Iterable[str], fields: Sequence[str] = ()) -> list[Copy]:
        """Look the ids up; see `SearchIndex.copies`."""
        self._answering()
        ids = _named(ids)
        found = [(name, id_, self._indexes[name].get(id_)) for name in self._resolve(family) for id_ in ids]
        return [
            Copy(name, id_, one.version, {field: one.document[field] for field in fields if field in one.document})
            for name, id_, one in found
            if one is not None and one.document is not None
        ]

    async def marked(self, index: str, ids: Iterable[str]) -> dict[str, Marked]:
        """Return documents with their marks; see `SearchIndex.marked`."""
        self._answering()
        (held,) = self._resolve(index) or [index]
        stored = {id_: self._indexes.get(held, {}).get(id_) for id_ in _named(ids)}
        return {
            id_: Marked(Mark(one.sequence, 1), one.document)
            for id_, one in stored.items()
            if one is not None and one.document is not None
        }

    async def swap(self, index: str, swaps: Sequence[Swap]) -> list[Answer]:
        """Write what nobody has changed; see `SearchIndex.swap`."""
        self._answering()
        self._refusing(sum(len(swap.document or b"") for swap in swaps))
        return [self._swap(index, swap) for swap in swaps]

    def _swap(self, index: str, swap: Swap) -> Answer:
        (held,) = self._resolve(index)
        refusal = self._refusal(swap.id, held)
        if refusal is not None:
            return refusal
        one = self._indexes[held].get(swap.id)
        stands = None if one is None or one.document is None else Mark(one.sequence, 1)
        if stands != swap.before:
            return Answer(409, "version_conflict_engine_exception", f"[{swap.id}]: version conflict")
        self._indexes[held][swap.id] = self._stored(1, swap.document)
        return Answer(201 if stands is None else 200)

    async def documents(self, index: str, ids: Iterable[str]) -> dict[str, Json]:
        """Return documents by id; see `SearchIndex.documents`."""
        self._answering()
        ids = _named(ids)
        (held,) = self._resolve(index) or [index]
        stored = {id_: self._indexes.get(held, {}).get(id_) for id_ in ids}
        return {id_: one.document for id_, one in stored.items() if one is not None and one.document is not None}

    async def search(self, index: str, body: Mapping[str, Any]) -> Json:
        """Search; see `SearchIndex.search`."""
        self._answering()
        documents = [
            stored.document
            for name in self._resolve(index)
            for stored in self._indexes[name].values()
            if stored.document is not None
        ]
        return _Search(dict(body)).answer(documents)

    async def put_template(self, name: str, body: Mapping[str, Any]) -> bool:
        """Keep a template; see `SearchIndex.put_template`."""
        self._answering()
        if self._templates.get(name, {}).get("version", 0) > body["version"]:
            return False
        self._templates[name] = dict(body)
        return True

    async def create(self, index: str) -> None:
        """Create an index with the aliases of its template."""
        self._answering()
        if index in self._aliases:
            return
        self._indexes.setdefault(index, {})
        for template in self._templates.values():
            if any(fnmatch.fnmatchcase(index, pattern) for pattern in template["index_patterns"]):
                for alias in template["template"].get("aliases", {}):
                    self._aliases.setdefault(alias, set()).add(index)

    async def put_alias(self, pattern: str, alias: str) -> None:
        """Let an alias stand for the indexes of a pattern."""
        self._answering()
        found = fnmatch.filter(self._indexes, pattern)
        if found:
            self._aliases.setdefault(alias, set()).update(found)

    async def aliases(self, name: str) -> dict[str, frozenset[str]]:
        """Return what a name stands for; see `SearchIndex.aliases`."""
        self._answering()
        named = {index for alias in fnmatch.filter(self._aliases, name) for index in self._aliases[alias]}
        return {
            index: frozenset(alias for alias, indexes in self._aliases.items() if index in indexes)
            for index in sorted(named | set(fnmatch.filter(self._indexes, name)))
        }

    async def exchange(self, exchange: Exchange) -> None:
        """Change indexes and aliases in one moment; see `SearchIndex.exchange`."""
        self._answering()
        named = {*exchange.remove, *(index for index, _ in (*exchange.add, *exchange.take_off))}
        clashing = {alias for _, alias in exchange.add} & (set(self._indexes) - set(exchange.remove))
        if clashing or not named <= set(self._indexes):
            raise RequestError(f"can't exchange: {sorted(clashing or named - set(self._indexes))}")
        for gone in exchange.remove:
            del self._indexes[gone]
            self._blocked.discard(gone)
            for indexes in self._aliases.values():
                indexes.discard(gone)
        for index, alias in exchange.take_off:
            self._aliases.get(alias, set()).discard(index)
        for index, alias in exchange.add:
            self._aliases.setdefault(alias, set()).add(index)
        self._aliases = {alias: indexes for alias, indexes in self._aliases.items() if indexes}

    async def block_writes(self, indexes: Sequence[str]) -> None:
        """Refuse every write; see `SearchIndex.block_writes`."""
        self._answering()
        self._blocked |= set(indexes) & set(self._indexes)

    async def allow_writes(self, indexes: Sequence[str]) -> None:
        """Lift the block; see `SearchIndex.allow_writes`."""
        self._answering()
        self._blocked -= set(indexes)

    async def delete_templates(self, names: Sequence[str]) -> None:
        """Delete templates; see `SearchIndex.delete_templates`."""
        self._answering()
        for name in names:
            self._templates.pop(name, None)

    async def everything(self, index: str) -> AsyncGenerator[list[Document], None]:
        """Yield all documents; see `SearchIndex.everything`."""
        self._answering()
        found = [
            Document(name, id_, stored.version, stored.document)
            for name in await self.aliases(index)
            for id_, stored in self._indexes[name].items()
            if stored.document is not None
        ]
        for document in sorted(found, key=lambda one: (one.id, one.index)):
            yield [document]

    async def refresh(self, index: str) -> None:
        """Do nothing: what is written is found at once."""

    async def ping(self) -> None:
        """Answer, unless it is away."""
        self._answering()

    async def close(self) -> None:
        """Do nothing."""

    def _answering(self) -> None:
        if self.away is not None:
            raise SearchUnavailable(self.away)

    def _resolve(self, name: str) -> list[str]:
        return sorted(self._aliases.get(name, {name} & set(self._indexes)))


class _Search:
    """One search: the part of Elasticsearch's language that `isnad_api.queries` speaks."""

    def __init__(self, body: Json) -> None:
        self._query = body.get("query", {"match_all": {}})
        self._first = body.get("from", 0)
        self._size = body.get("size", 10)
        self._order: list[Json] = body.get("sort", [])
        self._collapse: Json | None = body.get("collapse")
        self._facets: Json = body.get("aggs", {})

    def answer(self, documents: Iterable[Json]) -> Json:
        found = [one for one in documents if _fits(self._query, one)]
        ordered = _sorted(found, self._order)
        hits = self._collapsed(ordered) if self._collapse else [{"_source": one} for one in ordered]
        return {
            "hits": {"total": {"value": len(found)}, "hits": hits[self._first : self._first + self._size]},
            "aggregations": {name: _facet(facet, found) for name, facet in self._facets.items()},
        }

    def _collapsed(self, documents: list[Json]) -> list[Json]:
        assert self._collapse is not None  # noqa: S101  the caller asked
        field, inner = self._collapse["field"], self._collapse["inner_hits"]
        groups: dict[str, list[Json]] = {}
        for one in documents:
            groups.setdefault(one[field], []).append(one)
        return [
            {
                "fields": {field: [key]},
                "inner_hits": {
                    inner["name"]: {
                        "hits": {
                            "total": {"value": len(group)},
                            "hits": [{"_source": one} for one in _sorted(group, inner["sort"])[: inner["size"]]],
                        }
                    }
                },
            }
            for key, group in groups.items()
        ]


def _named(ids: Iterable[str]) -> list[str]:
    """An empty id is no id that is not there: Elasticsearch can't look for it."""
    asked = list(ids)
    if "" in asked:
        raise SearchUnavailable("Ids can't be empty")
    return asked


def _fits(query: Json, document: Json) -> bool:
    ((kind, about),) = query.items()
    if kind == "match_all":
        return True
    if kind == "bool":
        return (
            all(_fits(one, document) for one in [*about.get("must", []), *about.get("filter", [])])
            and not any(_fits(one, document) for one in about.get("must_not", []))
            and ("should" not in about or any(_fits(one, document) for one in about["should"]))
        )
    if kind == "multi_match":
        wanted = words(about["query"])
        fields = {field.partition("^")[0].partition(".")[0] for field in about["fields"]}
        return any(_follow(wanted, words(document[field])) for field in fields)
    ((field, asked),) = about.items()
    values = list(_values(document, field))
    if kind == "term":
        return asked in values
    if kind == "terms":
        return bool(set(asked) & set(values))
    if kind == "prefix":
        return any(value.startswith(asked) for value in values)
    if kind == "range":
        return any(_between(value, asked) for value in values)
    raise AssertionError(f"the fake does not know the query {kind}")


def _follow(wanted: list[str], text: list[str]) -> bool:
    return any(text[n : n + len(wanted)] == wanted for n in range(len(text) - len(wanted) + 1))


def _between(value: str, asked: Json) -> bool:
    moment = datetime.fromisoformat(value)
    for bound, limit in asked.items():
        whole_day = limit.endswith("||/d")
        edge = datetime.fromisoformat(limit.removesuffix("||/d"))
        edge = edge if edge.tzinfo else edge.replace(tzinfo=moment.tzinfo)
        if bound == "gte" and moment < edge:
            return False
        if bound == "lte" and (moment.date() > edge.date() if whole_day else moment > edge):
            return False
    return True


def _values(document: Json, field: str) -> Iterator[Any]:
    value: Any = document
    for name in field.split("."):
        value = value.get(name, {}) if isinstance(value, dict) else {}
    if value != {}:
        yield from value if isinstance(value, list) else [value]


def _sorted(documents: list[Json], order: list[Json]) -> list[Json]:
    for key in reversed(order):
        ((field, direction),) = key.items()
        if field != "_score":
            documents = sorted(documents, key=partial(_value, field), reverse=direction == "desc")
    return documents


def _value(field: str, document: Json) -> Any:  # noqa: ANN401  text or number, as the document has it
    return document.get(field, "")


def _facet(facet: Json, documents: list[Json]) -> Json:
    if "cardinality" in facet:
        return {"value": len({value for one in documents for value in _values(one, facet["cardinality"]["field"])})}
    for kind, choose in (("min", min), ("max", max)):
        if kind in facet:
            moments = [value for one in documents for value in _values(one, facet[kind]["field"])]
            return {"value_as_string": choose(moments, key=datetime.fromisoformat)} if moments else {"value": None}
    terms = facet["terms"]
    included = terms.get("include", ".*")
    include = re.compile(
        included if isinstance(included, str) else "|".join(re.escape(one) for one in included), re.DOTALL
    )
    holders: dict[str, list[Json]] = {}
    for one in documents:
        for value in set(_values(one, terms["field"])):
            if include.fullmatch(value):
                holders.setdefault(value, []).append(one)
    counts = Counter({key: len(group) for key, group in holders.items()})
    newest_first = terms.get("order") == {"_key": "desc"}
    keys = sorted(counts, reverse=True) if newest_first else sorted(counts, key=lambda key: (-counts[key], key))
    return {
        "buckets": [
            {
                "key": key,
                "doc_count": counts[key],
                **{name: _facet(inner, holders[key]) for name, inner in facet.get("aggs", {}).items()},
            }
            for key in keys[: terms["size"]]
        ]
    }

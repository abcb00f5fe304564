"""A real Elasticsearch."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import elastic_transport as transport
import elasticsearch as library  # noqa: TID251  isnad.elastic is the adapter of elasticsearch
import msgspec
from elastic_transport.client_utils import DEFAULT

from isnad import tls
from isnad.elastic.errors import VARIABLE, is_elasticsearchs, is_incomplete, reason_of, status_of, translate, translated
from isnad.elastic_access import ElasticAccess
from isnad.errors import RequestError, SearchUnavailable, SetupError
from isnad.search_index import Answer, Copy, Document, Exchange, Mark, Marked, RequestRefused, Swap, Write

_BAD_REQUEST = 400
_TOO_LARGE = 413

_PAGE_DOCUMENTS = 200
_PAGE_ALIVE = "5m"
"""So long Elasticsearch keeps the moment that is read, from one page to the next."""


_SOUGHT_AT_ONCE = 1000
"""Documents that are asked for by id in one request: with long ids half a megabyte, less than proxies let through."""

_TOLD_OF_FOUND = ",".join(
    f"docs.{name}" for name in ("_index", "_id", "_version", "_seq_no", "_primary_term", "_source", "found", "error")
)

_INCOMPLETE_PAUSES = (0.0, 0.2, 0.5, 1.0)
"""Seconds before a search that did not reach all of its indexes is tried again."""


class _IncompleteError(SearchUnavailable):
    """A search that did not reach all of its indexes."""


class Elastic:
    """Talks to one Elasticsearch, as `isnad.search_index.SearchIndex`; within one event loop, then to be closed."""

    def __init__(self, elasticsearch: str | ElasticAccess, *, timeout_seconds: float = 30.0) -> None:
        """Prepare the client; nothing is sent yet.

        Args:
            elasticsearch: the address, or with what is needed to be let in.
            timeout_seconds: how long an answer is waited for.

        Raises:
            SetupError: the address can't be read, or not the certificates.
        """
        try:
            access = ElasticAccess.of(elasticsearch)
        except ValueError as exc:
            raise SetupError(f"{exc}.") from exc
        self._url = access.url
        self._timeout_seconds = timeout_seconds
        # Every failure is raised and told by whoever waits; the library would add a line for each.
        logging.getLogger("elastic_transport.node_pool").setLevel(logging.ERROR)
        self._client = library.AsyncElasticsearch(
            access.url,
            api_key=access.api_key.reveal() or None,
            basic_auth=(access.user, access.password.reveal()) if access.user else None,
            ssl_context=tls.client_context(ca=access.ca, variable=VARIABLE) if access.tls else DEFAULT,
            request_timeout=timeout_seconds,
            # Trying again belongs to the caller, who knows what is finished.
            max_retries=0,
            retry_on_timeout=False,
            # One bad answer is no reason to leave the only node alone.
            dead_node_backoff_factor=0.0,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def bulk(self, writes: Sequence[Write]) -> list[Answer]:
        """Send writes in one request; see `SearchIndex.bulk`."""
        lines: list[bytes] = []
        for write in writes:
            action = "delete" if write.document is None else "index"
            about = {"_index": write.index, "_id": write.id, "version": write.version, "version_type": "external_gte"}
            lines.append(msgspec.json.encode({action: about}))
            if write.document is not None:
                lines.append(write.document)
        return await self._bulk(lines)

    async def _bulk(self, lines: Sequence[bytes]) -> list[Answer]:
        # The client's type knows only dicts; bytes go through its serializer as they are.
        operations: list[Any] = list(lines)
        with translated(self._url):
            try:
                fields = "items.*.status,items.*.error"
                answer = (await self._client.bulk(operations=operations, filter_path=fields)).body
            except transport.ApiError as exc:
                if status_of(exc) == _TOO_LARGE or (status_of(exc) == _BAD_REQUEST and is_elasticsearchs(exc)):
                    raise RequestRefused(status_of(exc), reason_of(exc)) from exc
                if status_of(exc) == _BAD_REQUEST:
                    # A proxy in between said it, and knows nothing of documents.
                    raise SearchUnavailable(f"What answers at {self._url} is not Elasticsearch: {exc.message}") from exc
                raise
        return [_answer(item) for item in answer.get("items", [])]

    async def copies(self, family: str, ids: Iterable[str], fields: Sequence[str] = ()) -> list[Copy]:
        """Look the ids up in every index of a family, in real time; see `SearchIndex.copies`."""
        wanted = list(ids)
        with translated(self._url):
            try:
                indexes = sorted((await self._client.indices.get_alias(index=family)).body)
            except library.NotFoundError:
                return []
        source = list(fields) or False
        docs = [{"_index": index, "_id": one, "_source": source} for index in indexes for one in wanted]
        return [
            Copy(doc["_index"], doc["_id"], doc["_version"], doc.get("_source", {})) for doc in await self._found(docs)
        ]

    async def marked(self, index: str, ids: Iterable[str]) -> dict[str, Marked]:
        """Return documents by id with the marks of their last changes; see `SearchIndex.marked`."""
        docs = [{"_index": index, "_id": one} for one in ids]
        return {
            doc["_id"]: Marked(Mark(doc["_seq_no"], doc["_primary_term"]), doc["_source"])
            for doc in await self._found(docs)
        }

    async def swap(self, index: str, swaps: Sequence[Swap]) -> list[Answer]:
        """Write what nobody has changed since it was read; see `SearchIndex.swap`."""
        lines: list[bytes] = []
        for swap in swaps:
            about: dict[str, Any] = {"_index": index, "_id": swap.id}
            if swap.before is not None:
                about |= {"if_seq_no": swap.before.sequence, "if_primary_term": swap.before.term}
            action = "delete" if swap.document is None else "create" if swap.before is None else "index"
            lines.append(msgspec.json.encode({action: about}))
            if swap.document is not None:
                lines.append(swap.document)
        return await self._bulk(lines)

    async def search(self, index: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Search; see `SearchIndex.search`."""
        until = asyncio.get_running_loop().time() + self._timeout_seconds
        for pause in _INCOMPLETE_PAUSES:
            try:
                return await self._search(index, body)
            except _IncompleteError:
                if asyncio.get_running_loop().time() + pause > until:
                    raise
                # When a new generation of indexes takes the place of the old one, the searches on their way lose
                # theirs; the same name leads to the new ones already. And an index that was made a moment ago, as for
                # a month's first article, does not answer yet.
                await asyncio.sleep(pause)
        return await self._search(index, body)

    async def _search(self, index: str, body: Mapping[str, Any]) -> dict[str, Any]:
        with translated(self._url):
            try:
                # An index or alias that does not exist yet holds nothing.
                response = await self._client.search(index=index, body=dict(body), ignore_unavailable=True)
            except transport.ApiError as exc:
                if is_incomplete(exc):
                    raise _IncompleteError(str(translate(exc, self._url))) from exc
                raise
            answer = dict(response.body)
            if not answer.get("_shards", {}).get("total", 1):
                await self._must_be_missing(index)
        if answer.get("timed_out"):
            raise SearchUnavailable(f"Elasticsearch at {self._url} could search only a part of {index} in time.")
        if answer.get("_shards", {}).get("failed"):
            raise _IncompleteError(f"Elasticsearch at {self._url} could search only a part of {index}.")
        return answer

    async def _must_be_missing(self, index: str) -> None:
        """Raise the library's error where an index was left out for lack of rights, and not because there is none."""
        with contextlib.suppress(library.NotFoundError):
            await self._client.search(index=index, size=0)

    async def documents(self, index: str, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return documents by id; see `SearchIndex.documents`."""
        docs = [{"_index": index, "_id": one} for one in ids]
        return {doc["_id"]: doc["_source"] for doc in await self._found(docs)}

    async def _found(self, docs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return those of these documents that are there, in real time."""
        found: list[dict[str, Any]] = []
        with translated(self._url):
            for begin in range(0, len(docs), _SOUGHT_AT_ONCE):
                some = docs[begin : begin + _SOUGHT_AT_ONCE]
                found += (await self._client.mget(docs=some, filter_path=_TOLD_OF_FOUND)).body.get("docs", [])
        _check_looked(found)
        return [doc for doc in found if doc.get("found")]

    async def put_template(self, name: str, body: Mapping[str, Any]) -> bool:
        """Create or replace an index template; see `SearchIndex.put_template`."""
        with translated(self._url):
            try:
                known = (await self._client.indices.get_index_template(name=name)).body["index_templates"]
            except library.NotFoundError:
                known = []
            if known and known[0]["index_template"].get("version", 0) > body["version"]:
                return False
            try:
                await self._client.indices.put_index_template(name=name, body=dict(body))
            except library.BadRequestError as exc:
                raise SetupError(f"Elasticsearch does not take the template {name}: {reason_of(exc)}") from exc
        return True

    async def create(self, index: str) -> None:
        """Create an index from its template, unless it is there."""
        with translated(self._url):
            try:
                await self._client.indices.create(index=index)
            except library.BadRequestError as exc:
                reason = reason_of(exc)
                if reason.startswith("resource_already_exists_exception") or "already exists as alias" in reason:
                    return
                if reason.startswith("validation_exception"):
                    raise SearchUnavailable(f"Elasticsearch has no room for the index {index}: {reason}") from exc
                raise SetupError(f"Elasticsearch can't make the index {index}: {reason_of(exc)}") from exc

    async def put_alias(self, pattern: str, alias: str) -> None:
        """Let an alias stand for all indexes of a pattern."""
        if all(alias in known for known in (await self.aliases(pattern)).values()):
            # Nothing is asked where nothing is missing: the right to set aliases is that of deleting indexes too.
            return
        with translated(self._url):
            try:
                await self._client.indices.put_alias(index=pattern, name=alias)
            except library.NotFoundError:
                return

    async def aliases(self, name: str) -> dict[str, frozenset[str]]:
        """Return what a name stands for; see `SearchIndex.aliases`."""
        with translated(self._url):
            try:
                found = (await self._client.indices.get_alias(index=name)).body
            except library.NotFoundError:
                return {}
        return {index: frozenset(about["aliases"]) for index, about in sorted(found.items())}

    async def exchange(self, exchange: Exchange) -> None:
        """Change indexes and aliases in one moment; see `SearchIndex.exchange`."""
        actions: list[dict[str, Any]] = [
            *({"remove_index": {"index": index}} for index in exchange.remove),
            *({"remove": {"index": index, "alias": alias}} for index, alias in exchange.take_off),
            *({"add": {"index": index, "alias": alias}} for index, alias in exchange.add),
        ]
        if not actions:
            return
        with translated(self._url):
            try:
                answer = await self._client.indices.update_aliases(actions=actions)
            except library.NotFoundError as exc:
                raise RequestError(f"Elasticsearch can't exchange the indexes: {reason_of(exc)}") from exc
        if not answer["acknowledged"]:
            # It is going to happen; until then, who writes reaches the former indexes.
            raise SearchUnavailable("Elasticsearch has not exchanged the indexes in time")

    async def block_writes(self, indexes: Sequence[str]) -> None:
        """Let indexes refuse every write; see `SearchIndex.block_writes`."""
        if indexes:
            with translated(self._url):
                answer = await self._client.indices.add_block(
                    index=",".join(indexes), block="write", ignore_unavailable=True
                )
            if not (answer["acknowledged"] and answer["shards_acknowledged"]):
                # It gives up when a shard is slow to say that its last writes have ended, and then takes writes again.
                raise SearchUnavailable("Elasticsearch could not close indexes to writes in time")

    async def allow_writes(self, indexes: Sequence[str]) -> None:
        """Lift the block; see `SearchIndex.allow_writes`."""
        if indexes:
            with translated(self._url):
                await self._client.indices.put_settings(
                    index=list(indexes), settings={"index.blocks.write": None}, ignore_unavailable=True
                )

    async def delete_templates(self, names: Sequence[str]) -> None:
        """Delete index templates; see `SearchIndex.delete_templates`."""
        for name in names:
            with translated(self._url):
                try:
                    await self._client.indices.delete_index_template(name=name)
                except library.NotFoundError:
                    continue

    async def everything(self, index: str) -> AsyncGenerator[list[Document], None]:
        """Read all documents of one moment; see `SearchIndex.everything`."""
        with translated(self._url):
            try:
                moment = await self._client.open_point_in_time(index=index, keep_alive=_PAGE_ALIVE)
            except library.NotFoundError:
                return
        page: dict[str, Any] = {
            "pit": {"id": moment.body["id"], "keep_alive": _PAGE_ALIVE},
            "size": _PAGE_DOCUMENTS,
            "sort": [{"id": {"order": "asc", "unmapped_type": "keyword"}}, "_shard_doc"],
            "track_total_hits": False,
            "version": True,
        }
        try:
            while True:
                with translated(self._url):
                    answer = (await self._client.search(body=page)).body
                hits = answer["hits"]["hits"]
                if answer["timed_out"] or answer["_shards"]["failed"]:
                    raise SearchUnavailable(f"Elasticsearch at {self._url} could read only a part of {index}.")
                if not hits:
                    return
                yield [Document(hit["_index"], hit["_id"], hit["_version"], hit["_source"]) for hit in hits]
                page["search_after"] = hits[-1]["sort"]
                page["pit"]["id"] = answer["pit_id"]
        finally:
            # What is not closed ends by itself after `keep_alive`.
            with contextlib.suppress(transport.TransportError, transport.ApiError):
                await self._client.close_point_in_time(id=page["pit"]["id"])

    async def refresh(self, index: str) -> None:
        """Let searches find all that was written so far."""
        with translated(self._url):
            await self._client.indices.refresh(index=index, ignore_unavailable=True)

    async def ping(self) -> None:
        """Return when the server answers and has a master."""
        with translated(self._url):
            await self._client.cluster.health(filter_path="status")

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()


def _answer(item: dict[str, Any]) -> Answer:
    said = next(iter(item.values()))
    error = said.get("error") or {}
    cause = error.get("caused_by") or {}
    reason = "; ".join(str(part["reason"]) for part in (error, cause) if part.get("reason"))
    return Answer(said["status"], error.get("type", ""), reason)


def _check_looked(docs: Iterable[dict[str, Any]]) -> None:
    """Raise where Elasticsearch could not look for a document: that is no word on whether it is there."""
    for doc in docs:
        error = doc.get("error")
        # An index that does not exist yet holds nothing.
        if error and error.get("type") != "index_not_found_exception":
            raise SearchUnavailable(f"Elasticsearch can't look into {doc['_index']}: {error.get('reason')}")

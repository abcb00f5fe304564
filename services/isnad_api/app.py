"""The API: addresses, parameters and what answers them (wiring)."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from itertools import takewhile
from threading import Event
from typing import Annotated, Any

import msgspec
from fastapi import FastAPI, Path, Query, Request
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.routing import Match
from starlette.types import ASGIApp, Scope

from isnad.clock import Clock
from isnad.delivery import Sender
from isnad.errors import RequestError
from isnad.indexes import Indexes
from isnad.messages import SCHEMA, EntityType, RawArticle, Reason
from isnad.metrics import ApiMetrics
from isnad.search_index import SearchIndex
from isnad_api import answers, comparing, docs, meanings, problems, queries, takedowns
from isnad_api.access import Access, needs
from isnad_api.gate import Gate
from isnad_api.limits import Limits
from isnad_api.link_models import ComparisonAnswer, LinksAnswer
from isnad_api.models import (
    MOST_REFUSED,
    Accepted,
    ArticleAnswer,
    EntitiesAnswer,
    EntityAnswer,
    Meant,
    Problem,
    PushAnswer,
    Refused,
    SearchAnswer,
    StoryAnswer,
)
from isnad_api.parameters import MAX_DEPTH, AskedFilters, AskedId, AskedPage, AskedSize, AskedText
from isnad_api.problems import ProblemError
from isnad_api.pushing import Line, Refusal, Settled, has_more_lines, read_lines, settle
from isnad_api.queries import Filters, Sort
from isnad_api.questions import MAX_CHARACTERS, understand
from isnad_api.watching import Watching

_READ = [needs("read")]
_IN_SECONDS = "One that was pushed just now is there in a few seconds."
_JSON = "application/json"
_LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
_ABOUT = """\
Who had the report first, who reprinted it, and who is in it.

* Push articles to `POST /v1/articles`; seconds later they are found.
* `GET /v1/search` answers with *stories*: reports that are reprints of one another are one hit.
* A story's `origin` is the article that was published first; an article's `relation` and `share` tell it from those
  that *arrived* before it. Where a copy arrives before what it copies, the two differ.
* `GET /v1/articles/{id}/links` and `GET /v1/comparison` say why articles are linked: which words stand in both.
* Ids may hold `#`, `:` and `/`: percent-encode them in an address (`%23`).
* Errors are `application/problem+json` (RFC 9457).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the API works with."""

    index: SearchIndex
    indexes: Indexes
    sender: Sender
    raw_topic: str
    limits: Limits
    metrics: ApiMetrics
    clock: Clock
    access: Access


Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(parts: Parts, lifespan: Lifespan | None = None) -> FastAPI:
    """Return the application; `watched` puts around it what every request needs."""
    errors: dict[int | str, dict[str, Any]] = {
        "4XX": {"model": Problem, "description": "The request can't be answered; `detail` says why."},
        500: {
            "model": Problem,
            "description": "isnad is not set up as it must be, or has a bug; trying again does not help.",
        },
        503: {
            "model": Problem,
            "description": "Kafka or Elasticsearch is away; try again after `Retry-After` seconds. "
            "Of a push, `accepted` says what Kafka has already.",
        },
    }
    # FastAPI's own pages load their scripts from a server elsewhere, and stay blank where there is none.
    app = FastAPIOffline(
        title="isnad",
        summary="Live Arabic news: reprints, origins, names, and search.",
        description=_ABOUT,
        version=version("isnad"),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        static_url=docs.STATIC,
        responses=errors,
    )
    problems.install(app)

    docs.add(app)
    _add_push(app, parts)
    _add_search(app, parts)
    _add_links(app, parts)
    _add_lookups(app, parts)
    app.include_router(takedowns.router(parts))
    return app


def watched(app: FastAPI, parts: Parts) -> ASGIApp:
    """Return the application behind the gate, with request ids, metrics and security headers."""
    gate = Gate(app, access=parts.access, limits=parts.limits, clock=parts.clock)
    return Watching(gate, metrics=parts.metrics, clock=parts.clock)


def _add_push(app: FastAPI, parts: Parts) -> None:
    example = {
        "schema": 1,
        "source": "alwatan",
        "title": "عنوان الخبر",
        "body": "نص الخبر …",
        "url": "https://news.example/1",
    }
    article = msgspec.json.schema_components([RawArticle])[1]["RawArticle"]
    article["properties"]["schema"] = {"const": SCHEMA, "default": SCHEMA}
    article["required"].remove("schema")
    limits = parts.limits
    lines_description = (
        f"One such object in each line; {limits.push_lines:,} of them and {limits.request_bytes:,} bytes at most."
    )
    content: dict[str, Any] = {
        _JSON: {"schema": article, "example": example},
        _LINES[0]: {"schema": {"type": "string", "description": lines_description}},
    }

    @app.post(
        "/v1/articles",
        status_code=202,
        tags=["articles"],
        dependencies=[needs("ingest")],
        openapi_extra={"requestBody": {"required": True, "content": content}},
    )
    async def push(request: Request) -> PushAnswer:
        """Push one article (JSON), or many (NDJSON, one in each line).

        Answers when Kafka has acknowledged all that were accepted; each line is accepted or refused by itself. Where
        Kafka did not acknowledge all in time, the answer is 503, and `accepted` says which it has. Pushing an article
        again changes nothing. A push of more articles than one may have is refused as a whole (413).
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != _JSON and kind not in _LINES:
            raise ProblemError(
                415, f"Send {_JSON} (one article) or {_LINES[0]} (one in each line), not {kind or 'nothing'}."
            )
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            raise ProblemError(415, "Send the body without Content-Encoding.")
        body = await request.body()
        given_up = Event()
        try:
            # Megabytes of JSON take a while; others are answered meanwhile.
            lines = await asyncio.to_thread(_read, body, parts, given_up, several=kind != _JSON)
        finally:
            # Nobody waits for the thread any more, and the gate no longer counts what it holds.
            given_up.set()
        messages = [line.message for line in lines if line.message is not None]
        settled = settle(lines, await parts.sender.deliver(messages))
        parts.metrics.articles.labels("accepted").inc(len(settled.accepted))
        parts.metrics.articles.labels("refused").inc(len(settled.refused))
        return _push_answer(settled)


def _read(body: bytes, parts: Parts, given_up: Event, *, several: bool) -> list[Line]:
    most = parts.limits.push_lines
    if several and has_more_lines(body, most):
        raise ProblemError(413, f"A push has {most:,} articles at most; nothing of it was taken. Send it in several.")
    return list(takewhile(lambda _: not given_up.is_set(), read_lines(body, parts.raw_topic, several=several)))


def _push_answer(settled: Settled) -> PushAnswer:
    accepted = [Accepted(line=line.number, id=line.id) for line in settled.accepted]
    errors = [(line, line.error) for line in settled.refused if line.error is not None]
    refused = [_refused(line, error) for line, error in errors[:MOST_REFUSED]]
    answer = PushAnswer(accepted=accepted, refused=refused, refused_more=len(errors) - len(refused))
    if settled.obstacle is not None:
        raise problems.not_sent(settled.obstacle, len(settled.open), answer)
    if not accepted:
        too_large = bool(errors) and all(error.reason == Reason.TOO_LARGE for _, error in errors)
        detail = f"No article was accepted. {refused[0].detail}" if refused else "The body is empty."
        raise ProblemError(413 if too_large else 422, detail, pushed=answer)
    return answer


def _refused(line: Line, error: Refusal) -> Refused:
    return Refused(line=line.number, reason=error.reason, detail=error.detail)


def _add_search(app: FastAPI, parts: Parts) -> None:
    @app.get("/v1/search", tags=["search"], dependencies=_READ)
    async def search(
        filters: AskedFilters,
        q: Annotated[
            str,
            Query(
                max_length=MAX_CHARACTERS,
                description='Words that must stand in the article, in any spelling; "…" or «…» for words in a row, '
                "`-word` for articles without it, `a | b` for either. Empty: all articles.",
                examples=["سوريا"],
            ),
        ] = "",
        sort: Annotated[Sort | None, Query(description="By default `relevance`, without `q` `newest`.")] = None,
        page: AskedPage = 1,
        size: AskedSize = 10,
    ) -> SearchAnswer:
        """Search; one hit for each story, with its articles that fit, highlights, and facets over all that fit."""
        _check_depth(page, size)
        question = understand(q)
        order: Sort = sort or ("relevance" if q.strip() else "newest")
        meant = await _meant(parts, filters)
        filters = _with_ids(filters, meant)
        found = await parts.index.search(parts.indexes.articles, queries.stories(question, filters, order, page, size))
        stories = await _stories(parts, answers.story_ids(found))
        answer = answers.search_answer(found, stories, q=q, sort=order, page=page, size=size)
        return answer.model_copy(update={"meant": meant})

    @app.get("/v1/entities", tags=["search"], dependencies=_READ)
    async def entities(
        filters: AskedFilters,
        q: Annotated[
            str, Query(max_length=100, description="Its name, or how one of its words begins, in any spelling.")
        ] = "",
        type: Annotated[EntityType | None, Query(description="Person, place, organisation, other.")] = None,  # noqa: A002
        page: AskedPage = 1,
        size: AskedSize = 20,
    ) -> EntitiesAnswer:
        """Look up people, places and organisations by any spelling, or its beginning; most named first.

        With filters they are counted among the articles that pass them; those have one page. `q` then finds no more
        than the 1,000 that most articles name of those that it fits.
        """
        if filters == Filters():
            _check_depth(page, size)
            body = queries.known_entities(q, type, page, size)
            return answers.known_entities_answer(await parts.index.search(parts.indexes.entities, body))
        meant = await _meant(parts, filters)
        names: dict[str, str] | None = None
        cut = False
        if q.strip():
            known = await parts.index.search(parts.indexes.entities, queries.entities_called(q, type))
            names = answers.names_by_id(known)
            if not names:
                return EntitiesAnswer(entities=[], meant=meant)
            cut = known["hits"]["total"]["value"] > len(names)
        body = queries.entities(type, _with_ids(filters, meant), size, names)
        answer = answers.entities_answer(await parts.index.search(parts.indexes.articles, body), names)
        return answer.model_copy(update={"meant": meant, "cut": cut})

    @app.get("/v1/entities/{id:path}", tags=["search"], dependencies=_READ)
    async def entity(
        id: Annotated[str, Path(description="Percent-encoded.", examples=["PER:بشار_الاسد"], max_length=300)],  # noqa: A002
    ) -> EntityAnswer:
        """Return an entity: what it is, how it is written, how many articles name it, the first and the last."""
        found = (await parts.index.documents(parts.indexes.entities, [id] if id else [])).get(id)
        if found is None:
            raise ProblemError(404, f"No article names an entity of this id. {_IN_SECONDS}")
        return EntityAnswer.model_validate(found)


async def _meant(parts: Parts, filters: Filters) -> list[Meant]:
    """Return for each entity of the filters whom it means."""
    return [
        meanings.read(entity, await parts.index.search(parts.indexes.entities, meanings.question(entity)))
        for entity in dict.fromkeys(filters.entities)
    ]


def _with_ids(filters: Filters, meant: Sequence[Meant]) -> Filters:
    return replace(filters, ids={one.asked: one.ids for one in meant})


class _LiteralEnding(APIRoute):
    """A route whose last part is written in the address as it is: an id may end with it too, percent-encoded."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        written: bytes = scope.get("raw_path") or scope["path"].encode()
        ending = self.path.rpartition("/")[2]
        return super().matches(scope) if written.endswith(f"/{ending}".encode()) else (Match.NONE, {})


def _add_links(app: FastAPI, parts: Parts) -> None:
    # Comparing is all Python: two at once take as long as one after the other, and the memory of both. A lock would be
    # let go of when a request is given up, while its thread goes on.
    comparer = ThreadPoolExecutor(1, "comparing")

    async def links(
        id: AskedId,  # noqa: A002  the name in the address
        page: AskedPage = 1,
        size: Annotated[int, Query(ge=1, le=50, description="Per page and direction.")] = 20,
        *,
        text: AskedText = False,
    ) -> LinksAnswer:
        """Return with which articles an article shares text, with the numbers and the stretches in both bodies.

        `stated` is what the verdict says, `now` what the bodies as they are now share: they differ where one of the two
        was changed afterwards.
        """
        _check_depth(page, size)
        article = await _documents(parts, id)
        earlier = comparing.linked_ids(article[id], page, size)
        found = await parts.index.search(parts.indexes.articles, queries.compared(earlier))
        later = await parts.index.search(parts.indexes.articles, queries.linking_to(id, page, size))
        answer = partial(
            comparing.links_answer, article[id], comparing.by_id(found), later, page=page, size=size, text=text
        )
        return await asyncio.get_running_loop().run_in_executor(comparer, answer)

    app.router.add_api_route(
        "/v1/articles/{id:path}/links", links, tags=["links"], dependencies=_READ, route_class_override=_LiteralEnding
    )

    @app.get("/v1/comparison", tags=["links"], dependencies=_READ)
    async def comparison(
        id: Annotated[str, Query(min_length=1, examples=["alwatan:77"])],  # noqa: A002
        other: Annotated[str, Query(min_length=1, examples=["alalam-news:0a1b2c3d4e5f60718293"])],
        *,
        text: AskedText = False,
    ) -> ComparisonAnswer:
        """Compare two articles, whether they are linked or not."""
        if id == other:
            raise RequestError("An article shares all with itself: name two articles.")
        found = await _documents(parts, id, other)
        answer = partial(comparing.comparison_answer, found[id], found[other], text=text)
        return await asyncio.get_running_loop().run_in_executor(comparer, answer)


async def _documents(parts: Parts, *ids: str) -> dict[str, queries.Json]:
    found = comparing.by_id(await parts.index.search(parts.indexes.articles, queries.compared(ids)))
    if unknown := [id_ for id_ in ids if id_ not in found]:
        raise ProblemError(404, f"No article has the id {' or '.join(unknown)}. {_IN_SECONDS}")
    return found


def _add_lookups(app: FastAPI, parts: Parts) -> None:
    @app.get("/v1/articles/{id:path}", tags=["articles"], dependencies=_READ)
    async def article(id: AskedId) -> ArticleAnswer:  # noqa: A002  the name in the address
        """Return one article with its links, names and credits."""
        found = answers.article_answer(await parts.index.search(parts.indexes.articles, queries.article(id)))
        if found is None:
            raise ProblemError(404, f"No article has this id. {_IN_SECONDS}")
        return found

    @app.get("/v1/stories/{id:path}", tags=["search"], dependencies=_READ)
    async def story(id: AskedId, page: AskedPage = 1, size: AskedSize = 50) -> StoryAnswer:  # noqa: A002
        """Return a story: its origin, and its articles with what they share."""
        _check_depth(page, size)
        documents = await _stories(parts, [id] if id else [])
        if id not in documents:
            raise ProblemError(404, "No story has this id.")
        found = await parts.index.search(parts.indexes.articles, queries.members(id, page, size))
        return answers.story_answer(documents[id], found, page=page, size=size)


async def _stories(parts: Parts, ids: Sequence[str]) -> dict[str, queries.Json]:
    stories = await parts.index.documents(parts.indexes.stories, ids)
    if not stories:
        return {}
    origins = [story["origin"]["id"] for story in stories.values()]
    return answers.with_dated(stories, await parts.index.search(parts.indexes.articles, queries.undated(origins)))


def _check_depth(page: int, size: int) -> None:
    if page * size > MAX_DEPTH:
        raise RequestError(f"Page {page} of {size} lies beyond the first {MAX_DEPTH:,}; narrow the search instead.")

"""Taking articles down, and letting them come again: what `isnad delete` and `isnad restore` ask for."""

from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Query, Request
from pydantic import Field

from isnad.clock import Clock
from isnad.codec import encode
from isnad.delivery import Sender
from isnad.entry import MOST_REASON, check_takedown
from isnad.errors import RecordError, SetupError, TransientError
from isnad.indexes import Indexes
from isnad.messages import SCHEMA, Takedown
from isnad.outcomes import Outgoing
from isnad.search_index import SearchIndex
from isnad_api.access import CALLER, needs
from isnad_api.answers import dated
from isnad_api.models import ArticleName, Model
from isnad_api.parameters import AskedId
from isnad_api.problems import RETRY_SECONDS, ProblemError

_MOST_SHOWN = 1000

_GOING = (
    "It is out of searches and stories when all that was sent before it is, mostly within seconds; then it stays out, "
    "however often it is sent, until the takedown is taken back. /v1/takedowns/{id} says how far it is."
)
_COMING = "When it is sent again from now on, it is an article like any other. What was sent before stays out."

AskedReason = Annotated[
    str, Query(max_length=MOST_REASON, description="Why, on one line, for those who ask later. It is kept for good.")
]


class Parts(Protocol):
    """What is needed of the API's parts."""

    @property
    def index(self) -> SearchIndex:
        """Where the articles stand."""
        ...

    @property
    def indexes(self) -> Indexes:
        """The names of the indexes."""
        ...

    @property
    def sender(self) -> Sender:
        """What writes to Kafka."""
        ...

    @property
    def raw_topic(self) -> str:
        """Where articles come in, and takedowns too."""
        ...

    @property
    def clock(self) -> Clock:
        """Tells when something was decided."""
        ...


class TakedownAccepted(Model):
    """Kafka has the takedown, or its end; what follows takes a moment."""

    id: str
    kind: Literal["takedown", "restore"]
    at: datetime = Field(description="When it was decided; /v1/takedowns/{id} has the same time when it is done.")
    next: str = Field(description="What happens now.")


class TakedownStanding(Model):
    """What is known of an id, and what of it still stands."""

    id: str
    taken_down: bool = Field(description="Whether it is to be out. An article is out too when its page's id is.")
    at: datetime | None = Field(
        None, description="When that was decided, also by a page that came again without it; none where it never was."
    )
    reason: str = ""
    by: str | None = Field(None, description="By whom: the id of his API key.")
    articles: list[ArticleName] = Field(description="What searches find of it at this moment: none when it is gone.")


def router(parts: Parts) -> APIRouter:
    """Return the addresses."""
    routes = APIRouter(tags=["takedowns"], dependencies=[needs("admin")])

    @routes.delete("/v1/articles/{id:path}", status_code=202)
    async def take_down(request: Request, id: AskedId, reason: AskedReason = "") -> TakedownAccepted:  # noqa: A002
        """Take an article down; the id of a page takes down all of its articles.

        It leaves searches, stories and the comparison with later articles, and stays out. Taking down what is not there
        (yet) keeps it out. The texts that Kafka holds stay there for as long as its topics are kept.
        """
        return await _send(parts, _takedown(parts, request, "takedown", id, reason), _GOING)

    @routes.delete("/v1/takedowns/{id:path}", status_code=202)
    async def restore(request: Request, id: AskedId, reason: AskedReason = "") -> TakedownAccepted:  # noqa: A002
        """Take a takedown back: the article may come again, and is there when it is sent again."""
        return await _send(parts, _takedown(parts, request, "restore", id, reason), _COMING)

    @routes.get("/v1/takedowns/{id:path}")
    async def standing(id: AskedId) -> TakedownStanding:  # noqa: A002
        """Say whether an id was taken down, and what of it searches still find."""
        if not id:
            raise ProblemError(422, "Say of which id: /v1/takedowns/{id}.")
        found = (await parts.index.documents(parts.indexes.takedowns, [id])).get(id, {})
        answer = await parts.index.search(parts.indexes.articles, _falls_under(id))
        articles = [
            ArticleName.model_validate(dated(hit["_source"]))
            for hit in answer["hits"]["hits"]
            if hit["_source"]["id"] == id or hit["_source"].get("part")
        ]
        known = {name: found[name] for name in ("at", "reason", "by") if name in found}
        return TakedownStanding(id=id, taken_down=found.get("is_down", False), articles=articles, **known)

    return routes


def _falls_under(id_: str) -> dict[str, Any]:
    either = [{"term": {"id": id_}}, {"term": {"page_id": id_}}]
    fields = [*ArticleName.model_fields, "part", "time_marks"]
    return {"query": {"bool": {"should": either}}, "size": _MOST_SHOWN, "sort": [{"id": "asc"}], "_source": fields}


def _takedown(parts: Parts, request: Request, kind: Literal["takedown", "restore"], id_: str, reason: str) -> Takedown:
    try:
        # The router leaves a line's end at the end of an address out.
        check_takedown(id_ if request.scope["path"].endswith(id_) else request.scope["path"], reason)
    except RecordError as exc:
        raise ProblemError(422, f"This can't be taken down or back: {exc.detail}.") from exc
    caller = request.scope.get(CALLER)
    return Takedown(
        schema=SCHEMA,
        kind=kind,
        id=id_,
        at=parts.clock.now(),
        reason=reason,
        by=caller.key_id if caller is not None else None,
    )


async def _send(parts: Parts, takedown: Takedown, then: str) -> TakedownAccepted:
    message = Outgoing(parts.raw_topic, takedown.id.encode(), encode(takedown))
    (obstacle,) = await parts.sender.deliver([message])
    if isinstance(obstacle, TransientError):
        detail = "Kafka has not acknowledged it; ask again in a moment. Asking twice changes nothing."
        raise ProblemError(503, detail, headers={"Retry-After": str(RETRY_SECONDS)}) from obstacle
    if isinstance(obstacle, RecordError | SetupError):
        detail = "Kafka is not set up as isnad needs it; topics are created and corrected by: isnad topics create"
        raise ProblemError(500, detail) from obstacle
    if obstacle is not None:
        raise obstacle
    return TakedownAccepted(id=takedown.id, kind=takedown.kind, at=takedown.at, next=then)

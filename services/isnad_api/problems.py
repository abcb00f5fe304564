"""Errors as problem+json (RFC 9457), of whatever origin; nothing of the inside is told."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from isnad.errors import RequestError, SearchUnavailable, SetupError, TransientError
from isnad.search_index import QuestionRefused
from isnad_api.models import FieldProblem, Problem, PushAnswer

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
_DESCRIBED = ("title", "version", "openapi_version", "summary", "description", "license_info")
_LATER = {"Retry-After": str(RETRY_SECONDS)}

_log = structlog.get_logger()


class ProblemError(Exception):
    """An error that has its HTTP status already."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        pushed: PushAnswer | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.pushed = pushed
        self.headers = headers


def not_sent(obstacle: TransientError | SetupError, open_lines: int, pushed: PushAnswer) -> ProblemError:
    """Return the error of a push of which Kafka did not acknowledge so many lines; of the others it tells `pushed`."""
    if isinstance(obstacle, SetupError):
        _log.error("articles can't be pushed until isnad is set up as it must be", reason=str(obstacle))
        detail = (
            f"Kafka is not set up as isnad needs it, and sending the {open_lines:,} left again will not help. The log "
            "says what is wrong, under this request_id; topics are created and corrected by: isnad topics create"
        )
        return ProblemError(500, detail, pushed=pushed)
    _log.warning("articles were not acknowledged", reason=str(obstacle), articles=open_lines)
    detail = (
        f"Kafka has not acknowledged {open_lines:,} of {open_lines + len(pushed.accepted):,} articles; send them again "
        "in a moment. Sending again what it has changes nothing."
    )
    return ProblemError(503, detail, pushed=pushed, headers=_LATER)


def problem(
    request: Request,
    status: int,
    detail: str,
    *,
    errors: Sequence[FieldProblem] = (),
    pushed: PushAnswer | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the answer to a request that went wrong."""
    id_ = request.scope.get("isnad_request_id", "")
    content = as_json(status, detail, request_id=id_, errors=errors, pushed=pushed)
    return Response(content, status, headers, MEDIA_TYPE)


def as_json(
    status: int,
    detail: str,
    *,
    request_id: str = "",
    errors: Sequence[FieldProblem] = (),
    pushed: PushAnswer | None = None,
) -> bytes:
    """Return a problem as it is sent."""
    pushed = pushed or PushAnswer(accepted=[], refused=[], refused_more=0)
    told = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        request_id=request_id,
        errors=list(errors),
        accepted=pushed.accepted,
        refused=pushed.refused,
        refused_more=pushed.refused_more,
    )
    return msgspec.json.encode(told.model_dump(exclude_defaults=True) | {"type": told.type})


def unexpected() -> ProblemError:
    """Return the answer where isnad has a bug; it tells nothing of it."""
    return ProblemError(500, "Something went wrong inside isnad; the log says what, under this request_id.")


def answer(request: Request, error: ProblemError) -> Response:
    """Return the answer to a request that met this error."""
    return problem(request, error.status, error.detail, pushed=error.pushed, headers=error.headers)


def described(app: FastAPI) -> dict[str, Any]:
    """Return the application's description with the type that errors are sent as: FastAPI knows one type for all."""
    schema = get_openapi(**{name: getattr(app, name) for name in _DESCRIBED}, routes=app.routes)
    for methods in schema["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if not status.startswith("2"):
                    response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
    return schema


def install(app: FastAPI) -> None:
    """Let the application answer every error as a problem, and say so in its description."""

    def once() -> dict[str, Any]:
        app.openapi_schema = app.openapi_schema or described(app)
        return app.openapi_schema

    app.openapi = once  # type: ignore[method-assign]  # as FastAPI's manual has it

    @app.exception_handler(ProblemError)
    async def known(request: Request, error: ProblemError) -> Response:
        return answer(request, error)

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, _: ClientDisconnect) -> Response:
        return problem(request, 400, "The connection ended before the request did.")

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [
            FieldProblem(where=".".join(str(part) for part in one["loc"]), detail=str(one["msg"]))
            for one in error.errors()
        ]
        detail = "; ".join(f"{one.where}: {one.detail}" for one in errors[:3])
        return problem(request, 422, detail, errors=errors)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        details = {404: "There is nothing at this address.", 405: "This address does not take this method."}
        detail = details.get(error.status_code, str(error.detail))
        return problem(request, error.status_code, detail, headers=error.headers)

    @app.exception_handler(RequestError)
    async def asked_wrongly(request: Request, error: RequestError) -> Response:
        return problem(request, 400, str(error))

    @app.exception_handler(QuestionRefused)
    async def not_understood(request: Request, error: QuestionRefused) -> Response:
        _log.warning("a search was refused", reason=str(error), path=request.scope["path"])
        return problem(request, 400, "The index can't answer this; ask for it in another way.")

    @app.exception_handler(SearchUnavailable)
    async def away(request: Request, error: SearchUnavailable) -> Response:
        _log.warning("request failed", reason=str(error), path=request.scope["path"])
        detail = "Searching is not available for now; try again in a moment."
        return problem(request, 503, detail, headers=_LATER)

    @app.exception_handler(Exception)
    async def a_bug(request: Request, error: Exception) -> Response:
        _log.error("request failed unexpectedly", path=request.scope["path"], exc_info=error)
        return answer(request, unexpected())

"""What each error of the library means for isnad; a test fails when it grows one that is not listed here."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from urllib.parse import urlsplit

import elastic_transport as transport
import elasticsearch as library  # noqa: TID251  isnad.elastic is the adapter of elasticsearch

from isnad import tls
from isnad.errors import IsnadError, SearchUnavailable
from isnad.search_index import QuestionRefused

VARIABLE = "ISNAD_ELASTICSEARCH"

_WHO_ARE_YOU = 401
_NOT_ALLOWED = 403


_UNAVAILABLE = 503


class Meaning(Enum):
    """What to do about an error."""

    WAIT = "wait"
    """The server is away, busy, full, or takes us for somebody else for now; the same call may succeed later."""
    ASK_OTHERWISE = "ask_otherwise"
    """The server does not understand what was asked of it."""


MEANINGS: dict[type[Exception], Meaning] = {
    transport.TransportError: Meaning.WAIT,
    transport.ConnectionError: Meaning.WAIT,
    transport.ConnectionTimeout: Meaning.WAIT,
    transport.TlsError: Meaning.WAIT,
    transport.SniffingError: Meaning.WAIT,
    # An answer that is no JSON comes from a proxy in between.
    transport.SerializationError: Meaning.WAIT,
    transport.ApiError: Meaning.WAIT,
    library.ApiError: Meaning.WAIT,
    # Something else answers at the address, as a proxy does while the server is down.
    library.UnsupportedProductError: Meaning.WAIT,
    # Keys and rights are changed while services run.
    library.AuthenticationException: Meaning.WAIT,
    library.AuthorizationException: Meaning.WAIT,
    # An index that is being made anew.
    library.NotFoundError: Meaning.WAIT,
    library.ConflictError: Meaning.WAIT,
    library.BadRequestError: Meaning.ASK_OTHERWISE,
}


def status_of(error: Exception) -> int:
    """Return the HTTP status of an error, 0 where there was no answer."""
    return error.meta.status if isinstance(error, transport.ApiError) else 0


def is_elasticsearchs(error: transport.ApiError) -> bool:
    """Return whether the answer has the form of Elasticsearch's errors."""
    return isinstance(error.body, dict) and isinstance(error.body.get("error"), dict)


def is_incomplete(error: transport.ApiError) -> bool:
    """Return whether a search failed because no copy of its indexes could be reached, as when they are deleted."""
    return (
        status_of(error) == _UNAVAILABLE
        and is_elasticsearchs(error)
        and (error.body["error"].get("type") == "search_phase_execution_exception")
    )


def reason_of(error: Exception) -> str:
    """Return what the server says, or what kept it from saying it, in a line without addresses of ours."""
    if isinstance(error, transport.ApiError):
        if is_elasticsearchs(error):
            said = error.body["error"]
            causes = [said, *said.get("root_cause", []), said.get("caused_by") or {}]
            reasons = dict.fromkeys(str(cause["reason"]) for cause in causes if cause.get("reason"))
            return f"{said.get('type', 'error')}: {'; '.join(reasons)}"[:500]
        return error.message[:500]
    if isinstance(error, transport.TransportError):
        # str() of some of them is only their kind; what the HTTP client says of a connection is about its own parts.
        return _network_reason(error) or str(error.message)[:500]
    return str(error)[:500]


def _network_reason(error: transport.TransportError) -> str:
    """Return the system's own word for a connection that failed, such as `Connection refused`; else nothing."""
    # The library keeps it in `errors`, and empties these where it has not tried again.
    for cause in (*error.errors, error.__context__):
        number = getattr(cause, "errno", None)
        if isinstance(number, int):
            # Negative ones are of the look-up of names, and unknown to the system's table.
            return os.strerror(number) if number > 0 else str(getattr(cause, "strerror", ""))
    return ""


def _refused_certificate(error: Exception) -> ssl.SSLError | None:
    """Return what went wrong with the encryption, if it is that."""
    # aiohttp wraps it, and the library aiohttp's; both keep what they had caught.
    seen: BaseException | None = error
    while seen is not None:
        # aiohttp has an error of this kind too, without what the system said.
        if isinstance(seen, ssl.SSLError) and getattr(seen, "reason", None):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def translate(error: Exception, url: str) -> IsnadError:
    """Return the error of isnad for one of the library."""
    meaning = next((MEANINGS[kind] for kind in type(error).__mro__ if kind in MEANINGS), None)
    status = status_of(error)
    if meaning is Meaning.ASK_OTHERWISE:
        return QuestionRefused(f"Elasticsearch can't answer this: {reason_of(error)}")
    if status == _WHO_ARE_YOU:
        return SearchUnavailable(
            f"Elasticsearch at {url} does not know us ({status}): {reason_of(error)}. Look at {VARIABLE}_API_KEY "
            f"(or {VARIABLE}_USER and {VARIABLE}_PASSWORD): it may be missing, wrong or revoked."
        )
    if status == _NOT_ALLOWED:
        return SearchUnavailable(
            f"Elasticsearch at {url} refuses the rights ({status}): {reason_of(error)}. "
            "What is needed is told by: isnad rights elasticsearch"
        )
    if status:
        return SearchUnavailable(f"Elasticsearch at {url} refuses for now ({status}): {reason_of(error)}")
    where = urlsplit(url).netloc or url
    refused = _refused_certificate(error)
    if refused is not None:
        return SearchUnavailable(tls.refusal(refused, whose=f"Elasticsearch at {where}", variable=VARIABLE))
    said = f"Elasticsearch does not answer at {where} ({reason_of(error)})"
    if isinstance(error, transport.ConnectionError) and url.startswith("http://") and not _network_reason(error):
        # It took the connection and ended it, as a server in its start or its end does, and one that asks for TLS.
        said += f". If it asks for TLS, {VARIABLE} begins with https://"
    return SearchUnavailable(said)


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Let no error of the library out."""
    try:
        yield
    except (transport.TransportError, transport.ApiError) as exc:
        raise translate(exc, url) from exc

"""Asks the API for a command: its answer, or the error as the command's user knows it."""

import os
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import quote

import httpx
import msgspec

from isnad import secret
from isnad.errors import IsnadError, RequestError, SearchUnavailable, SetupError
from isnad.keys import Scope

_SECONDS = 40.0
"""A little longer than the API takes at most."""
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


class _Wrong(msgspec.Struct):
    """A parameter that the API can't make sense of."""

    where: str
    detail: str


class _Problem(msgspec.Struct):
    """An error of the API (RFC 9457)."""

    detail: str = ""
    errors: tuple[_Wrong, ...] = ()


def get(
    api: str, path: str, asked: Sequence[tuple[str, str]], names: Mapping[str, str], scope: Scope = "read"
) -> bytes:
    """Return the API's answer to a GET.

    Args:
        api: its address.
        path: from the slash on.
        asked: the parameters.
        names: those of them that are no option of the command, and what the command calls them.
        scope: what a key must have for it, which is said to who has none.

    Raises:
        RequestError: the API finds a mistake in what was asked.
        SearchUnavailable: the API can't answer for now.
        SetupError: nothing answers there, or not isnad's API, or it asks for another key.
    """
    return _ask("GET", api, path, asked, names, scope)


def delete(api: str, path: str, asked: Sequence[tuple[str, str]]) -> bytes:
    """Return the API's answer to a DELETE, which needs the scope admin. Takes and raises the same as `get`."""
    return _ask("DELETE", api, path, asked, {}, "admin")


def quoted(text: str) -> str:
    """Return a text as it stands in an address, percent-encoded.

    Raises:
        RequestError: it holds bytes that no text does; the shell passes on whatever is typed.
    """
    try:
        return quote(text, safe="")
    except UnicodeEncodeError as exc:
        shown = text.encode(errors="backslashreplace").decode()
        raise RequestError(f"{shown!r} is not UTF-8. Write it so that it is.") from exc


def key_header() -> dict[str, str]:
    """Return the header with the key of ISNAD_API_KEY, or of the file that ISNAD_API_KEY_FILE names; none without.

    Raises:
        SetupError: the file can't be read, or what is there can't be a key.
    """
    environ = os.environ  # noqa: TID251  a command's own root; a key among its arguments would be seen by all
    given = secret.from_environment("ISNAD_API_KEY", environ)
    written = given.reveal().strip() if given else ""
    if not written:
        return {}
    if not (written.isascii() and written.isprintable() and " " not in written):
        raise SetupError("What ISNAD_API_KEY holds is no key. Set it to what `isnad keys create` has printed.")
    return {"Authorization": f"Bearer {written}"}


def another(api: str) -> SetupError:
    """Return the error of an answer that isnad's API does not give."""
    return SetupError(f"What answers at {api} is not isnad's API. Say where it is: --api URL")


def _ask(
    method: str, api: str, path: str, asked: Sequence[tuple[str, str]], names: Mapping[str, str], scope: Scope
) -> bytes:
    headers = key_header()
    query = "&".join(f"{name}={quoted(value)}" for name, value in asked)
    address = f"{api.rstrip('/')}{path}{query and '?'}{query}"
    try:
        # The API is ours, mostly on this machine: no proxy of the environment stands in between.
        answer = httpx.request(method, address, headers=headers, timeout=_SECONDS, trust_env=False)
    except (httpx.TransportError, httpx.InvalidURL, UnicodeError) as exc:
        raise SetupError(
            f"isnad's API at {api} does not answer ({exc}). Start it with `isnad up`, or say where it is: --api URL"
        ) from exc
    if answer.is_success:
        return answer.content
    raise _error(answer, api, names, scope)


def _error(answer: httpx.Response, api: str, names: Mapping[str, str], scope: Scope) -> IsnadError:
    try:
        problem = msgspec.json.decode(answer.content, type=_Problem)
    except msgspec.DecodeError:
        return another(api)
    match answer.status_code:
        case HTTPStatus.UNAUTHORIZED:
            return SetupError(
                f"isnad's API at {api} asks for a key that is in use: set ISNAD_API_KEY, or ISNAD_API_KEY_FILE to a "
                f"file with it. Make one where the API runs: isnad keys create NAME --scope {scope}"
            )
        case HTTPStatus.FORBIDDEN:
            return SetupError(problem.detail)
        case status if status in _LATER or not answer.is_client_error:
            return SearchUnavailable(problem.detail or f"isnad's API at {api} failed ({answer.status_code}).")
    return RequestError("; ".join(_sentence(one, names) for one in problem.errors) or problem.detail)


def _sentence(wrong: _Wrong, names: Mapping[str, str]) -> str:
    """«query.from: Value error, write a date …» as the command's user knows it."""
    name = wrong.where.removeprefix("query.").partition(".")[0]
    return f"{names.get(name, f'--{name}')}: {wrong.detail.removeprefix('Value error, ')}."

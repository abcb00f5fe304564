"""Asks the API for a command: its answer, or the error as the command's user knows it."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import httpx
import msgspec

from isnad.errors import IsnadError, RequestError, SearchUnavailable, SetupError

_SECONDS = 30.0


class _Wrong(msgspec.Struct):
    """A parameter that the API can't make sense of."""

    where: str
    detail: str


class _Problem(msgspec.Struct):
    """An error of the API (RFC 9457)."""

    detail: str = ""
    errors: tuple[_Wrong, ...] = ()


def get(api: str, path: str, asked: Sequence[tuple[str, str]], names: Mapping[str, str]) -> bytes:
    """Return the API's answer to a GET.

    Args:
        api: its address.
        path: from the slash on.
        asked: the parameters.
        names: those of them that are no option of the command, and what the command calls them.

    Raises:
        RequestError: the API finds a mistake in what was asked.
        SearchUnavailable: the API can't answer for now.
        SetupError: nothing answers there, or not isnad's API.
    """
    try:
        # The API is ours, mostly on this machine: no proxy of the environment stands in between.
        answer = httpx.get(f"{api.rstrip('/')}{path}?{urlencode(asked)}", timeout=_SECONDS, trust_env=False)
    except (httpx.TransportError, httpx.InvalidURL) as exc:
        raise SetupError(
            f"isnad's API at {api} does not answer ({exc}). Start it with `isnad up`, or say where it is: --api URL"
        ) from exc
    if answer.is_success:
        return answer.content
    raise _error(answer, api, names)


def another(api: str) -> SetupError:
    """Return the error of an answer that isnad's API does not give."""
    return SetupError(f"What answers at {api} is not isnad's API. Say where it is: --api URL")


def _error(answer: httpx.Response, api: str, names: Mapping[str, str]) -> IsnadError:
    try:
        problem = msgspec.json.decode(answer.content, type=_Problem)
    except msgspec.DecodeError:
        return another(api)
    if answer.is_client_error:
        return RequestError("; ".join(_sentence(one, names) for one in problem.errors) or problem.detail)
    return SearchUnavailable(problem.detail or f"isnad's API at {api} failed ({answer.status_code}).")


def _sentence(wrong: _Wrong, names: Mapping[str, str]) -> str:
    """«query.from: Value error, write a date …» as the command's user knows it."""
    name = wrong.where.removeprefix("query.").partition(".")[0]
    return f"{names.get(name, f'--{name}')}: {wrong.detail.removeprefix('Value error, ')}."

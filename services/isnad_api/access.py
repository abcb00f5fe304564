"""Who asks, and what he may do: API keys, and `needs(scope)`, with which every address says whom it is for.

Who sends no key may do everything where the API is open: it listens on loopback only, and the request comes from this
machine. A reverse proxy on the same machine would make the whole world look so. A request that shows signs of one, or
that calls this machine by a name that isn't its own, therefore needs a key; `ISNAD_API_OPEN=never` asks everybody for
one.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Request, params
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from starlette.types import Scope as Asked

from isnad.clock import Clock
from isnad.keys import SCOPES, Scope
from isnad_api.keyring import Keyring
from isnad_api.problems import ProblemError

CALLER = "isnad_caller"
"""Where in the ASGI scope the `Caller` stands, if there is one."""

_ASK_FOR_KEY = {"WWW-Authenticate": 'Bearer realm="isnad"'}
_FORWARDED = (b"forwarded", b"via", b"x-real-ip", b"x-forwarded-")
_BEARER = HTTPBearer(
    scheme_name="key",
    bearerFormat="isnad_<id>_<secret>",
    description="A key of `isnad keys create`, sent as `Authorization: Bearer isnad_…`. Its scopes say what it may do: "
    "`ingest` pushes articles, `read` searches and reads, `admin` takes articles down and includes the other two.",
    auto_error=False,
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    scopes: frozenset[Scope]
    key_id: str | None
    """None for whoever needs none."""


def needs(scope: Scope) -> params.Security:
    """Return the dependency of an address that is for callers with this scope.

    It answers 401 without a key that is in use, and 403 to one without the scope:
    `app.get("/v1/search", dependencies=[needs("read")])`.
    """
    return params.Security(_check, scopes=[scope])


async def _check(
    request: Request,
    wanted: SecurityScopes,
    _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> None:
    caller: Caller | None = request.scope.get(CALLER)
    if caller is None:
        raise no_key()
    missing = [one for one in wanted.scopes if one not in caller.scopes]
    if missing:
        lacks = " ".join(missing)
        raise ProblemError(
            403,
            f"This key lacks the scope {lacks}. Make one that has it: isnad keys create NAME --scope {lacks}",
            headers={"WWW-Authenticate": f'Bearer realm="isnad", error="insufficient_scope", scope="{lacks}"'},
        )


def no_key() -> ProblemError:
    """Return the answer to a request without a key in use; it does not tell a wrong key from a revoked one, or none."""
    return ProblemError(
        401,
        "This needs an API key in use, sent as `Authorization: Bearer isnad_…`. Make one: isnad keys create",
        headers=_ASK_FOR_KEY,
    )


class Access:
    """Tells who asks."""

    def __init__(self, keyring: Keyring, clock: Clock, *, is_open: bool) -> None:
        """`is_open`: whether this machine's own requests need no key."""
        self._keyring = keyring
        self._clock = clock
        self._is_open = is_open

    def caller(self, asked: Asked) -> Caller | None:
        """Return who asks; None who has sent no key where one is needed.

        Raises:
            ProblemError: 401, there is a key and it is not in use, or 503, the keys can't be read.
        """
        given = [value for name, value in asked["headers"] if name == b"authorization"]
        if not given:
            return Caller(frozenset(SCOPES), None) if self._is_open and is_local(asked) else None
        kind, _, written = given[0].decode("latin-1").partition(" ")
        if len(given) > 1 or kind.lower() != "bearer":
            raise no_key()
        key = self._keyring.find(written.strip(), self._clock.now())
        if key is None:
            raise no_key()
        return Caller(key.allows(), key.id)


def is_local(asked: Asked) -> bool:
    """Return whether a request comes from a program on this machine, as far as it shows.

    A page from elsewhere in a browser here is not meant: not one of another site, nor one whose name was made to point
    at this machine (DNS rebinding).
    """
    client = asked.get("client")
    headers: Iterable[tuple[bytes, bytes]] = asked["headers"]
    if client is None or not is_loopback(client[0]):
        return False
    hosts = []
    for name, value in headers:
        if name.startswith(_FORWARDED) or (name == b"sec-fetch-site" and value == b"cross-site"):
            return False
        if name == b"host":
            hosts.append(value.decode("latin-1"))
    return len(hosts) == 1 and is_loopback(_without_port(hosts[0]))


def is_open(address: str, *, to: Literal["local", "never"], proxies: str) -> bool:
    """Return whether an API that listens on this address needs no key from programs on its machine.

    Behind a proxy it does: everybody comes from this machine then, or from another that is not his own.
    """
    return to == "local" and not proxies and is_loopback(address)


def is_loopback(host: str) -> bool:
    """Return whether a host's name or address means this machine, and can't be reached from another."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]

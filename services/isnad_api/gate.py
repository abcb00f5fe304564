"""In front of the application: who asks, and whether he may ask now (ASGI)."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from isnad_api import problems
from isnad_api.access import CALLER, Access
from isnad_api.problems import ProblemError


class Gate:
    """Wraps the application; what it refuses never gets there."""

    def __init__(self, app: ASGIApp, *, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            caller = self._access.caller(scope)
        except ProblemError as exc:
            await problems.answer(Request(scope), exc)(scope, receive, send)
            return
        if caller is not None:
            scope[CALLER] = caller
        await self._app(scope, receive, send)

"""Runs inside the supervisor, as its namespace `isnad` on XML-RPC: counts restarts, and holds the stack's ports.

The supervisor is the one process that lives exactly as long as the stack.
"""

from typing import Any

from supervisor import events  # type: ignore[import-untyped]

from isnad.errors import SetupError
from isnad_cli.local.ports import Reservations


class Extension:
    """What can be asked for over XML-RPC; all methods without an underscore are."""

    def __init__(self) -> None:
        self._starts: dict[str, int] = {}
        self._ports = Reservations()
        events.subscribe(events.ProcessStateStartingEvent, self._started)

    def _started(self, event: Any) -> None:  # noqa: ANN401  supervisor has no types
        name = event.process.config.name
        self._starts[name] = self._starts.get(name, 0) + 1

    def counts(self) -> dict[str, int]:
        """Return how often each process was started again, by name."""
        return {name: starts - 1 for name, starts in self._starts.items()}

    def reserve(self, wanted: dict[str, int]) -> dict[str, int] | str:
        """Return a free port for each name, held until the supervisor ends; a sentence where there is none."""
        try:
            return self._ports.reserve(wanted)
        except SetupError as exc:
            return str(exc)


def make_rpcinterface(_supervisord: object, **_settings: str) -> Extension:
    """Called by the supervisor when it starts."""
    return Extension()

"""Runs inside the supervisor and counts how often it has started each process again; asked for over its own XML-RPC."""

from typing import Any

from supervisor import events  # type: ignore[import-untyped]


class Restarts:
    """The namespace `isnad` of the supervisor's XML-RPC."""

    def __init__(self) -> None:
        self._starts: dict[str, int] = {}
        events.subscribe(events.ProcessStateStartingEvent, self._started)

    def _started(self, event: Any) -> None:  # noqa: ANN401  supervisor has no types
        name = event.process.config.name
        self._starts[name] = self._starts.get(name, 0) + 1

    def counts(self) -> dict[str, int]:
        """Return the number of restarts of each process, by name."""
        return {name: starts - 1 for name, starts in self._starts.items()}


def make_rpcinterface(_supervisord: object, **_settings: str) -> Restarts:
    """Called by the supervisor when it starts."""
    return Restarts()

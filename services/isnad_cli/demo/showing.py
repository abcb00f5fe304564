"""What the demo shows while the chain works: what each stage has left."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status

from isnad_feeder.places import Place, Refusal
from isnad_feeder.tally import Tally


class DrainDisplay:
    """On a terminal one line that changes, elsewhere a line for each stage that is through.

    Meets the feeder's `Display`.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._left: dict[str, int] = {}

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status = self._console.status("Feeding the seed articles …")
            self._status.start()
        else:
            self._console.print("Feeding the seed articles …")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def left(self, stage: str, messages: int) -> None:
        """Show what a stage has left."""
        if self._left.get(stage) == messages:
            return
        self._left[stage] = messages
        if self._status is not None:
            self._status.update("  ".join(f"{name} {left or '✓'}" for name, left in self._left.items()))
        elif not messages:
            self._console.print(f"{stage} is through.")

    def opened(self, file: str) -> None:
        """A file is being read."""

    def advanced(self, tally: Tally, read_bytes: int) -> None:
        """Something was sent."""

    def refused(self, refusal: Refusal) -> None:
        """Something will not be sent."""
        self._console.print(f"refused: {refusal.place}: {refusal.reason}", highlight=False, markup=False)

    def remarked(self, place: Place, text: str) -> None:
        """Something was read, with a doubt."""

    def waiting(self, reason: str, timeout_seconds: float) -> None:  # noqa: ARG002  the feeder's signature
        """Kafka takes nothing for now."""
        self._console.print(f"{reason.rstrip('.')}. Waiting for it.", highlight=False, markup=False)

    def well(self) -> None:
        """Kafka takes it again."""

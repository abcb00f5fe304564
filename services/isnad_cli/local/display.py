"""Shows how the stack is doing while a command waits: a live table on a terminal, a line for each change elsewhere."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live

from isnad_cli.local.observation import Row
from isnad_cli.local.table import table


class Display:
    """Context manager; `show` is called again and again."""

    def __init__(self, console: Console, title: str, *, keep: bool) -> None:
        self._console = console
        self._title = title
        self._seen: dict[str, str] = {}
        self._live = Live(console=console, auto_refresh=False, transient=not keep) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._live:
            self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._live:
            self._live.__exit__(kind, error, traceback)

    def show(self, rows: Sequence[Row]) -> None:
        """Show the state as it is now."""
        if self._live:
            self._live.update(table(rows, self._title), refresh=True)
            return
        for row in rows:
            text = f"{row.name}: {row.state}{f' ({row.detail})' if row.detail else ''}"
            if self._seen.get(row.name) != text:
                self._seen[row.name] = text
                if row.state != "stopped":
                    self._console.print(text, highlight=False, soft_wrap=True)

"""What a replay shows on standard error: a bar on a terminal, else a line now and then; and what it waits for."""

import contextlib
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from isnad.clock import Clock
from isnad.health import Health
from isnad.terminal import escaped

_LINE_EVERY_SECONDS = 10.0


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{int(task.completed):,} of {int(task.total or 0):,} records  {task.fields['rate']:,.0f}/s")


class Display:
    """Shows how far it is; `health` says what it waits for."""

    def __init__(self, console: Console, clock: Clock, health: Health) -> None:
        self._console = console
        self._clock = clock
        self._health = health
        self._progress: Progress | None = None
        self._what = ""
        self._total = self._done = self._before = 0
        self._started = self._last_line = 0.0

    def say(self, text: str) -> None:
        """Show a line; what it quotes can't steer the terminal."""
        self._console.print(Text(escaped(text)), soft_wrap=True, highlight=False)

    @contextlib.contextmanager
    def bar(self, what: str, total: int, done: int) -> Iterator[None]:
        """Show how far some work is while the block runs; `advance` moves it."""
        self._what, self._total, self._done, self._before = what, total, done, done
        self._started = self._last_line = self._clock.monotonic()
        if self._console.is_terminal:
            columns = (
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=20),
                _Rate(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[waits]}", markup=False, style="yellow"),
            )
            self._progress = Progress(*columns, console=self._console, transient=True)
            self._task = self._progress.add_task(what, total=total, completed=done, rate=0.0, waits="")
            self._progress.start()
        try:
            yield
        finally:
            self._what = ""
            if self._progress is not None:
                self._progress.stop()
                self._progress = None

    def advance(self, records: int) -> None:
        """Move on by so many records."""
        self._done += records
        self.refresh()

    def extend(self, records: int) -> None:
        """There are so many records more to do."""
        self._total += records
        self.refresh()

    def refresh(self) -> None:
        """Show what there is to show now: outside of a bar nothing, as the log says what is waited for."""
        if not self._what:
            return
        now = self._clock.monotonic()
        rate = (self._done - self._before) / max(now - self._started, 1e-3)
        waits = "; ".join(f"waits: {one.reason}" for one in self._health.reasons())
        if self._progress is not None:
            self._progress.update(
                self._task, completed=self._done, total=self._total, rate=rate, waits=escaped(waits)[:120]
            )
        elif now - self._last_line >= _LINE_EVERY_SECONDS:
            self._last_line = now
            more = f"; {waits}" if waits else ""
            self.say(f"{self._what}: {self._done:,} of {self._total:,} records, {rate:,.0f}/s{more}")

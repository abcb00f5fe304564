"""What `isnad feed` shows while it runs: a bar with the rate on a terminal, else a line now and then, or nothing."""

from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from isnad.clock import Clock
from isnad.terminal import escaped
from isnad_feeder.places import Place, Refusal
from isnad_feeder.tally import Tally

_ALIKE_SHOWN = 10
_LINE_EVERY_SECONDS = 5.0


class Lines:
    """Plain lines on standard error: refusals as they come, and how far it is every few seconds.

    After ten refusals of a document for one and the same reason the others are only counted; `finish` says how many.
    """

    def __init__(self, console: Console, clock: Clock) -> None:
        self._console = console
        self._clock = clock
        self._alike: Counter[tuple[str, str]] = Counter()
        self._started = self._last_line = clock.monotonic()

    def say(self, text: str) -> None:
        """Show a line; what it quotes from a file can't steer the terminal."""
        self._console.print(Text(escaped(text)), soft_wrap=True, highlight=False)

    def opened(self, file: str) -> None:
        """A file is being read."""

    def advanced(self, tally: Tally, read_bytes: int) -> None:  # noqa: ARG002  for those who draw a bar
        """Something was sent."""
        now = self._clock.monotonic()
        if now - self._last_line >= _LINE_EVERY_SECONDS:
            self._last_line = now
            self.say(f"{tally.accepted:,} accepted, {tally.accepted / (now - self._started):,.0f}/s")

    def refused(self, refusal: Refusal) -> None:
        """Something will not be sent."""
        alike = (refusal.place.document, refusal.reason)
        self._alike[alike] += 1
        if self._alike[alike] <= _ALIKE_SHOWN:
            self.say(f"refused: {refusal.place}: {refusal.reason}")

    def remarked(self, place: Place, text: str) -> None:
        """Something was read, with a doubt."""
        self.say(f"{place}: {text}")

    def waiting(self, reason: str, timeout_seconds: float) -> None:
        """Kafka takes nothing for now."""
        self.say(f"{reason.rstrip('.')}. Waiting for it, up to {timeout_seconds:g} s (start it with: isnad up)")

    def well(self) -> None:
        """Kafka takes it again."""
        self.say("Kafka is back, going on.")

    def finish(self) -> None:
        """Say how many refusals were not shown one by one."""
        for (document, reason), count in self._alike.items():
            if count > _ALIKE_SHOWN:
                self.say(f"refused: {document}: {count - _ALIKE_SHOWN:,} more like this: {reason}")


class Quiet(Lines):
    """Says only that it waits."""

    def advanced(self, tally: Tally, read_bytes: int) -> None:
        """Something was sent."""

    def refused(self, refusal: Refusal) -> None:
        """Something will not be sent."""

    def remarked(self, place: Place, text: str) -> None:
        """Something was read, with a doubt."""


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        accepted = int(task.fields.get("accepted", 0))
        rate = accepted / task.elapsed if task.elapsed else 0.0
        return Text(f"{accepted:,} accepted  {rate:,.0f}/s")


class Bar(Lines):
    """A bar on a terminal; refusals scroll by above it."""

    def __init__(self, console: Console, clock: Clock, total_bytes: int | None) -> None:
        super().__init__(console, clock)
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(bar_width=20), _Rate())
        self._progress = Progress(*columns, console=console, transient=True)
        self._task = self._progress.add_task("reading", total=total_bytes)
        self._progress.start()

    def opened(self, file: str) -> None:
        """A file is being read."""
        self._progress.update(self._task, description=escaped(Path(file).name)[-32:])

    def advanced(self, tally: Tally, read_bytes: int) -> None:
        """Something was sent; the bar shows how much of the input has been read."""
        self._progress.update(self._task, completed=read_bytes, accepted=tally.accepted)

    def finish(self) -> None:
        """Take the bar away."""
        self._progress.stop()
        super().finish()

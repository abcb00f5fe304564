"""What the commands on files share: article after article, what becomes of bad lines, the bar and the summary."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, Protocol, Self, TypeVar

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from isnad.errors import RequestError
from isnad.linefiles import Input


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


A = TypeVar("A")
L = TypeVar("L", bound=_HasId)


def decode_line(decoder: msgspec.json.Decoder[L], line: bytes) -> L:
    """Return the article of a line.

    Raises:
        RequestError: the line is no article, or has no id; the text says why, the caller knows where.
    """
    try:
        article = decoder.decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as exc:
        raise RequestError(str(exc) or "nested too deeply") from exc
    if not article.id:
        raise RequestError("the id is empty")
    return article


class Reading(Generic[A]):
    """The articles of an input, with a bar on a terminal that moves every `show_every` articles.

    Attributes:
        articles: how many were read and done with.
        skipped: how many lines were left out, which are no articles.
    """

    def __init__(
        self, source: Input, read: Callable[[bytes], A], console: Console, *, skip_bad: bool, show_every: int
    ) -> None:
        columns = (TextColumn("{task.fields[articles]:,} articles"), BarColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task("", total=source.size, articles=0)
        self._source = source
        self._read = read
        self._skip_bad = skip_bad
        self._show_every = show_every
        self.articles = 0
        self.skipped = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __iter__(self) -> Iterator[A]:
        """Yield the articles in their order.

        Raises:
            RequestError: a line is no article, and such lines are not to be left out.
        """
        for number, line in self._source:
            try:
                article = self._read(line)
            except RequestError as exc:
                if not self._skip_bad:
                    where = f"{self._source.name}, line {number}"
                    raise RequestError(f"{where}: {exc}. Correct it, or leave such lines out: --skip-bad.") from exc
                self.skipped += 1
                continue
            yield article
            self.articles += 1
            if self.articles % self._show_every == 0:
                self._progress.update(self._task, completed=self._source.position, articles=self.articles)

    def summary(self, kinds: Counter[str], order: Sequence[str], seconds: float) -> str:
        """Say how much was read, how quickly, and how many there were of each kind."""
        counts = ", ".join(f"{kinds[kind]:,} {kind}" for kind in order)
        left_out = f"; {self.skipped:,} lines left out, which are no articles" if self.skipped else ""
        rate = self.articles / max(seconds, 1e-9)
        return f"{self.articles:,} articles in {seconds:,.1f} s ({rate:,.0f}/s): {counts}{left_out}"

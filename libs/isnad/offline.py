"""What the commands on files share: article after article, what becomes of bad ones, the bar, the summary, the end."""

import atexit
import gc
import re
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

import msgspec

from isnad.errors import RequestError

if TYPE_CHECKING:
    from rich.progress import Progress


_HALF = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")
_COLLECT_AFTER = 100_000
"""New objects, instead of Python's 700 (in 3.11)."""


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


A = TypeVar("A")
L = TypeVar("L", bound=_HasId)
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Source(Protocol[R_co]):
    """Where articles are read from: a file of lines (`isnad.linefiles.Input`), or what is like one."""

    @property
    def name(self) -> str:
        """What the user calls it."""
        ...

    @property
    def unit(self) -> str:
        """What its numbers count, in the singular: line, row."""
        ...

    @property
    def position(self) -> int:
        """How much of it was read, in the unit of the total that `Reading` was told."""
        ...

    def __iter__(self) -> Iterator[tuple[int, R_co]]:
        """Yield each piece with its number from 1."""
        ...


def decode_line(decoder: msgspec.json.Decoder[L], line: bytes) -> L:
    """Return the article of a line.

    Raises:
        RequestError: the line is no article, or has no id; the text says why, the caller knows where.
    """
    try:
        article = decoder.decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as exc:
        # At the end of a text msgspec says of such a half that the input is cut short.
        if _HALF.search(line) and ("truncated" in str(exc) or "surrogate" in str(exc)):
            raise RequestError("half of a character (a surrogate, \\ud800 to \\udfff) stands alone") from exc
        raise RequestError(str(exc) or "nested too deeply") from exc
    if not article.id:
        raise RequestError("the id is empty")
    return article


class Bar:
    """A bar on standard error that shows how far a command is; where that is no terminal, nothing is shown."""

    def __init__(self, total: int | None, what: str) -> None:
        """Begin at nothing.

        Args:
            total: where it ends, in whatever unit `show` is told; None where nobody knows.
            what: what is counted beside the bar, in the plural.
        """
        self._total = total
        self._what = what
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        if sys.stderr is not None and sys.stderr.isatty():
            # Only here: it takes longer to load than a small file takes to be done.
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn(f"{{task.fields[count]:,}} {self._what}"), BarColumn(), TimeElapsedColumn())
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._progress.add_task("", total=self._total, count=0)
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def show(self, position: int, count: int) -> None:
        """Move to `position`, with `count` things done."""
        if self._progress is not None:
            self._progress.update(self._task, completed=position, count=count)


class Reading:
    """The articles of one or more sources, with a bar that moves every `show_every` articles.

    Attributes:
        articles: how many were read.
        skipped: how many pieces were left out, which are no articles.
    """

    def __init__(self, total: int | None, *, skip_bad: bool, show_every: int) -> None:
        """Begin with nothing read.

        Args:
            total: up to where the positions of all sources together will come; None where nobody knows.
            skip_bad: whether pieces that are no articles are left out.
            show_every: after so many articles the bar moves.
        """
        self._bar = Bar(total, "articles")
        self._skip_bad = skip_bad
        self._show_every = show_every
        self._before = 0
        self._unit = "line"
        self.articles = 0
        self.skipped = 0

    def __enter__(self) -> Self:
        self._bar.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.__exit__()

    def each(self, source: Source[R], read: Callable[[R], A]) -> Iterator[A]:
        """Yield the articles of a source in their order; `read` makes them of its pieces.

        Raises:
            RequestError: a piece is no article, and such pieces are not to be left out.
        """
        for number, piece in source:
            try:
                article = read(piece)
            except RequestError as exc:
                if not self._skip_bad:
                    where = f"{source.name}, {source.unit} {number}"
                    raise RequestError(
                        f"{where}: {exc}. Correct it, or leave such {source.unit}s out: --skip-bad."
                    ) from exc
                self.skipped += 1
                self._unit = source.unit
                continue
            self.articles += 1
            yield article
            if self.articles % self._show_every == 0:
                self._bar.show(self._before + source.position, self.articles)
        self._before += source.position

    @property
    def left_out(self) -> str:
        """What was left out, in words; empty where nothing was."""
        return left_out(self.skipped, self._unit)


def left_out(count: int, unit: str) -> str:
    """Say how many lines, rows … were left out because they are no articles; nothing where none were."""
    if not count:
        return ""
    return (
        f"1 {unit} left out, which is no article"
        if count == 1
        else f"{count:,} {unit}s left out, which are no articles"
    )


def summary(articles: int, kinds: Counter[str], order: Sequence[str], seconds: float, others: str = "") -> str:
    """Say how many articles there were, how quickly they were done, how many of each kind, and what else there was."""
    counts = ", ".join(f"{kinds[kind]:,} {kind}" for kind in order)
    rest = f"; {others}" if others else ""
    return f"{articles:,} articles in {seconds:,.1f} s ({articles / max(seconds, 1e-9):,.0f}/s): {counts}{rest}"


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let Python look seldom for garbage in cycles, of which a command over files makes next to none.

    A short run takes a sixth less time so: by its own rule Python would look some thousand times, and once more when
    the process ends, through hundreds of thousands of objects that libraries keep.
    """
    former = gc.get_threshold()
    atexit.register(gc.freeze)
    gc.set_threshold(_COLLECT_AFTER, *former[1:])
    try:
        yield
    finally:
        gc.set_threshold(*former)


@contextmanager
def tidied_up_on_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block by an exception, as Ctrl-C does, so that nothing half done is left behind.

    What was told to ignore one of them, as by nohup, goes on ignoring it.
    """

    def end(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    former = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    ours = [number for number, handler in former.items() if handler is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, former[number])


@contextmanager
def working_folder(parent: Path | None) -> Iterator[Path]:
    """Make an empty folder for files that nobody needs afterwards, and delete it at the end of the block.

    Args:
        parent: where to make it; None for the system's folder for temporary files.

    Raises:
        RequestError: it can't be made there; the text names the option `--work-dir`.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="isnad-", dir=parent, ignore_cleanup_errors=True)
    except OSError as exc:
        where = parent or "the folder for temporary files"
        raise RequestError(f"{where} can't take the working files ({exc.strerror}). Name another: --work-dir.") from exc
    with folder as name:
        yield Path(name)

"""`isnad demo`: bring the chain up, feed the seed articles, wait, show what became of them."""

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click
import msgspec
from click.core import ParameterSource
from rich.console import Console, RenderableType

from isnad import settings
from isnad.addresses import Addresses
from isnad.clock import SystemClock
from isnad.errors import TransientError
from isnad.options import home_option
from isnad_cli.demo import picture, report, seeds
from isnad_cli.demo.chain import Fed, feed_and_measure
from isnad_cli.demo.showing import DrainDisplay
from isnad_cli.demo.standing import standing
from isnad_cli.local.home import Home
from isnad_cli.local.options import packages_option
from isnad_index.settings import IndexSettings

_INTERRUPTED = 130


class IncompleteError(TransientError):
    """Not everything that was fed came out at the other end."""


@click.command()
@home_option
@packages_option
@click.option("--once", is_flag=True, help="Stop everything and return, instead of staying up until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one line of JSON; the rest goes to stderr.")
@click.option(
    "--timeout", default=180.0, show_default=True, metavar="SECONDS", help="How long to wait for what does not move."
)
@click.option(
    "--page",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Write the result as a web page, too.",
)
def demo(*, home: Path, packages: Path | None, once: bool, as_json: bool, timeout: float, page: Path | None) -> None:
    """Run the whole chain on the seed articles: from files through Kafka to a search in Arabic.

    Starts Kafka, Elasticsearch and all services, or uses those of `isnad up`. The first time it downloads about
    145 MB. The five seed files hold eight articles, two of which are one story.

    \b
    Examples:
      isnad demo
      isnad demo --once --json
    """  # noqa: D301  click's mark for lines to be kept as they are
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    console = Console(stderr=as_json)
    folder = Home(home.absolute())
    environ = dict(os.environ)  # noqa: TID251  the composition root of what it starts
    started = SystemClock().monotonic()
    try:
        with standing(folder, (packages or home / "packages").absolute(), environ, console, timeout) as stack:
            told = settings.load(IndexSettings, environ)
            fed = _feed(stack.addresses, told, console, timeout)
            seconds = SystemClock().monotonic() - started
            console.print()
            for part in _result(fed, seconds, console.width):
                console.print(part)
            if page is not None:
                picture.write(page, _result(fed, seconds, picture.COLUMNS))
            stays = not (stack.ours and once)
            if stays:
                console.print(_ways_on(fed.sample.q, stack.addresses, told.indexes.articles, folder))
            if as_json:
                click.echo(msgspec.json.encode(_counts(fed, seconds)).decode())
            _check(fed)
            if stack.ours and not once:
                console.print("Everything stays up until you press Ctrl-C; the data is kept.")
                _wait()
                console.print("Stopping …")
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def _feed(where: Addresses, told: IndexSettings, console: Console, timeout: float) -> Fed:
    with DrainDisplay(console) as display:
        return asyncio.run(
            feed_and_measure(where, told.topics, told.indexes, (seeds.folder(),), display, display.left, timeout)
        )


def _counts(fed: Fed, seconds: float) -> dict[str, float]:
    return {"files": fed.tally.files, **fed.measured.counts(), "seconds": round(seconds, 1)}


def _check(fed: Fed) -> None:
    """Make sure that nothing was lost.

    Raises:
        IncompleteError: something was.
    """
    counts = fed.measured.counts()
    if fed.tally.refused or counts["articles"] != counts["indexed"] + counts["dead"]:
        raise IncompleteError(
            f"Of {fed.tally.files} files {fed.tally.refused} pages were refused, and of {counts['articles']} articles "
            f"{counts['indexed']} are indexed and {counts['dead']} dead. Look what the services say: isnad logs index"
        )


def _result(fed: Fed, seconds: float, columns: int) -> list[RenderableType]:
    return [
        report.outcome(fed.tally.files, fed.measured.counts(), seconds),
        report.stories(fed.measured, columns),
        report.entities(fed.measured.entities),
        report.search(fed.sample, columns),
    ]


def _ways_on(q: str, where: Addresses, articles: str, home: Home) -> RenderableType:
    isnad = _as_typed()
    given = click.get_current_context().get_parameter_source("home")
    elsewhere = "" if given is ParameterSource.DEFAULT else f" --home {home.root}"
    return report.ways_on(
        {
            "Search in Arabic": f'{isnad} search "{q}"{elsewhere}',
            "Feed your own": f"{isnad} feed FILE{elsewhere}",
            "Try the API": f"{where.api}/docs",
            "Elasticsearch": f"{where.elasticsearch}/{articles}/_search?pretty",
            "Kafka": where.kafka,
            "How it is doing": f"{isnad} status{elsewhere}",
            "Logs": str(home.logs),
        }
    )


def _as_typed() -> str:
    """How this command is called from here: `isnad` where the shell finds it, otherwise its path."""
    program = Path(sys.argv[0])
    if program.name != "isnad" or shutil.which("isnad") == str(program.absolute()):
        return "isnad"
    here = Path.cwd()
    return str(program.absolute().relative_to(here) if program.absolute().is_relative_to(here) else program)


def _wait() -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        return


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt

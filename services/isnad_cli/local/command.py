"""The commands of the local stack: up, down, status, logs, reset."""

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click
from rich.console import Console

from isnad.addresses import Addresses
from isnad.durations import SecondsType
from isnad.errors import RequestError, SetupError
from isnad.options import home_option
from isnad_cli.local.display import Display
from isnad_cli.local.following import follow, last_lines
from isnad_cli.local.home import Home
from isnad_cli.local.observation import all_ready, observe
from isnad_cli.local.options import packages_option
from isnad_cli.local.services import SERVERS, SERVICES, Choice
from isnad_cli.local.stack import Stack, running, start_detached, take_down
from isnad_cli.local.table import as_json, table

_LOOK_SECONDS = 1.0
_UNANSWERED = 3
"""A supervisor that did not answer so often in a row is gone."""


class _Workers(click.ParamType):
    """`prepare=2,entities=2`."""

    name = "SERVICE=N,…"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, int]:
        if isinstance(value, dict):
            return value
        workers = {}
        for one in str(value).split(","):
            name, _, number = one.partition("=")
            if not number.isdecimal():
                self.fail(f"{one!r} is not like prepare=2", param, ctx)
            workers[name.strip()] = int(number)
        return workers


@click.command()
@home_option
@packages_option
@click.option("--detach", "-d", is_flag=True, help="Return when everything is ready, and leave it running.")
@click.option(
    "--workers", type=_Workers(), default={}, help="How many of a service, for instance prepare=2,entities=2."
)
@click.option("--only", help=f"Start only these, separated by commas: {', '.join((*SERVERS, *SERVICES))}.")
@click.option(
    "--timeout",
    type=SecondsType(),
    default=180.0,
    show_default=True,
    help="Seconds that servers and services may take to be ready.",
)
def up(
    *, home: Path, packages: Path | None, detach: bool, workers: dict[str, int], only: str | None, timeout: float
) -> None:
    """Start Kafka, Elasticsearch and all services on this machine, and show how they are until Ctrl-C.

    The first time this downloads about 145 MB; afterwards it works offline.

    \b
    Examples:
      isnad up
      isnad up --detach --workers prepare=2,entities=2
    """  # noqa: D301  click's mark for lines to be kept as they are
    console = Console()
    # An empty one, as of a variable that is not set, is no wish for everything.
    names = None if only is None else tuple(name.strip() for name in only.split(","))
    choice = Choice(workers=workers) if names is None else Choice(names, workers)
    stack = Stack(
        home=Home(home.absolute()),
        packages_folder=(packages or home / "packages").absolute(),
        environ=dict(os.environ),  # noqa: TID251  `isnad up` is the composition root of what it starts
        console=console,
        choice=choice,
        start_seconds=timeout,
    )
    # SIGINT too, which a shell lets a script's background commands ignore.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup asks for
        signal.signal(signal.SIGHUP, _interrupt)
    title = f"isnad in {stack.home.root}"
    try:
        if detach:
            with Display(console, title, keep=True) as display:
                where = start_detached(stack, display.show)
            _say_where(console, where, choice)
        else:
            _foreground(stack, console, title)
    except KeyboardInterrupt:
        console.print("Stopped.")
        sys.exit(130)


def _foreground(stack: Stack, console: Console, title: str) -> None:
    with Display(console, title, keep=True) as display, running(stack, display.show) as where:
        try:
            _say_where(console, where, stack.choice)
            console.print("Ctrl-C ends it.")
            unanswered = 0
            while unanswered < _UNANSWERED:
                rows = observe(stack.home)
                unanswered = 0 if rows else unanswered + 1
                if rows:
                    display.show(rows)
                time.sleep(_LOOK_SECONDS)
        except KeyboardInterrupt:
            console.print("Stopping …")
            return
        raise SetupError(f"The supervisor ended. Look at {stack.home.log('supervisor')}, then run `isnad up` again.")


def _say_where(console: Console, where: Addresses, choice: Choice) -> None:
    for name in ("kafka", "elasticsearch", "api"):
        if name in choice.names:
            console.print(f"{name:13} {getattr(where, name)}", highlight=False)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


@click.command()
@home_option
def down(home: Path) -> None:
    """Stop what `isnad up` started; the data stays.

    \b
    Example:
      isnad down
    """  # noqa: D301  click's mark for lines to be kept as they are
    ended = take_down(Home(home.absolute()))
    click.echo(f"Stopped {ended} processes; the data is kept." if ended else f"Nothing is up in {home}.")


@click.command()
@home_option
@click.option("--json", "as_object", is_flag=True, help="One JSON object instead of a table.")
def status(*, home: Path, as_object: bool) -> None:
    """Show what runs, since when, how often it was started again, and what it waits for.

    The exit status is 0 when everything is ready, else 1.

    \b
    Examples:
      isnad status
      isnad status --json
    """  # noqa: D301  click's mark for lines to be kept as they are
    rows = observe(Home(home.absolute()))
    ready = all_ready(rows)
    if as_object:
        click.echo(as_json(str(home), rows, ready=ready))
    elif rows:
        Console().print(table(rows, f"isnad in {home}"))
    else:
        click.echo(f"Nothing is up in {home}. Start it with `isnad up`.")
    sys.exit(0 if ready else 1)


@click.command()
@home_option
@click.option("--follow", "-f", "follow_", is_flag=True, help="Go on with what is added, until Ctrl-C.")
@click.option(
    "--lines",
    "-n",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    help="How many lines from the end.",
)
@click.argument("service")
def logs(*, home: Path, follow_: bool, lines: int, service: str) -> None:
    """Show the log of a service, of kafka, of elasticsearch, or of the supervisor.

    \b
    Examples:
      isnad logs dedup
      isnad logs elasticsearch -f
    """  # noqa: D301  click's mark for lines to be kept as they are
    folder = Home(home.absolute())
    file = folder.log(service)
    if not file.is_file():
        known = sorted(path.stem for path in folder.logs.glob("*.log")) if folder.logs.is_dir() else []
        raise RequestError(
            f"There is no log of {service!r}. "
            + (f"There are: {', '.join(known)}." if known else "Nothing was ever started here; run `isnad up`.")
        )
    try:
        for text in follow(file, lines) if follow_ else last_lines(file, lines):
            click.echo(text, nl=False)
    except KeyboardInterrupt:
        pass


@click.command()
@home_option
@click.option("--yes", is_flag=True, help="Don't ask.")
def reset(*, home: Path, yes: bool) -> None:
    """Delete all articles, indices and logs of the local stack; the downloaded packages stay. Asks first.

    \b
    Examples:
      isnad reset
      isnad reset --yes
    """  # noqa: D301  click's mark for lines to be kept as they are
    folder = Home(home.absolute())
    if folder.is_empty():
        click.echo(f"There is nothing to delete in {folder.root}.")
        return
    folder.must_be_ours()
    if not yes:
        click.confirm(f"Stop the stack and delete all articles, indices and logs in {folder.root}?", abort=True)
    take_down(folder)
    folder.erase()
    click.echo(f"Deleted the data in {folder.root}.")

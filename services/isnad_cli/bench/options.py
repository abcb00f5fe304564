"""Options that the measurements share (click), and how they show what they are doing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn

F = TypeVar("F", bound=Callable[..., Any])

COLUMNS = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
"""Of a progress bar."""

_MAPPING = "body=content,published_at=date_extracted"

corpus_option = click.option(
    "--corpus",
    "corpora",
    multiple=True,
    required=True,
    metavar="PATH…",
    type=click.Path(exists=True, path_type=Path),
    help="Articles as `isnad feed` reads them: .jsonl, .json, these as .gz or in a .zip, or folders of them.",
)
more_argument = click.argument(
    "more", nargs=-1, metavar="[PATH]…", type=click.Path(exists=True, path_type=Path)
)  # what the shell makes of --corpus july/*.zip
map_option = click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="OURS=THEIRS,…",
    default=[_MAPPING],
    show_default=True,
    help="Names of fields where the files call them otherwise.",
)


def print_report(report: object) -> None:
    """Print a report as JSON on standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(report), indent=2))

"""`isnad entities train`: make a model of names from a tagged corpus and unlabelled news."""

import importlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from isnad.errors import SetupError
from isnad_entities.training.request import Request

PROFILES = {
    "default": ("isnad_entities.training.default_profile:train", ("torch", "onnx", "gensim", "scipy")),
    "fast": ("isnad_entities.training.fast_profile:train", ("gensim", "scipy", "threadpoolctl")),
}
"""For each profile the function that trains it, and the packages that it needs beyond the service's."""

_COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


@click.command(epilog="Exit status: 0 done, 1 a package is missing, 2 the corpus or the news can't be read.")
@click.option("--profile", type=click.Choice(list(PROFILES)), required=True, help="Which kind of model.")
@click.option(
    "--corpus",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A word and its BIO tag a line, an empty line between sentences.",
)
@click.option(
    "--news",
    multiple=True,
    metavar="PATH",
    type=click.Path(exists=True, path_type=Path),
    help="Unlabelled articles, .jsonl or .jsonl.gz with title and body, or a folder of them; may be given again.",
)
@click.option(
    "--classes",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="In place of --news: a model of the fast profile, whose classes of words are taken.",
)
@click.option(
    "--output",
    required=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the model and its card are written.",
)
@click.option(
    "--hold-out", is_flag=True, help="Leave out the last sixth of the corpus, so that the model may be measured on it."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of all that is drawn by lot.")
def train(
    profile: str,
    corpus: Path,
    news: tuple[Path, ...],
    classes: Path | None,
    output: Path,
    seed: int,
    *,
    hold_out: bool,
) -> None:
    """Train a model of names: people, places, organisations and others, with calibrated scores.

    The same corpus, news and seed give the same model. The folder gets the model and MODEL_CARD.md: what it was
    trained on, how good it is on a part of the corpus that it was not trained on, and where it fails. The names'
    lists that isnad ships are looked up too.

    Needs the packages of the extra `train`: pip install 'isnad[train]'

    \b
    Examples:
      isnad entities train --profile fast --corpus anercorp_train.txt --news ant/ --output models/fast
      isnad entities train --profile fast --corpus anercorp_train.txt --classes fast.model --output held --hold-out
      isnad entities train --profile default --corpus anercorp_train.txt --news ant/ --output models/default
    """  # noqa: D301  click's mark for lines to be kept as they are
    if not news and not (classes and profile == "fast"):
        raise click.UsageError("Missing option '--news'.")
    function, packages = PROFILES[profile]
    for package in packages:
        if find_spec(package) is None:
            raise SetupError(f'The package {package} is not installed. Get it: pip install "isnad[train]"')
    module, _, name = function.partition(":")
    run: Any = getattr(importlib.import_module(module), name)
    with Progress(*_COLUMNS, console=Console(stderr=True), transient=True) as progress:
        said = run(Request(corpus, news, output, seed, classes, hold_out=hold_out), progress)
    click.echo(said, err=True)

"""`isnad bench`: measure the dedup."""

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from isnad_cli.bench.extras import need

_MAPPING = "body=content,published_at=date_extracted"

_corpus_option = click.option(
    "--corpus",
    "corpora",
    multiple=True,
    required=True,
    metavar="PATH…",
    type=click.Path(exists=True, path_type=Path),
    help="Articles as `isnad feed` reads them: .jsonl, .json, these as .gz or in a .zip, or folders of them.",
)
_more_argument = click.argument(
    "more", nargs=-1, metavar="[PATH]…", type=click.Path(exists=True, path_type=Path)
)  # what the shell makes of --corpus july/*.zip
_map_option = click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="OURS=THEIRS,…",
    default=[_MAPPING],
    show_default=True,
    help="Names of fields where the files call them otherwise.",
)


@click.group()
def bench() -> None:
    """Measure the dedup: its speed, what it finds, and how it grows.

    \b
    Examples:
      isnad bench dedup --corpus july/*.zip > dedup.json
      isnad bench plot dedup.json --output peers.svg
    """  # noqa: D301  click's mark for lines to be kept as they are


@bench.command(epilog="Exit status: 0 measured, whether or not the bars are kept; 2 the corpus can't be read.")
@_corpus_option
@_more_argument
@_map_option
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Take only the first N articles.")
@click.option(
    "--repeat", type=click.IntRange(min=1), default=3, show_default=True, metavar="N", help="Time everything N times."
)
@click.option("--sweep", is_flag=True, help="Try more settings of the other libraries (takes minutes).")
@click.option("--stories", "name_stories", is_flag=True, help="List the articles of the ten largest stories.")
def dedup(
    corpora: tuple[Path, ...],
    more: tuple[Path, ...],
    maps: tuple[str, ...],
    limit: int | None,
    repeat: int,
    *,
    sweep: bool,
    name_stories: bool,
) -> None:
    """Compare the dedup with rensa, with datasketch and with the truth, on the same articles in the same order.

    Everything runs in one process on one core. Each text is asked about all earlier ones, then it is put in. The truth
    is counted on the words of all five-word shingles of all pairs. The report is JSON on standard output: articles
    a second by CPU time and by the clock (best and median of the rounds), recall and precision, the quality of the
    stories, memory, and each bar with whether it is kept.

    Needs the packages of the extra `bench`: pip install 'isnad[bench]'

    \b
    Examples:
      isnad bench dedup --corpus july/*.zip > dedup.json
      isnad bench dedup --corpus archive.jsonl.gz --limit 5000 --repeat 1 | jq .bars
    """  # noqa: D301  click's mark for lines to be kept as they are
    need("datasketch", "rensa", "ijson", "charset_normalizer")
    # Only here, so that the help is there at once.
    from isnad_cli.bench import machine
    from isnad_cli.bench.comparison import Plan, compare
    from isnad_cli.bench.corpora import read
    from isnad_feeder.fields import parse_mapping

    corpus = read((*corpora, *more), parse_mapping(maps), limit)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with machine.one_core(), Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=len(corpus.articles))
        report = compare(
            corpus,
            Plan(repeat, sweep=sweep, name_stories=name_stories),
            lambda doing: progress.update(task, description=doing),
            lambda: progress.advance(task),
        )
    click.echo(msgspec.json.format(msgspec.json.encode(report), indent=2))

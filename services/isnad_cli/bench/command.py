"""`isnad bench`: measure the dedup, the finding of names, and what an article costs the chain."""

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from isnad.errors import RequestError
from isnad_cli.bench.chain import chain
from isnad_cli.bench.entities import entities
from isnad_cli.bench.extras import need
from isnad_cli.bench.options import COLUMNS, corpus_option, map_option, more_argument, print_report


@click.group()
def bench() -> None:
    """Measure the dedup, the finding of names, and what an article costs each stage of the chain.

    \b
    Examples:
      isnad bench dedup --corpus july/*.zip > dedup.json
      isnad bench growth --corpus july/*.zip > growth.json
      isnad bench stories --corpus july/*.zip > stories.json
      isnad bench chain --corpus july/*.zip > chain.json
      isnad bench entities --corpus july/*.zip --transformers models/arabic-ner > names.json
      isnad bench bars dedup.json growth.json
      isnad bench table growth.json
      isnad bench plot dedup.json --output peers.svg
    """  # noqa: D301  click's mark for lines to be kept as they are


@bench.command(epilog="Exit status: 0 measured, whether or not the bars are kept; 2 the corpus can't be read.")
@corpus_option
@more_argument
@map_option
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
    with machine.one_core(), Progress(*COLUMNS, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(corpus.articles))
        report = compare(
            corpus,
            Plan(repeat, sweep=sweep, name_stories=name_stories),
            lambda doing: progress.update(task, description=doing),
            lambda: progress.advance(task),
        )
    print_report(report)


@bench.command(epilog="Exit status: 0 measured, whether or not the bars are kept; 2 the corpus can't be read.")
@corpus_option
@more_argument
@map_option
@click.option(
    "--articles",
    type=click.IntRange(min=10_000, max=1_000_000),
    default=1_000_000,
    show_default=True,
    metavar="N",
    help="Fill the window up to so many, and measure at each power of ten from 10,000 on.",
)
@click.option("--bare", is_flag=True, help="Measure the index alone, without stories and verdicts.")
@click.option("--verbatim", is_flag=True, help="Leave sentences as they are, though each then comes in many articles.")
def growth(
    corpora: tuple[Path, ...],
    more: tuple[Path, ...],
    maps: tuple[str, ...],
    articles: int,
    *,
    bare: bool,
    verbatim: bool,
) -> None:
    """Measure what an article costs while the window fills: time, memory, snapshots.

    The articles are made from the sentences of a corpus; every twentieth is planted: a copy of an earlier one, its
    first third, or wrapped in other sentences. The report is JSON on standard output: microseconds for each of the
    last 10,000 articles, resident bytes of an article, how many of the planted ones were found, how long a snapshot
    takes and for how long it holds up matching. A million articles take some minutes, 3 GB of memory and 10 GB of
    room for temporary files (TMPDIR says where).

    \b
    Examples:
      isnad bench growth --corpus july/*.zip > growth.json
      isnad bench growth --corpus archive.jsonl.gz --articles 100000 --bare | jq .points
    """  # noqa: D301  click's mark for lines to be kept as they are
    need("ijson", "charset_normalizer")
    # Only here, so that the help is there at once.
    from isnad_cli.bench import machine
    from isnad_cli.bench.corpora import read
    from isnad_cli.bench.engines import BareIndex, WholeDedup
    from isnad_cli.bench.growth import articles_needed, grow, points_up_to
    from isnad_cli.bench.synthetic import SyntheticLog
    from isnad_feeder.fields import parse_mapping

    points = points_up_to(articles)
    texts = read((*corpora, *more), parse_mapping(maps)).texts
    try:
        log = SyntheticLog(texts, articles_needed(points), verbatim=verbatim)
    except ValueError as exc:
        raise RequestError(
            f"Articles can't be made of the corpus: {exc}. Give one whose articles have bodies, of some hundred "
            "characters."
        ) from exc
    with machine.one_core(), Progress(*COLUMNS, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=articles)

        def say(doing: str) -> None:
            progress.update(task, description=doing)

        def advance(done: int) -> None:
            progress.update(task, completed=done)

        report = grow(log, points, BareIndex, say, advance) if bare else grow(log, points, WholeDedup, say, advance)
    print_report({"engine": "index" if bare else "dedup", "verbatim": verbatim, **report})


@bench.command(epilog="Exit status: 0 measured; 2 the corpus can't be read.")
@corpus_option
@more_argument
@map_option
def stories(corpora: tuple[Path, ...], more: tuple[Path, ...], maps: tuple[str, ...]) -> None:
    """Compare the rule by which articles join stories with others.

    Stories grow under each rule on exact shares, so that nothing but the rule makes the difference: with the articles
    as they stand, by time, and shuffled; for the rule that is used, and for that of half the members, also with each
    day and each half of the outlets alone. The report is JSON on standard output: pairwise precision and recall of the
    stories against the pairs with containment >= .5; what could be reached in hindsight; and where texts that are made
    after a formula went.

    \b
    Examples:
      isnad bench stories --corpus july/*.zip > stories.json
      isnad bench table stories.json
    """  # noqa: D301  click's mark for lines to be kept as they are
    need("ijson", "charset_normalizer")
    # Only here, so that the help is there at once.
    from isnad_cli.bench.corpora import read
    from isnad_cli.bench.study import study
    from isnad_feeder.fields import parse_mapping

    corpus = read((*corpora, *more), parse_mapping(maps))
    with Progress(*COLUMNS, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(corpus.articles))
        report = study(corpus, lambda doing: progress.update(task, description=doing), lambda: progress.advance(task))
    print_report(report)


@bench.command(epilog="Exit status: 0 drawn, 1 matplotlib is missing, 2 the report can't be used.")
@click.argument("report", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--output", required=True, metavar="FILE", type=click.Path(path_type=Path), help="Picture, .svg, .png or .pdf."
)
def plot(report: Path, output: Path) -> None:
    """Draw what isnad and the other libraries find against how quick they are.

    REPORT is what `isnad bench dedup` printed.

    \b
    Example:
      isnad bench plot dedup.json --output peers.svg
    """  # noqa: D301  click's mark for lines to be kept as they are
    need("matplotlib")
    from isnad_cli.bench.plot import draw, read_report

    draw(read_report(report), output)
    click.echo(output)


@bench.command(epilog="Exit status: 0 all bars are kept, 1 one is not, 2 a report can't be used.")
@click.argument(
    "reports", nargs=-1, required=True, metavar="REPORT…", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def bars(reports: tuple[Path, ...]) -> None:
    """Show the bars of reports, and whether they are kept.

    REPORT is what `isnad bench dedup` or `isnad bench growth` printed.

    \b
    Example:
      isnad bench bars dedup.json growth.json
    """  # noqa: D301  click's mark for lines to be kept as they are
    from isnad_cli.bench.bars import read_bars

    found = [bar for report in reports for bar in read_bars(report)]
    for bar in found:
        kept = {True: "kept", False: "NOT KEPT", None: "not measured"}[bar.holds]
        value = "-" if bar.value is None else f"{bar.value:,.6g}"
        click.echo(f"{kept:<12}  {value:>10} {bar.must_be} {bar.bar:<7,g}  {bar.what}")
    if any(bar.holds is False for bar in found):
        raise click.exceptions.Exit(1)


@bench.command(epilog="Exit status: 0 shown, 2 the report can't be used.")
@click.argument("report", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def table(report: Path) -> None:
    """Show a report as a table in Markdown.

    REPORT is what `isnad bench dedup`, `isnad bench growth` or `isnad bench stories` printed.

    \b
    Example:
      isnad bench table growth.json
    """  # noqa: D301  click's mark for lines to be kept as they are
    from isnad_cli.bench import tables

    try:
        content = msgspec.json.decode(report.read_bytes())
    except (msgspec.DecodeError, UnicodeError) as exc:
        raise RequestError(f"{report} is not JSON: {exc}. Give what `isnad bench dedup` printed.") from exc
    click.echo(tables.table(content))


bench.add_command(chain)
bench.add_command(entities)

"""`isnad entities`: find the names in a file of articles, without Kafka."""

from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from isnad.clock import SystemClock
from isnad.errors import RequestError
from isnad.linefiles import Input, opened, written
from isnad_entities.enrich import read, wires
from isnad_entities.lines import read_line, write_line
from isnad_entities.names import names

_SHOW_EVERY = 100


@click.command(epilog="Exit status: 0 done, 2 the input is not as it must be (no file is written), 1 anything else.")
@click.option(
    "--input", "source", required=True, metavar="FILE", type=click.Path(path_type=Path), help="Articles, one a line."
)
@click.option(
    "--output",
    "target",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Names, one article a line.",
)
@click.option("--skip-bad", is_flag=True, help="Leave out lines that are no articles, and count them.")
def entities(source: Path, target: Path, *, skip_bad: bool) -> None:
    """Find the people, places, organisations and events that Arabic articles name.

    Input lines (.gz is unpacked, - is standard input); a missing title or body counts as empty:

    \b
      {"id": "…", "title": "…", "body": "…"}

    Output lines, in the same order (.gz is packed, - is standard output):

    \b
      {"id": "…", "entities": [{"type": "PER|LOC|ORG|MISC", "text": "…", "field": "title|body",
       "start": 0, "end": 5, "canonical": "…"}]}

    `start` and `end` count Unicode code points of the field; the text between them is the name without clitics, and
    `canonical` is one spelling for all writings of it. It is the same code as the running chain's: lists and rules, no
    statistics.

    \b
    Examples:
      isnad entities --input articles.jsonl --output entities.jsonl
      zcat archive/*.gz | isnad entities --input - --output - | head
    """  # noqa: D301  click's mark for lines to be kept as they are
    clock = SystemClock()
    finder, wire_finder = names(), wires()
    console = Console(stderr=True)
    started = clock.monotonic()
    kinds: Counter[str] = Counter()
    articles = skipped = 0
    with opened(source) as lines, written(target) as found, _progress(console) as progress:
        bar = progress.add_task("", total=lines.size, articles=0)
        for number, line in lines:
            try:
                article = read_line(line)
            except RequestError as exc:
                if not skip_bad:
                    raise _misread(lines, number, exc) from exc
                skipped += 1
                continue
            mentions, _ = read(article.title or "", article.body or "", None, article.author, finder, wire_finder)
            found.write(write_line(article.id, mentions))
            kinds.update(mention.type for mention in mentions)
            articles += 1
            if articles % _SHOW_EVERY == 0:
                progress.update(bar, completed=lines.position, articles=articles)
    console.print(_summary(articles, kinds, skipped, clock.monotonic() - started), highlight=False, soft_wrap=True)


def _misread(lines: Input, number: int, exc: RequestError) -> RequestError:
    return RequestError(f"{lines.name}, line {number}: {exc}. Correct it, or leave such lines out: --skip-bad.")


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.fields[articles]:,} articles"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _summary(articles: int, kinds: Counter[str], skipped: int, seconds: float) -> str:
    counts = ", ".join(f"{kinds[kind]:,} {kind}" for kind in ("PER", "LOC", "ORG", "MISC"))
    left_out = f"; {skipped:,} lines left out, which are no articles" if skipped else ""
    return f"{articles:,} articles in {seconds:,.1f} s ({articles / max(seconds, 1e-9):,.0f}/s): {counts}{left_out}"

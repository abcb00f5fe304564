"""`isnad entities`: find the names in a file of articles, without Kafka."""

from collections import Counter
from pathlib import Path

import click

from isnad.clock import SystemClock
from isnad.linefiles import opened, written
from isnad.offline import Reading, summary
from isnad_entities.enrich import read, wires
from isnad_entities.lines import read_line, write_line
from isnad_entities.names import names

_SHOW_EVERY = 100
_TYPES = ("PER", "LOC", "ORG", "MISC")


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
    started = clock.monotonic()
    kinds: Counter[str] = Counter()
    with (
        opened(source) as lines,
        written(target) as found,
        Reading(lines.size, skip_bad=skip_bad, show_every=_SHOW_EVERY) as reading,
    ):
        for article in reading.each(lines, read_line):
            mentions, _ = read(article.title or "", article.body or "", None, article.author, finder, wire_finder)
            found.write(write_line(article.id, mentions))
            kinds.update(mention.type for mention in mentions)
    seconds = clock.monotonic() - started
    click.echo(summary(reading.articles, kinds, _TYPES, seconds, reading.left_out), err=True)

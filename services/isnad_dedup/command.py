"""`isnad dedup`: find reprints in a file, without Kafka."""

from collections import Counter
from pathlib import Path

import click
from rich.console import Console

from isnad.clock import SystemClock
from isnad.linefiles import opened, written
from isnad.offline import Reading
from isnad.similarity.window import WINDOW_ARTICLES, WINDOW_DAYS, Window
from isnad_dedup import lines
from isnad_dedup.matching import Matcher

_SHOW_EVERY = 500
_RELATIONS = ("original", "copy", "partial", "revision")


@click.command(epilog="Exit status: 0 done, 2 the input is not as it must be (no file is written), 1 anything else.")
@click.option(
    "--input", "source", required=True, metavar="FILE", type=click.Path(path_type=Path), help="Articles, one a line."
)
@click.option(
    "--output", "target", required=True, metavar="FILE", type=click.Path(path_type=Path), help="Verdicts, one a line."
)
@click.option("--skip-bad", is_flag=True, help="Leave out lines that are no articles, and count them.")
@click.option(
    "--window-days",
    type=click.IntRange(min=1),
    default=WINDOW_DAYS,
    show_default=True,
    help="Compare with the articles of the last so many days.",
)
@click.option(
    "--window-articles",
    type=click.IntRange(min=1),
    default=WINDOW_ARTICLES,
    show_default=True,
    help="Compare with at most about so many articles (12 KB of memory each).",
)
@click.option(
    "--time-from",
    type=click.Choice(["appended_at", "published_at"]),
    default="appended_at",
    show_default=True,
    help="Field by which the days count. Without it in the lines, the whole file counts as one day.",
)
def dedup(
    source: Path,
    target: Path,
    window_days: int,
    window_articles: int,
    time_from: lines.TimeFrom,
    *,
    skip_bad: bool,
) -> None:
    """Say for each article which earlier ones share its text, and which story it belongs to.

    Input lines, in the order in which the articles came in (.gz is unpacked, - is standard input):

    \b
      {"id": "…", "source": "…", "title": "…", "body": "…", "published_at": "…"}

    Output lines, in the same order (.gz is packed, - is standard output):

    \b
      {"id": "…", "story_id": "…", "relation": "original|copy|partial|revision",
       "links": [{"id": "…", "story_id": "…", "jaccard": 0.9, "contained": 1.0, "contains": 0.9}]}

    The shares are over the distinct five-word shingles of the bodies, the titles apart: `contained` is the part of
    this article that stands in the other, `contains` the reverse. It is the same code as the running chain's, with
    the same answers.

    \b
    Examples:
      isnad dedup --input articles.jsonl --output verdicts.jsonl
      zcat archive/*.gz | isnad dedup --input - --output - --time-from published_at | head
    """  # noqa: D301  click's mark for lines to be kept as they are
    clock = SystemClock()
    started = clock.monotonic()
    console = Console(stderr=True)
    clerk = lines.Clerk(time_from)
    matcher = Matcher(Window(days=window_days, articles=window_articles), evidence=False)
    relations: Counter[str] = Counter()
    with (
        opened(source) as articles,
        written(target) as verdicts,
        Reading(articles, clerk.read, console, skip_bad=skip_bad, show_every=_SHOW_EVERY) as reading,
    ):
        for article in reading:
            verdict = matcher.answer(article).verdict
            verdicts.write(lines.write(article.id, verdict))
            relations[verdict.relation] += 1
    summary = reading.summary(relations, _RELATIONS, clock.monotonic() - started)
    console.print(summary, highlight=False, soft_wrap=True)

"""`isnad dedup`: find reprints in files, without Kafka, or anew in what the running chain has read."""

import gc
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from isnad.clock import SystemClock
from isnad.errors import RequestError, StorageUnavailable
from isnad.kafka_access import KafkaAccess
from isnad.linefiles import must_not_overwrite
from isnad.offline import seldom_collecting, summary, tidied_up_on_signals, working_folder
from isnad.options import NamedPath, home_option, kafka_if_asked_option, topic_prefix_option
from isnad.similarity.window import WINDOW_ARTICLES, WINDOW_DAYS, Window
from isnad_dedup.quick_start import load_compiler

if TYPE_CHECKING:
    from isnad_dedup.offline.archives import Format, Verdicts
    from isnad_dedup.offline.lines import TimeFrom

_CLOCKS_DIFFER = timedelta(days=1)
"""A date may be so far ahead of this machine's clock, which may be wrong too."""

_RELATIONS = ("original", "copy", "partial", "revision")


@click.command(epilog="Exit status: 0 done, 2 the input is not as it must be (no file is written), 1 anything else.")
@click.option(
    "--input",
    "sources",
    multiple=True,
    metavar="FILE",
    type=NamedPath(),
    help="Articles: lines of JSON, or Parquet. Several, or a folder of them, are read one after the other, a folder's "
    "in the order of their names.",
)
@click.option(
    "--output",
    "target",
    required=True,
    metavar="FILE",
    type=NamedPath(),
    help="Verdicts, one for each article.",
)
@click.option(
    "--format",
    "chosen",
    type=click.Choice(["jsonl", "parquet"]),
    show_default="parquet for a name that ends in .parquet or .pq, else jsonl",
    help='Format of the output. Parquet needs: pip install "isnad[parquet]".',
)
@click.option("--skip-bad", is_flag=True, help="Leave out lines or rows that are no articles, and count them.")
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
    help="Compare with at most about so many articles (1.5 KB of memory each).",
)
@click.option(
    "--time-from",
    type=click.Choice(["appended_at", "published_at"]),
    default="appended_at",
    show_default=True,
    help="Field by which the days count. Without it in the input, all of it counts as one day. What is dated in the "
    "future counts as of the article before it.",
)
@click.option(
    "--work-dir",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    show_default="the system's folder for temporary files",
    help="Folder for working files, about 4 KB for each article in the window; they are deleted at the end.",
)
@click.option(
    "--from-log",
    is_flag=True,
    help="Read the running chain's ordered log instead of files, up to where it ends now.",
)
@click.option(
    "--until-offset", metavar="N", type=click.IntRange(min=0), help="With --from-log: stop before this offset."
)
@topic_prefix_option
@kafka_if_asked_option
@home_option
def dedup(
    *,
    sources: tuple[Path, ...],
    target: Path,
    chosen: "Format | None",
    skip_bad: bool,
    window_days: int,
    window_articles: int,
    time_from: "TimeFrom",
    work_dir: Path | None,
    from_log: bool,
    until_offset: int | None,
    topic_prefix: str,
    kafka: Callable[[], KafkaAccess],
    home: object,  # noqa: ARG001  read by --kafka
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

    Parquet has columns of the same names, in and out; other columns are not read, times may be text or timestamps.

    With --from-log the articles are those of the chain's ordered log (topic articles.prepared), and each verdict has
    the `offset` of its record, so that it can be compared with what the service answered (topic articles.matched).

    \b
    Examples:
      isnad dedup --input articles.jsonl --output verdicts.jsonl
      zcat archive/*.gz | isnad dedup --input - --output - --time-from published_at | head
      isnad dedup --input archive/ --output verdicts.parquet --time-from published_at
      isnad dedup --from-log --output verdicts.jsonl
    """  # noqa: D301  click's mark for lines to be kept as they are
    if from_log and sources:
        raise RequestError("--from-log reads Kafka and no file. Leave out one of --from-log and --input.")
    if not from_log and not sources:
        raise RequestError("Say which articles to read: --input FILE, or --from-log.")
    if until_offset is not None and not from_log:
        raise RequestError("--until-offset counts in the chain's log. Add: --from-log")

    # Asked for before the work, and only where it is used: files need no Kafka.
    log = kafka() if from_log else None
    clock = SystemClock()
    started = clock.monotonic()
    window = Window(days=window_days, articles=window_articles)
    with seldom_collecting(), tidied_up_on_signals(), working_folder(work_dir) as folder:
        # Only here, so that the help is there at once.
        load_compiler()
        from isnad_dedup.offline import archives, from_files

        gc.freeze()  # what was loaded stays, and need not be looked through for garbage
        chosen = archives.format_of(target, chosen)
        paths = archives.files(sources)
        must_not_overwrite(paths, target)
        try:
            with archives.verdicts(target, chosen, with_offsets=from_log) as verdicts:
                if log is not None:
                    left_out = _from_log(log, topic_prefix, verdicts, window, until_offset, folder)
                else:
                    left_out = from_files.answer(
                        paths,
                        verdicts,
                        window=window,
                        time_from=time_from,
                        latest=clock.now() + _CLOCKS_DIFFER,
                        folder=folder,
                        skip_bad=skip_bad,
                    )
        except StorageUnavailable as exc:
            raise StorageUnavailable(f"{exc}, or put the working files elsewhere: --work-dir FOLDER") from exc
    seconds = clock.monotonic() - started
    click.echo(summary(verdicts.relations.total(), verdicts.relations, _RELATIONS, seconds, left_out), err=True)


def _from_log(
    kafka: KafkaAccess, topic_prefix: str, verdicts: "Verdicts", window: Window, until_offset: int | None, folder: Path
) -> str:
    import asyncio

    from isnad.kafka import LogReader
    from isnad.topics import Topics
    from isnad_dedup.offline import from_log

    return asyncio.run(
        from_log.answer(
            LogReader(kafka), Topics(topic_prefix), verdicts, window=window, until_offset=until_offset, folder=folder
        )
    )

"""`isnad feed`: send articles from files to the chain."""

import asyncio
import codecs
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click
import msgspec
from rich.console import Console

from isnad import linefiles
from isnad.clock import SystemClock
from isnad.durations import SecondsType
from isnad.errors import RequestError
from isnad.kafka_access import KafkaAccess
from isnad.options import home_option, kafka_option, topic_prefix_option
from isnad.topics import Topics
from isnad_feeder.display import Bar, Lines, Quiet
from isnad_feeder.events import Input
from isnad_feeder.fields import parse_mapping
from isnad_feeder.finding import File, files
from isnad_feeder.pace import Pace, parse_rate
from isnad_feeder.sending import Feeding, Nowhere

SOME_REFUSED = 3
INTERRUPTED = 130

_ACKNOWLEDGE_SECONDS = 10.0
"""So long a batch may take before the user is told that Kafka does not answer."""


@click.command(
    epilog="\b\nExamples:\n"
    "  isnad feed seeds/\n"
    "  isnad feed july/*.zip --map body=content,published_at=date_extracted\n"
    "  tail -f live.jsonl | isnad feed - --source my-outlet\n\n"
    "Exit status: 0 all accepted, 3 something was refused and the rest accepted, 1 Kafka or its set-up is "
    "broken, 2 the command was wrong, 130 interrupted.",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True, path_type=Path))
@click.option(
    "--source", metavar="NAME", help="Outlet of articles that name none; for .txt the folder's name otherwise."
)
@click.option(
    "--map", "maps", multiple=True, metavar="OURS=THEIRS,…", help="Names of fields where the files call them otherwise."
)
@click.option("--rate", metavar="N/s", help="Send at most so many articles a second (/s), minute (/m) or hour (/h).")
@click.option("--encoding", metavar="NAME", help="Encoding of the files, as windows-1256; usually found by itself.")
@click.option("--dry-run", is_flag=True, help="Read and check everything, send nothing.")
@click.option(
    "--timeout",
    type=SecondsType(),
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up when Kafka takes nothing for so long.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts and the refusals as one line of JSON.")
@topic_prefix_option
@kafka_option
@home_option
def feed(
    paths: tuple[Path, ...],
    source: str | None,
    maps: tuple[str, ...],
    rate: str | None,
    encoding: str | None,
    timeout: float,
    kafka: KafkaAccess,
    topic_prefix: str,
    home: Path,  # noqa: ARG001  read by the option of Kafka's address
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Send the articles in PATHS to the chain: files, folders, or - for JSON lines from standard input.

    Read are pages of text (.txt), JSON lines (.jsonl, .ndjson) and JSON arrays (.json), each also as .gz or in a .zip.
    Feeding the same again changes nothing while the article is in dedup's window (ISNAD_WINDOW_DAYS); what comes later
    still is one document, but counts as one more article of its story. A corrected article replaces the earlier one
    with its id. The id is the file's own field `id`: text stays as it is, a number (1, not "1") becomes source:number,
    as every outlet has its own number 1. Without it, the id is made from the source and the address, else from the
    source and the text.
    """
    piped = Path("-") in paths
    given = Input(
        tuple(path for path in paths if path != Path("-")),
        Topics(topic_prefix).raw,
        source,
        parse_mapping(maps),
        _known_encoding(encoding),
        _standard_input() if piped else None,
    )
    pace = Pace(parse_rate(rate) if rate else None)
    feeding = _Run(given, None if dry_run else kafka, pace, timeout, as_json=as_json)
    sys.exit(feeding.run())


def _standard_input() -> Callable[[int], bytes]:
    stdin = linefiles.standard_input()
    try:
        number = stdin.fileno()
    except OSError:  # no file behind it, as where a test gives the input
        return stdin.read
    # Not through Python's own stream: its lock, held by a thread that waits for a silent pipe, is fatal at the end.
    return lambda size: os.read(number, size)


def _known_encoding(name: str | None) -> str | None:
    if name is None:
        return None
    try:
        " ".encode(name)  # refuses what Python also calls a codec and is none of text: hex, base64, rot13
        return codecs.lookup(name).name
    except (LookupError, UnicodeError) as exc:
        raise RequestError(f"--encoding {name!r} is unknown; try windows-1256, iso-8859-6, utf-16 or utf-8") from exc


class _Run:
    """One call of the command: feeds, shows, sums up."""

    def __init__(
        self, given: Input, kafka: KafkaAccess | None, pace: Pace, timeout_seconds: float, *, as_json: bool
    ) -> None:
        self._clock = SystemClock()
        self._started = self._clock.monotonic()
        self._kafka = kafka
        self._as_json = as_json
        self._display = self._make_display(given)
        self._feeding = Feeding(given, self._display, self._clock, pace=pace, timeout_seconds=timeout_seconds)

    def run(self) -> int:
        """Return the exit status; an error goes on after the counts were shown."""
        try:
            asyncio.run(self._feed())
        except KeyboardInterrupt:
            return INTERRUPTED
        else:
            return SOME_REFUSED if self._feeding.tally.refused else 0
        finally:
            self._display.finish()
            self._sum_up()

    async def _feed(self) -> None:
        if self._kafka is None:
            await self._feeding.run(Nowhere())
            return
        from isnad.kafka import Producer

        async with Producer(self._kafka, timeout_seconds=_ACKNOWLEDGE_SECONDS) as producer:
            await self._feeding.run(producer)

    def _make_display(self, given: Input) -> Lines:
        console = Console(stderr=True)
        if self._as_json:
            return Quiet(console, self._clock)
        if console.is_terminal and not (given.pipe and sys.stdin.isatty()):
            sizes = [file.size for file in files(given.paths) if isinstance(file, File)]
            return Bar(console, self._clock, None if given.pipe else sum(sizes))
        return Lines(console, self._clock)

    def _sum_up(self) -> None:
        tally, seconds = self._feeding.tally, self._clock.monotonic() - self._started
        if self._as_json:
            click.echo(msgspec.json.encode(tally.summary(seconds)))
        else:
            click.echo(tally.sentence(seconds) + ("" if self._kafka else " (dry run: nothing was sent)"))

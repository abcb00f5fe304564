"""`isnad replay`: after an upgrade, the history of a topic through a stage again, while everything goes on."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.console import Console

from isnad import addresses
from isnad.clock import SystemClock
from isnad.errors import RequestError
from isnad.kafka_access import KafkaAccess
from isnad.options import home_option, kafka_option, topic_prefix_option
from isnad.retry import Stopped
from isnad_cli.replay.stages import STAGES, Told

if TYPE_CHECKING:
    from isnad_cli.replay.composing import Done

EXIT_STOPPED = 130


@click.command(
    epilog="Exit status: 0 done, 2 a mistake in the call, 130 stopped by Ctrl-C or SIGTERM (the same command goes on "
    "from there), 1 anything else."
)
@click.argument("stage", type=click.Choice(STAGES))
@click.option("--from", "start", metavar="WHERE", help="Where to begin in the topics that the stage reads.")
@click.option("--to", "end", metavar="WHERE", default="now", show_default=True, help="Where to end; not included.")
@click.option("--rebuild", is_flag=True, help="index: make all indexes anew, then let them take the old ones' place.")
@click.option("--abandon", is_flag=True, help="index: delete what an unfinished rebuild has left.")
@click.option("--anew", is_flag=True, help="Begin again, also where an earlier run was ended.")
@click.option(
    "--lead",
    type=click.IntRange(0),
    default=1000,
    show_default=True,
    help="At most about so many records may wait before the next stage, as live articles wait behind; 0: no limit.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON at the end.")
@topic_prefix_option
@kafka_option
@home_option
def replay(
    *,
    stage: str,
    start: str | None,
    end: str,
    rebuild: bool,
    abandon: bool,
    anew: bool,
    lead: int,
    as_json: bool,
    topic_prefix: str,
    kafka: KafkaAccess,
    home: Path,
) -> None:
    """Put the history of a topic through a stage again, after an upgrade.

    Everything goes on meanwhile: the replay reads by itself, beside the workers, and for the same record writes the
    same, or what the newer isnad makes of it. Killed, the same command goes on where it was.

    \b
    prepare   articles.raw anew into the ordered log; a text that is another now is a revision
    dedup     the verdicts on the ordered log anew, as a function of all of it
    entities  names and credits of articles.matched anew
    index     articles.enriched and stories.changes anew into Elasticsearch

    WHERE is `beginning`, `now`, a time with its zone, an age as "2h ago", or offsets: 1200 for every partition, or
    PARTITION@OFFSET[,PARTITION@OFFSET…] for some.

    With --rebuild, new indexes are filled beside the old ones, and take their place in one moment; for templates that
    have changed. Elasticsearch, the window and the rest are told by the environment, as to the services.

    \b
    Examples:
      isnad replay entities --from beginning
      isnad replay prepare --from 2026-01-31T08:00:00Z --to "2h ago"
      isnad replay index --rebuild
    """  # noqa: D301  click's mark for lines to be kept as they are
    if (rebuild or abandon) and stage != "index":
        raise RequestError(f"{stage} has no indexes; --rebuild and --abandon go with: isnad replay index")
    if rebuild and end != "now":
        raise RequestError("New indexes take the place of the old ones with all there is. Leave out --to.")
    if start is None and not (rebuild or abandon):
        raise RequestError("Say from where: --from beginning, or a time, or offsets.")
    environ = dict(os.environ)  # noqa: TID251  the composition root of the stage that it replays
    environ.setdefault("ISNAD_ELASTICSEARCH", addresses.load(home).elasticsearch)
    told = Told(kafka, topic_prefix, environ)

    # Only here, so that the help is there at once.
    from isnad_cli.replay import composing

    asking = composing.Asking(
        stage, start or "beginning", end, rebuild=rebuild, anew=anew, lead=lead, now=SystemClock().now()
    )
    console = Console(stderr=True, highlight=False)
    try:
        done = asyncio.run(composing.abandon(told, console) if abandon else composing.replay(asking, told, console))
    except Stopped:
        click.echo("Stopped. The same command goes on from there; with --anew it begins again.", err=True)
        sys.exit(EXIT_STOPPED)
    click.echo(msgspec.json.encode(done).decode() if as_json else _sentence(done, abandoned=abandon))


def _sentence(done: "Done", *, abandoned: bool) -> str:
    if abandoned:
        return f"Deleted {', '.join(done.removed)}." if done.removed else "There is no unfinished rebuild."
    if not done.records and not done.removed:
        return "Nothing to replay: there is nothing in the topic between these places."
    outcomes = ", ".join(f"{number:,} {name}" for name, number in done.outcomes.items()) or "all of it before"
    text = f"{done.stage}: {done.records:,} records replayed in {done.seconds:,.1f} s ({outcomes})"
    if done.removed:
        text += f"; {done.carried_over:,} old documents carried over; the new indexes have taken the old ones' place"
    return f"{text}."

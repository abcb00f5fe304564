"""The commands of `isnad dead`."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from isnad.clock import SystemClock
from isnad.errors import RequestError
from isnad.kafka import LogReader, Producer
from isnad.kafka_access import KafkaAccess
from isnad.linefiles import STANDARD_STREAM, written
from isnad.options import home_option, kafka_option, topic_prefix_option
from isnad.terminal import escaped
from isnad.topics import Topics
from isnad_cli.dead.choosing import Choice, Offset, choice_options, offsets_argument
from isnad_cli.dead.letters import STATES, Letters, State, collect, letter_at
from isnad_cli.dead.originals import original, source
from isnad_cli.dead.printing import as_data, nothing, print_letters, print_what_would_be_done, show_letter
from isnad_cli.dead.resolving import Done, Resolver

_SECONDS = 20.0

_FAILURES_SHOWN = 10
_OPEN: tuple[State, ...] = ("open",)


@dataclass(frozen=True)
class _Chain:
    """Where the letters are."""

    kafka: KafkaAccess
    topics: Topics

    @property
    def log(self) -> LogReader:
        return LogReader(self.kafka, timeout_seconds=_SECONDS)


def _chain_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--kafka`, `--home` and `--topic-prefix`, passed on as `chain`."""

    @wraps(command)
    def called(*, kafka: KafkaAccess, topic_prefix: str, home: object, **others: object) -> None:  # noqa: ARG001  read by --kafka
        command(chain=_Chain(kafka, Topics(topic_prefix)), **others)

    return home_option(kafka_option(topic_prefix_option(called)))


def _yes_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--yes", is_flag=True, help="Don't ask, however many they are.")(command)


@click.group(epilog="Example: isnad dead list --stage index")
def dead() -> None:
    """Look at what could not be processed, and decide what becomes of it.

    Each record has a letter with its reason and its original bytes. `replay` sends the originals again, `drop` says
    that they need no more attention; both is written down in Kafka, and nothing is deleted.
    """


@dead.command("list", epilog="Example: isnad dead list --stage prepare --since 2h --limit 5")
@choice_options
@click.option("--all", "all_", is_flag=True, help="Those that were replayed or dropped too.")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="Show so many, the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, without the original bytes.")
@_chain_options
def list_(*, chain: _Chain, choice: Choice, all_: bool, limit: int, as_json: bool) -> None:
    """Count the open dead letters by reason, stage and source, and show the newest.

    The number in front is the letter's offset: `isnad dead show OFFSET` shows all of it.
    """
    letters = _collected(chain, choice, STATES if all_ else _OPEN)
    newest = letters.found[-limit:] if limit else []
    if as_json:
        click.echo(msgspec.json.encode(as_data(letters, newest)).decode())
    else:
        print_letters(letters, newest, str(choice), Console(highlight=False))


@dead.command(epilog="Example: isnad dead show 17 --raw > record.json")
@click.argument("offset", type=Offset())
@click.option("--raw", is_flag=True, help="Write the original bytes to standard output, and nothing else.")
@_chain_options
def show(*, chain: _Chain, offset: int, raw: bool) -> None:
    """Show one dead letter: why, from which stage, which record, and its original bytes.

    An original too large for a letter is read from where it came from, as long as it stands there.
    """
    letter = asyncio.run(letter_at(chain.log, chain.topics.dead, offset))
    if not raw:
        one = Choice(offsets=(range(offset, offset + 1),))
        # What was decided about it stands behind it.
        found = asyncio.run(collect(chain.log, chain.topics.dead, one, STATES, start=offset)).found
        show_letter(letter, source(letter), found[0].resolution if found else letter.resolution)
        return
    value = asyncio.run(original(letter, chain.log)).value
    if value is None:
        raise RequestError(f"The record of the letter at offset {offset} has no value: {letter.detail}.")
    with written(STANDARD_STREAM) as output:
        output.write(value)


@dead.command(epilog="Example: isnad dead replay --stage index --reason index_rejected --since 2h")
@offsets_argument
@choice_options
@click.option("--again", is_flag=True, help="Those that were replayed or dropped already, too.")
@click.option("--dry-run", is_flag=True, help="Only say what would be sent.")
@_yes_option
@_chain_options
def replay(*, chain: _Chain, choice: Choice, again: bool, dry_run: bool, yes: bool) -> None:
    """Send the originals of dead letters again, each to the topic that it came from.

    Mend first what they died of; what dies again gets a new letter, which says how often. An article that is sent again
    is the same article, so nothing is doubled. It counts as its newest version: don't replay what its source has
    corrected since.
    """
    letters = _collected(chain, choice, STATES if again else _OPEN)
    _decide(
        letters,
        choice,
        lambda resolver, progress: resolver.replay(letters.found, progress),
        chain=chain,
        verb="Replay",
        done="replayed",
        ask=not yes,
        dry_run=dry_run,
    )


@dead.command(epilog="Example: isnad dead drop --source alwatan --reason no_text --note 'photo galleries'")
@offsets_argument
@choice_options
@click.option("--note", help="Why, for those who look at it later.")
@click.option("--dry-run", is_flag=True, help="Only say what would be dropped.")
@_yes_option
@_chain_options
def drop(*, chain: _Chain, choice: Choice, note: str | None, dry_run: bool, yes: bool) -> None:
    """Say that dead letters need no more attention.

    They stay where they are, with their originals: `isnad dead list --all` shows them, `isnad dead replay --again`
    sends them all the same.
    """
    letters = _collected(chain, choice, _OPEN)
    _decide(
        letters,
        choice,
        lambda resolver, progress: resolver.drop(letters.found, progress),
        chain=chain,
        verb="Drop",
        done="dropped",
        ask=not yes,
        dry_run=dry_run,
        note=note,
    )


def _collected(chain: _Chain, choice: Choice, states: Sequence[State]) -> Letters:
    return asyncio.run(collect(chain.log, chain.topics.dead, choice, states))


def _decide(
    letters: Letters,
    choice: Choice,
    act: Callable[[Resolver, Callable[[int], None]], Coroutine[Any, Any, Done]],
    *,
    chain: _Chain,
    verb: str,
    done: str,
    ask: bool,
    dry_run: bool,
    note: str | None = None,
) -> None:
    """Ask, carry it out with a progress bar, and say how far it came; exit status 1 where some are left."""
    if not letters.found:
        click.echo(nothing(letters, str(choice)))
        return
    number = len(letters.found)
    if dry_run or (ask and number > 1):
        print_what_would_be_done(letters, Console(highlight=False))
    what = "1 dead letter" if number == 1 else f"{number:,} dead letters"
    if dry_run:
        click.echo(f"{verb} {what}: not done, because of --dry-run.")
        return
    if ask and number > 1:
        click.confirm(f"{verb} {what}?", abort=True)

    async def run() -> Done:
        async with Producer(chain.kafka, timeout_seconds=_SECONDS) as producer:
            resolver = Resolver(chain.log, producer, chain.topics, SystemClock(), note)
            with Progress(console=Console(stderr=True), transient=True) as bar:
                task = bar.add_task(verb, total=number)
                return await act(resolver, lambda more: bar.advance(task, more))

    outcome = asyncio.run(run())
    click.echo(f"{outcome.number:,} {done}.")
    for offset, why in outcome.failures[:_FAILURES_SHOWN]:
        click.echo(f"Letter {offset} stays open. {escaped(why)}", err=True)
    if outcome.failures:
        click.echo(f"{len(outcome.failures):,} could not be {done}.", err=True)
        sys.exit(1)

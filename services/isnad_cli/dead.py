"""`isnad dead`: what could not be processed, and why."""

import asyncio
import contextlib
import sys
from collections import Counter, deque
from dataclasses import dataclass, field

import click
import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.progress import Progress
from rich.text import Text

from isnad import codec
from isnad.errors import RecordError, RequestError
from isnad.kafka import LogReader
from isnad.messages import DeadLetter, Reason
from isnad.options import home_option, kafka_option, topic_prefix_option
from isnad.terminal import escaped
from isnad.topics import Topics

_SECONDS = 20.0
_UNREADABLE = "unreadable"


@dataclass
class Letters:
    """The dead letters that were asked for.

    A record that Kafka delivered twice, because a worker was killed, may have two letters; it counts once.

    Attributes:
        newest: the last of them, with their offsets.
        kinds: reason and stage of each record.
        unreadable: how many messages are no letters.
        others: the records whose letters were not asked for.
    """

    newest: deque[tuple[int, DeadLetter]]
    kinds: dict[tuple[str, int, int], tuple[str, str]] = field(default_factory=dict)
    unreadable: int = 0
    others: set[tuple[str, int, int]] = field(default_factory=set)

    @property
    def total(self) -> int:
        """How many records died."""
        return len(self.kinds) + self.unreadable

    @property
    def by_reason(self) -> Counter[str]:
        """How many died of each reason."""
        counts = Counter(reason for reason, _ in self.kinds.values())
        return counts + Counter({_UNREADABLE: self.unreadable})

    @property
    def by_stage(self) -> Counter[str]:
        """How many died in each stage."""
        return Counter(stage for _, stage in self.kinds.values())


class _Offset(click.ParamType):
    """The place of a letter in its topic."""

    name = "offset"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        if not (text.isascii() and text.isdecimal()):
            self.fail(f"{text!r} is no number; take the one in front of a letter in: isnad dead list", param, ctx)
        return int(text)


@click.group(epilog="Example: isnad dead list --stage index")
def dead() -> None:
    """Look at what could not be processed: each record with its reason and its original bytes."""


@dead.command("list", epilog="Example: isnad dead list --reason index_rejected --limit 5")
@click.option("--reason", type=click.Choice([str(reason) for reason in Reason]), help="Only with this reason.")
@click.option("--stage", help="Only from this stage: prepare, dedup, entities, index.")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="Show so many, the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, without the original bytes.")
@topic_prefix_option
@kafka_option
@home_option
def list_(
    *,
    reason: str | None,
    stage: str | None,
    limit: int,
    as_json: bool,
    topic_prefix: str,
    kafka: str,
    home: object,  # noqa: ARG001  read by --kafka
) -> None:
    """Count the dead letters by reason, and show the newest.

    The number in front is the letter's offset: `isnad dead show OFFSET` shows all of it.
    """
    letters = asyncio.run(collect(kafka, Topics(topic_prefix).dead, reason, stage, limit))
    if as_json:
        click.echo(msgspec.json.encode(_as_data(letters)).decode())
    else:
        asked = " and ".join(f"{name} {value}" for name, value in (("reason", reason), ("stage", stage)) if value)
        print_letters(letters, f"the {asked}", Console(highlight=False))


@dead.command(epilog="Example: isnad dead show 17 --raw > record.json")
@click.argument("offset", type=_Offset())
@click.option("--raw", is_flag=True, help="Write the original bytes to standard output, and nothing else.")
@topic_prefix_option
@kafka_option
@home_option
def show(*, offset: int, raw: bool, topic_prefix: str, kafka: str, home: object) -> None:  # noqa: ARG001  read by --kafka
    """Show one dead letter: why, from which stage, which record, and its original bytes."""
    topic = Topics(topic_prefix).dead
    value = asyncio.run(_value(kafka, topic, offset))
    try:
        letter = codec.decode(DeadLetter, value)
    except RecordError as exc:
        raise RequestError(
            f"The message at offset {offset} of {topic} is no dead letter of isnad ({exc.detail})."
        ) from exc
    if raw:
        if letter.value is None:
            raise RequestError(f"The letter at offset {offset} holds no original: {letter.detail}.")
        sys.stdout.buffer.write(letter.value)
        return
    for name in letter.__struct_fields__:
        if name not in ("schema", "key", "value") and getattr(letter, name) is not None:
            click.echo(f"{name:12} {escaped(getattr(letter, name))}")
    if letter.key is not None:
        click.echo(f"{'key':12} {escaped(letter.key)}")
    click.echo(f"{'value':12} {len(letter.value or b''):,} bytes")
    if letter.value is not None:
        click.echo(f"\n{_readable(letter.value)}")


async def collect(
    kafka: str, topic: str, reason: str | None = None, stage: str | None = None, limit: int = 0
) -> Letters:
    """Read the topic of dead letters, with a progress bar on standard error.

    Raises:
        BrokerUnavailable: Kafka does not answer in time.
        SetupError: there is no such topic.
    """
    letters = Letters(deque(maxlen=limit))
    reader = LogReader(kafka, timeout_seconds=_SECONDS)
    first, end = await reader.bounds(topic, 0)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Reading dead letters", total=end - first)
        async for record in reader.read(topic, 0, first, end):
            progress.advance(task)
            letter = None
            with contextlib.suppress(RecordError):
                letter = codec.decode(DeadLetter, record.value)
            if letter is None:
                if reason is None and stage is None:
                    letters.unreadable += 1
            elif reason in (None, letter.reason) and stage in (None, letter.stage):
                letters.kinds[letter.topic, letter.partition, letter.offset] = (str(letter.reason), letter.stage)
                letters.newest.append((record.offset, letter))
            else:
                letters.others.add((letter.topic, letter.partition, letter.offset))
    return letters


async def _value(kafka: str, topic: str, offset: int) -> bytes | None:
    reader = LogReader(kafka, timeout_seconds=_SECONDS)
    first, end = await reader.bounds(topic, 0)
    if not first <= offset < end:
        held = f"it has {first} to {end - 1}" if first < end else "it has none"
        raise RequestError(f"There is no dead letter at offset {offset}: {held}. See: isnad dead list")
    values = [record.value async for record in reader.read(topic, 0, offset, offset + 1)]
    return values[0] if values else None


def _as_data(letters: Letters) -> dict[str, object]:
    newest = [
        {"letter": offset, **{name: getattr(letter, name) for name in letter.__struct_fields__ if name != "value"}}
        for offset, letter in letters.newest
    ]
    return {
        "total": letters.total,
        "by_reason": dict(letters.by_reason.most_common()),
        "by_stage": dict(letters.by_stage.most_common()),
        "newest": newest,
    }


def print_letters(letters: Letters, asked: str, console: Console) -> None:
    """Print the counts, and of each of the newest letters a line for the eye and one with what happened.

    Args:
        letters: what was found.
        asked: the reason and the stage that were asked for, in words; nothing for all letters.
        console: where to.
    """
    if not letters.total:
        others = len(letters.others)
        what = "dead letter has" if others == 1 else "dead letters has"
        console.print(f"None of the {others:,} {what} {asked}." if others else "No dead letters.")
        return
    for reason, number in letters.by_reason.most_common():
        console.print(f"{number:8,}  {reason}")
    console.print(f"{letters.total:8,}  in all")
    if not letters.newest:
        return
    stages = max(len("stage"), *(len(letter.stage) for _, letter in letters.newest))
    console.print(Text(f"\n  letter  died at              {'stage':{stages}}  reason", style="bold"))
    for offset, letter in letters.newest:
        died_at = letter.died_at.strftime("%Y-%m-%d %H:%M:%S")
        record = f"{letter.topic}/{letter.partition}@{letter.offset}"
        console.print(Text(f"{offset:8}  {died_at}  {escaped(letter.stage):{stages}}  {letter.reason}"))
        # Foreign texts, as long as they like.
        console.print(Padding(Text(escaped(f"{record}: {letter.detail}"), style="dim"), (0, 0, 0, 10)))


def _readable(value: bytes) -> str:
    """Return the original for reading: JSON with indents, other text and bytes as they are, with escapes."""
    with contextlib.suppress(msgspec.DecodeError, UnicodeError, RecursionError):
        value = msgspec.json.format(value)
    return "\n".join(escaped(line) for line in value.decode("utf-8", "backslashreplace").splitlines())

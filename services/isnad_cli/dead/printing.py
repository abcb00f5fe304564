"""Dead letters for the eye and for programs."""

import contextlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from isnad.messages import DeadLetter, Resolution
from isnad.terminal import escaped
from isnad_cli.dead.letters import Dead, Letters

_ORIGINAL = frozenset({"key", "value", "headers"})


def as_data(letters: Letters, newest: Sequence[Dead]) -> dict[str, object]:
    """Return the counts, and the newest letters without their originals."""
    return {
        "total": letters.total,
        "by_reason": dict(letters.by_reason.most_common()),
        "by_stage": dict(letters.by_stage.most_common()),
        "by_source": dict(letters.by_source.most_common()),
        "by_state": dict(letters.states.most_common()),
        "newest": [
            {"letter": one.offset, "state": one.state, "source": one.source, **_fields(one.letter)}
            | {"resolution": one.resolution}
            for one in newest
        ],
    }


def _fields(letter: DeadLetter) -> dict[str, Any]:
    return {name: getattr(letter, name) for name in letter.__struct_fields__ if name not in _ORIGINAL}


def print_letters(letters: Letters, newest: Sequence[Dead], asked: str, console: Console) -> None:
    """Print the counts, and of each of the newest letters a line for the eye and one with what happened.

    Args:
        letters: what was found.
        newest: those to show.
        asked: what was asked for, in words; nothing for all letters.
        console: where to.
    """
    if not letters.total:
        console.print(Text(nothing(letters, asked)), soft_wrap=True)
        return
    for name, counts in (("reason", letters.by_reason), ("stage", letters.by_stage), ("source", letters.by_source)):
        if len(counts) > 1 or name == "reason":
            console.print(Text(f"{'':8}  {name}", style="dim"))
            _print_counts(counts, console)
    console.print(f"{letters.total:8,}  in all{_resolved(letters)}")
    if not newest:
        return
    stages = max(len("stage"), *(len(one.letter.stage) for one in newest))
    console.print(Text(f"\n  letter  died at              {'stage':{stages}}  reason", style="bold"))
    for one in newest:
        letter = one.letter
        died_at = letter.died_at.strftime("%Y-%m-%d %H:%M:%S")
        record = f"{letter.topic}/{letter.partition}@{letter.offset}"
        console.print(Text(f"{one.offset:8}  {died_at}  {escaped(letter.stage):{stages}}  {letter.reason}"))
        # Foreign texts, as long as they like.
        said = f"{record}: {letter.detail}{_history(one)}"
        console.print(Padding(Text(escaped(said), style="dim"), (0, 0, 0, 10)))


def nothing(letters: Letters, asked: str) -> str:
    """Return the sentence that there is no such letter, and how many there are that were not asked for."""
    resolved = sum(letters.states.values()) - len(letters.found)
    if resolved:
        of_them = f" with {asked}" if asked else ""
        return f"No open dead letters{of_them}; {resolved:,} were replayed or dropped, which --all shows."
    if letters.others:
        what = "dead letter has" if letters.others == 1 else "dead letters has"
        return f"None of the {letters.others:,} {what} {asked}."
    return "No dead letters."


def print_what_would_be_done(letters: Letters, console: Console) -> None:
    """Print how many letters of which reason, and to which topics their originals belong."""
    _print_counts(letters.by_reason, console)
    _print_counts(letters.by_topic, console)


def show_letter(letter: DeadLetter, source: str | None, decision: Resolution | None) -> None:
    """Print all of a letter, what a person has decided about it, and the original for reading."""
    value = letter.value
    for name, content in {**_fields(letter), "source": source, "key": letter.key}.items():
        if name not in ("schema", "resolution") and content is not None:
            click.echo(f"{name:12} {escaped(content)}")
    for name, content in letter.headers:
        click.echo(f"{'header':12} {escaped(name)}: {escaped(content)}")
    if decision is not None:
        note = f": {escaped(decision.note)}" if decision.note else ""
        click.echo(f"{'resolution':12} {decision.action} {decision.at:%Y-%m-%d %H:%M:%S}{note}")
    click.echo(f"{'value':12} {len(value or b''):,} bytes")
    if value is not None:
        click.echo(f"\n{_readable(value)}")


def _print_counts(counts: Counter[str], console: Console) -> None:
    for name, number in counts.most_common():
        console.print(Text(f"{number:8,}  {escaped(name)}"))


def _resolved(letters: Letters) -> str:
    resolved = sum(letters.states.values()) - len(letters.found)
    return f"; {resolved:,} more were replayed or dropped (--all)" if resolved else ""


def _history(one: Dead) -> str:
    said = f"; died {one.letter.deaths} times" if one.letter.deaths > 1 else ""
    if one.resolution is not None:
        said += f"; {one.resolution.action} {one.resolution.at:%Y-%m-%d %H:%M:%S}"
        said += f" ({one.resolution.note})" if one.resolution.note else ""
    return said


def _readable(value: bytes) -> str:
    """Return the original for reading: JSON with indents, other text and bytes as they are, with escapes."""
    with contextlib.suppress(msgspec.DecodeError, UnicodeError, RecursionError):
        value = msgspec.json.format(value)
    return "\n".join(escaped(line) for line in value.decode("utf-8", "backslashreplace").splitlines())

"""Which dead letters are meant: the options that the commands share, and whether a letter fits (pure)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce, wraps
from typing import Any, TypeVar

import click

from isnad.clock import SystemClock, in_utc
from isnad.messages import DeadLetter, Reason
from isnad_cli.ages import ago
from isnad_cli.replay.stages import STAGES

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was asked for; None and nothing leave everything."""

    reason: str | None = None
    stage: str | None = None
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    offsets: tuple[range, ...] = ()

    def fits(self, letter: DeadLetter, source: str | None) -> bool:
        """Return whether a letter is meant, its offset apart."""
        return (
            self.reason in (None, letter.reason)
            and self.stage in (None, letter.stage)
            and self.source in (None, source)
            and (self.since is None or in_utc(letter.died_at) >= self.since)
            and (self.until is None or in_utc(letter.died_at) < self.until)
        )

    def has(self, offset: int) -> bool:
        """Return whether a letter at this offset is meant, if it fits."""
        return not self.offsets or any(offset in one for one in self.offsets)

    @property
    def everything(self) -> bool:
        """Whether nothing was asked for in particular."""
        return self == Choice()

    def __str__(self) -> str:
        """Return it in words, as `the stage index and the reason no_text`; nothing for everything."""
        said = [f"the {name} {value}" for name in ("reason", "stage", "source") if (value := getattr(self, name))]
        said += [f"{word} {at:%Y-%m-%d %H:%M:%S} UTC" for word, at in _named(since=self.since, until=self.until)]
        if self.offsets:
            said.append("one of these offsets")
        return " and ".join(said)


def _named(**moments: datetime | None) -> list[tuple[str, datetime]]:
    return [(name, in_utc(at)) for name, at in moments.items() if at is not None]


class Offset(click.ParamType):
    """The place of a letter in its topic."""

    name = "offset"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        text = str(value)
        if not (text.isascii() and text.isdecimal()):
            self.fail(f"{text!r} is no number; take the one in front of a letter in: isnad dead list", param, ctx)
        return int(text)


class Offsets(Offset):
    """One letter, or those from one to another one."""

    name = "offset[-offset]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return the range."""
        first, dash, last = str(value).partition("-")
        start = super().convert(first, param, ctx)
        return range(start, (super().convert(last, param, ctx) if dash else start) + 1)


class Moment(click.ParamType):
    """A time, or how long ago."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the time, aware."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        if then := ago(text, SystemClock().now()):
            return then
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(
                f"{text!r} is no time; write 2026-01-31T08:00:00Z, 2026-01-31, or 2h for two hours ago", param, ctx
            )
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_OPTIONS = (
    click.option("--reason", type=click.Choice([str(reason) for reason in Reason]), help="Only with this reason."),
    click.option("--stage", type=click.Choice(STAGES), help="Only from this stage."),
    click.option("--source", help="Only of this outlet, where the original says from which it is."),
    click.option("--since", type=Moment(), help="Only those that died since then: RFC 3339, or 2h for two hours ago."),
    click.option("--until", type=Moment(), help="Only those that died before then."),
)


def choice_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--reason`, `--stage`, `--source`, `--since`, `--until` and any offsets, passed on as `choice: Choice`."""

    @wraps(command)
    def chosen(
        *,
        reason: str | None,
        stage: str | None,
        source: str | None,
        since: datetime | None,
        until: datetime | None,
        offsets: tuple[range, ...] = (),
        **others: object,
    ) -> None:
        choice = Choice(reason=reason, stage=stage, source=source, since=since, until=until, offsets=offsets)
        command(choice=choice, **others)

    return reduce(lambda done, option: option(done), reversed(_OPTIONS), chosen)


def offsets_argument(command: F) -> F:
    """The letters by their offsets, passed on as `offsets: tuple[range, ...]`."""
    return click.argument("offsets", type=Offsets(), nargs=-1, metavar="[OFFSET|OFFSET-OFFSET]...")(command)

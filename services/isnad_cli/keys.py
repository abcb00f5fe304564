"""`isnad keys`: makes, lists and revokes the API's keys."""

import datetime as dt
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from isnad import keys as keyfile
from isnad.clock import SystemClock
from isnad.errors import RequestError
from isnad.keys import FILE_NAME, SCOPES, Key, Scope
from isnad.options import home_option
from isnad.terminal import escaped

_LONGEST_NAME = 100
_DAYS = re.compile(r"(?P<days>[1-9][0-9]{0,4})d", re.ASCII)


def _file_options(command: Callable[..., Any]) -> Callable[..., Any]:
    def in_home(context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path:
        return value or Path(context.params["home"]) / FILE_NAME

    option = click.option(
        "--keys-file",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="ISNAD_KEYS_FILE",
        show_envvar=True,
        callback=in_home,
        show_default="keys.json in the home",
        help="File with the keys.",
    )
    return home_option(option(command))


@click.group(epilog="Example: isnad keys create newsroom --scope read")
def keys() -> None:
    """Make, list and revoke keys for the API.

    The API takes up every change within a second. A key is sent as `Authorization: Bearer isnad_…`; commands such as
    `isnad search` take it from ISNAD_API_KEY, or from the file that ISNAD_API_KEY_FILE names.
    """


@keys.command(epilog="Example: isnad keys create newsroom --scope read --scope ingest --expires 365d > key.txt")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(SCOPES),
    help="What it may do: ingest pushes articles, read searches, admin takes articles down and does the other two. "
    "May be repeated.",
)
@click.option("--expires", metavar="WHEN", help="Until when: 90d from now, or a day (2027-01-31, its end in UTC).")
@_file_options
def create(*, name: str, scopes: tuple[Scope, ...], expires: str | None, keys_file: Path, home: object) -> None:  # noqa: ARG001  read by --keys-file
    """Make a key and print it, this once: only its hash is kept.

    NAME says who has it, for `isnad keys list`.
    """
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise RequestError(f"A key's name has 1 to {_LONGEST_NAME} characters.")
    try:
        name.encode()
    except UnicodeEncodeError as exc:  # the shell passes on whatever is typed
        shown = name.encode(errors="backslashreplace").decode()
        raise RequestError(f"{shown!r} is not UTF-8. Write it so that it is.") from exc
    if sys.stdout is None:
        raise RequestError("Standard output is closed, so nobody would get the key. Run the command without >&-.")
    now = SystemClock().now()
    expires_at = _moment(expires, now) if expires else None
    wanted: list[Scope] = [scope for scope in SCOPES if scope in scopes]
    with keyfile.changing(keys_file) as known:
        key, written = keyfile.make(name.strip(), wanted, now, expires_at=expires_at, known=known)
        known[key.id] = key
    try:
        _hand_out(key, written)
    except BaseException:
        # Nobody has it: a full disk, a pipe that nobody reads.
        with keyfile.changing(keys_file) as known:
            known.pop(key.id, None)
        raise


def _hand_out(key: Key, written: str) -> None:
    expires_at = key.expires_at
    until = f" until {_day(expires_at)}" if expires_at else ""
    # Beside the output, which holds nothing but the key.
    click.echo(
        f"Key {key.id} for {escaped(key.name)} ({', '.join(key.scopes)}){until}. It is shown only now:", err=True
    )
    click.echo(written)
    sys.stdout.flush()


@keys.command("list", epilog="Example: isnad keys list --all")
@click.option("--all", "every", is_flag=True, help="Also the revoked and the expired ones.")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON, without their hashes.")
@_file_options
def list_(*, every: bool, as_json: bool, keys_file: Path, home: object) -> None:  # noqa: ARG001  read by --keys-file
    """List the keys, oldest first; the key itself is nowhere kept.

    When a key was last used is among the API's metrics: isnad_api_key_used_timestamp_seconds.
    """
    now = SystemClock().now()
    known = keyfile.read(keys_file)
    shown = sorted((key for key in known.values() if every or key.usable(now)), key=lambda key: key.created_at)
    if as_json:
        told = [
            {name: getattr(key, name) for name in key.__struct_fields__ if name != "sha256"}
            | {"usable": key.usable(now)}
            for key in shown
        ]
        click.echo(msgspec.json.encode(told))
        return
    if not shown:
        others = f" There are {len(known):,} revoked or expired ones: --all" if known else ""
        click.echo(f"No keys in {keys_file}.{others}", err=True)
        return
    table = Table("id", "name", "scopes", "created", "expires", "state", box=None, pad_edge=False, header_style="bold")
    for key in shown:
        cells = (key.id, key.name, ", ".join(key.scopes), _day(key.created_at), _day(key.expires_at), _state(key, now))
        table.add_row(*(Text(escaped(cell)) for cell in cells))
    Console(highlight=False).print(table)


@keys.command(epilog="Example: isnad keys revoke 1a2b3c4d")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@_file_options
def revoke(*, ids: tuple[str, ...], keys_file: Path, home: object) -> None:  # noqa: ARG001  read by --keys-file
    """Let keys be refused from now on, by the ids that `isnad keys list` shows."""
    now = SystemClock().now()
    with keyfile.changing(keys_file) as known:
        unknown = [escaped(id_) for id_ in ids if id_ not in known]
        if unknown:
            raise RequestError(
                f"No key has the id {', '.join(unknown)}; nothing was revoked. See: isnad keys list --all"
            )
        for id_ in ids:
            if known[id_].revoked_at is None:
                known[id_] = msgspec.structs.replace(known[id_], revoked_at=now)
    for id_ in ids:
        click.echo(f"Key {id_} ({escaped(known[id_].name)}) is revoked.")


def _moment(text: str, now: dt.datetime) -> dt.datetime:
    days = _DAYS.fullmatch(text)
    if days:
        return now + dt.timedelta(days=int(days["days"]))
    try:
        end = dt.datetime.combine(dt.date.fromisoformat(text), dt.time.max, dt.UTC)
    except ValueError:
        end = None
    if end is None or end <= now:
        raise RequestError(
            f"--expires {escaped(text)}: write a number of days, as 90d, or a day to come, as 2027-01-31."
        )
    return end


def _day(moment: dt.datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "never"


def _state(key: Key, now: dt.datetime) -> str:
    if key.revoked_at is not None:
        return f"revoked {_day(key.revoked_at)}"
    return "in use" if key.usable(now) else "expired"

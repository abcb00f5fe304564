"""`isnad delete` and `isnad restore`: take articles down for good, and let them come again."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from isnad.clock import SystemClock, in_utc
from isnad.entry import check_takedown
from isnad.errors import IsnadError, RecordError, RequestError, SearchUnavailable
from isnad.options import api_option, home_option
from isnad.terminal import escaped
from isnad_cli import asking

_LOOK_SECONDS = 0.5
_SHOWN = 20

_ids_argument = click.argument("ids", nargs=-1, required=True, metavar="ID…")
_reason_option = click.option("--reason", default="", help="Why, for those who ask later; it is kept for good.")
_wait_option = click.option("--no-wait", is_flag=True, help="Don't wait until it is done.")
_timeout_option = click.option(
    "--timeout", type=click.FloatRange(min=0), default=120.0, show_default=True, help="Wait at most so many seconds."
)


class _Article(msgspec.Struct):
    id: str
    source: str
    title: str


class _Standing(msgspec.Struct):
    """What the API says of an id."""

    taken_down: bool
    articles: tuple[_Article, ...]
    at: datetime | None = None


class _Accepted(msgspec.Struct):
    at: datetime


@click.command(
    epilog="Exit status: 0 done, 2 a mistake in the call, 1 anything else; with --timeout too short, it goes on all "
    "the same."
)
@_ids_argument
@_reason_option
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--dry-run", is_flag=True, help="Only show what would go.")
@click.option("--undo", is_flag=True, help="Take takedowns back, as `isnad restore` does.")
@_wait_option
@_timeout_option
@api_option
@home_option
def delete(
    *,
    ids: Sequence[str],
    reason: str,
    yes: bool,
    dry_run: bool,
    undo: bool,
    no_wait: bool,
    timeout: float,
    api: str,
    home: object,  # noqa: ARG001  read by --api
) -> None:
    """Take articles down: out of searches, stories, and the comparison with later articles.

    They stay out, however often they are sent, until `isnad restore` takes that back. ID is an article's, or a page's,
    which takes all articles of the page with it; `isnad search` shows ids. It goes through the chain like an article,
    so it takes as long as what was sent before. An id that nobody has yet is kept out from the start.

    What Kafka holds of the text stays there for as long as its topics are kept; docs/takedown.md says what to do about
    that.

    \b
    Examples:
      isnad delete alwatan:0a1b2c3d4e5f60718293 --reason "the publisher asked for it"
      isnad delete 'seeds:b5fb90445fa006d44e3d#2' --dry-run
      isnad delete alwatan:77 --undo
    """  # noqa: D301  click's mark for lines to be kept as they are
    asked = _checked(ids, reason)
    if undo:
        _restore(api, asked, reason, None if no_wait else timeout, dry_run=dry_run)
        return
    console = Console(highlight=False)
    articles = {article.id: article for id_ in asked for article in _standing(api, id_).articles}
    for article in list(articles.values())[:_SHOWN]:
        line = f"  {article.id}  {article.source}: {article.title}"
        console.print(escaped(line), markup=False, soft_wrap=True)
    if len(articles) > _SHOWN:
        console.print(f"  … and {len(articles) - _SHOWN:,} more")
    what = _counted(len(articles), "article")
    if dry_run:
        click.echo(f"{what} would go now, and all that comes of {_counted(len(asked), 'id')}.")
        return
    if not yes:
        click.confirm(f"Take down {what}, and keep out what comes of {_counted(len(asked), 'id')}?", abort=True)
    _carry_out(api, [_Order(id_, "/v1/articles", reason) for id_ in asked], None if no_wait else timeout)
    click.echo(f"{_counted(len(asked), 'id')} taken down{' soon' if no_wait else ''}.")


@click.command(epilog="Exit status: 0 done, 2 a mistake in the call, 1 anything else.")
@_ids_argument
@_reason_option
@_wait_option
@_timeout_option
@api_option
@home_option
def restore(
    *,
    ids: Sequence[str],
    reason: str,
    no_wait: bool,
    timeout: float,
    api: str,
    home: object,  # noqa: ARG001  read by --api
) -> None:
    """Take takedowns back: articles of these ids may come again.

    An article is there again when it is sent again: feed its file once more. Of a page that was taken down, no article
    can be let in alone; of an article that was taken down by itself and with its page, both have to be taken back.
    A takedown that is still on its way is taken back too, but not waited for.

    \b
    Example:
      isnad restore alwatan:0a1b2c3d4e5f60718293
    """  # noqa: D301  click's mark for lines to be kept as they are
    _restore(api, _checked(ids, reason), reason, None if no_wait else timeout, dry_run=False)


def _checked(ids: Sequence[str], reason: str) -> list[str]:
    """Return each id once; what the chain would refuse is refused before anything is asked or sent."""
    asked = list(dict.fromkeys(ids))
    for text in (*asked, reason):
        asking.quoted(text)
    for id_ in asked:
        try:
            check_takedown(id_, reason)
        except RecordError as exc:
            raise RequestError(f"'{escaped(id_)}' can't be taken down or back: {exc.detail}.") from exc
    return asked


@dataclass(frozen=True)
class _Order:
    """What is asked of the API, about one id."""

    id: str
    address: str
    reason: str
    is_waited_for: bool = True


def _restore(api: str, ids: Sequence[str], reason: str, timeout: float | None, *, dry_run: bool) -> None:
    down = {id_ for id_ in ids if _standing(api, id_).taken_down}
    for id_ in ids:
        if id_ not in down:
            then = "" if dry_run else " If a takedown of it is still on its way, that is taken back too."
            click.echo(f"{escaped(id_)} is not taken down.{then}", err=True)
    if dry_run:
        click.echo(f"{_counted(len(down), 'takedown')} would be taken back.")
        return
    # Sent for all: a takedown that stands before it in the log is not seen yet. Waited for only where one is seen: of
    # the others nothing may ever be shown, since there was nothing to be taken back.
    orders = [_Order(id_, "/v1/takedowns", reason, is_waited_for=id_ in down) for id_ in ids]
    _carry_out(api, orders, timeout)
    if down:
        done = f"{_counted(len(down), 'takedown')} taken back{' soon' if timeout is None else ''}."
        click.echo(f"{done} The articles are there again when they are sent again.")


def _carry_out(api: str, orders: Sequence[_Order], timeout: float | None) -> None:
    """Ask for all of it, then wait until Elasticsearch shows it; `timeout` None for not waiting."""
    waiting: dict[str, tuple[_Order, datetime]] = {}
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Sending", total=len(orders))
        for order in orders:
            asked = [("reason", order.reason)] if order.reason else []
            answer = asking.delete(api, f"{order.address}/{asking.quoted(order.id)}", asked)
            at = _read(answer, _Accepted, api).at
            if order.is_waited_for:
                waiting[order.id] = order, at
            bar.advance(task)
        if timeout is None or not waiting:
            return
        total = len(waiting)
        clock = SystemClock()
        until = clock.monotonic() + timeout
        bar.reset(task, description="Waiting for the chain", total=total)
        while True:
            done = [id_ for id_, (order, at) in waiting.items() if _is_done(api, order, at)]
            for id_ in done:
                del waiting[id_]
            bar.advance(task, len(done))
            if not waiting:
                return
            if clock.monotonic() >= until:
                raise SearchUnavailable(
                    f"After {timeout:g} seconds, {_counted(len(waiting), 'id')} of {total:,} still waits behind "
                    "what was sent before. It is done when that is: see `isnad status`, and look again with --dry-run."
                )
            time.sleep(_LOOK_SECONDS)


def _is_done(api: str, order: _Order, at: datetime) -> bool:
    try:
        standing = _standing(api, order.id)
    except SearchUnavailable:
        return False
    if standing.at is None or in_utc(standing.at) < at:
        return False
    return order.address == "/v1/takedowns" or not standing.articles


def _standing(api: str, id_: str) -> _Standing:
    return _read(asking.get(api, f"/v1/takedowns/{asking.quoted(id_)}", [], {}, scope="admin"), _Standing, api)


S = TypeVar("S", bound=msgspec.Struct)


def _read(answer: bytes, kind: type[S], api: str) -> S:
    try:
        return msgspec.json.decode(answer, type=kind)
    except msgspec.DecodeError as exc:
        error: IsnadError = asking.another(api)
        raise error from exc


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"

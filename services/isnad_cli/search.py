"""`isnad search`: asks the API and shows its answer on the terminal."""

from datetime import datetime
from urllib.parse import urlencode

import click
import httpx
import msgspec
from rich.console import Console

from isnad.errors import IsnadError, RequestError, SearchUnavailable, SetupError
from isnad.options import api_option, home_option
from isnad_cli.found import Found, show

_SECONDS = 30.0


class _Problem(msgspec.Struct):
    """An error of the API (RFC 9457)."""

    detail: str = ""


@click.command(epilog='Example: isnad search "سوريا -روسيا" --entity أمريكا --from 2018-02-01')
@click.argument("words", nargs=-1)
@click.option("--outlet", multiple=True, help="Only this outlet; may be repeated: any of them.")
@click.option(
    "--entity", multiple=True, help="Only where this is named (سوريا, LOC:سوريا); may be repeated: all of them."
)
@click.option("--day", multiple=True, type=click.DateTime(["%Y-%m-%d"]), help="Only this day (UTC); may be repeated.")
@click.option("--from", "since", metavar="DATE", help="Published then or later: 2018-02-01, or a time (RFC 3339).")
@click.option("--to", "until", metavar="DATE", help="Published then or earlier; a date means the whole day.")
@click.option("--language", multiple=True, help="Only this language: ar, fa, en …")
@click.option("--sort", type=click.Choice(["relevance", "newest", "oldest"]), help="By default relevance.")
@click.option("--size", type=click.IntRange(1, 100), default=10, show_default=True, help="Stories to show.")
@click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="Which page of them.")
@click.option("--json", "as_json", is_flag=True, help="Print the API's answer as it is.")
@home_option
@api_option
def search(  # one argument for each option
    words: tuple[str, ...],
    outlet: tuple[str, ...],
    entity: tuple[str, ...],
    day: tuple[datetime, ...],
    since: str | None,
    until: str | None,
    language: tuple[str, ...],
    sort: str | None,
    size: int,
    page: int,
    *,
    as_json: bool,
    home: object,  # noqa: ARG001  read by --api
    api: str,
) -> None:
    """Search the articles, in Arabic and in any spelling.

    All WORDS must stand in the article. «…» or quotes within quotes ask for words in a row, -word for articles without
    it (write -- before the words then), a | b for either. Without words the newest stories are shown.

    The text is right to left; a terminal that does not know how to write so shows the letters in the wrong order.
    There, --json helps.
    """
    asked = [("q", " ".join(words)), ("size", str(size)), ("page", str(page))]
    asked += [(name, one) for name, given in (("outlet", outlet), ("entity", entity)) for one in given]
    asked += [("day", one.date().isoformat()) for one in day]
    asked += [("language", one) for one in language]
    asked += [(name, one) for name, one in (("from", since), ("to", until), ("sort", sort)) if one]
    answer = _get(api, asked)
    if as_json:
        click.echo(answer.decode())
        return
    console = Console(highlight=False)
    try:
        found = msgspec.json.decode(answer, type=Found)
    except msgspec.DecodeError as exc:
        raise _another(api) from exc
    for line in show(found, console.width, plain=not console.is_terminal or console.no_color):
        console.print(line, soft_wrap=True)


def _get(api: str, asked: list[tuple[str, str]]) -> bytes:
    try:
        address = f"{api.rstrip('/')}/v1/search?{urlencode(asked)}"
        # The API is ours, mostly on this machine: no proxy of the environment stands in between.
        answer = httpx.get(address, timeout=_SECONDS, trust_env=False)
    except (httpx.TransportError, httpx.InvalidURL) as exc:
        raise SetupError(
            f"isnad's API at {api} does not answer ({exc}). Start it with `isnad up`, or say where it is: --api URL"
        ) from exc
    if answer.is_success:
        return answer.content
    raise _error(answer, api)


def _error(answer: httpx.Response, api: str) -> IsnadError:
    try:
        detail = msgspec.json.decode(answer.content, type=_Problem).detail
    except msgspec.DecodeError:
        return _another(api)
    if answer.is_client_error:
        return RequestError(detail)
    return SearchUnavailable(detail or f"isnad's API at {api} failed ({answer.status_code}).")


def _another(api: str) -> SetupError:
    return SetupError(f"What answers at {api} is not isnad's API. Say where it is: --api URL")

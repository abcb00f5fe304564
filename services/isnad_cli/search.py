"""`isnad search`: asks the API and shows its answer on the terminal."""

from datetime import datetime

import click
import msgspec
from rich.console import Console

from isnad.options import api_option, home_option
from isnad_cli import asking
from isnad_cli.found import Found, show

_NAMES = {"q": "WORDS"}
"""Parameters of the API that are no option of the command."""


class _Command(click.Command):
    """Tells who leaves a word out (-روسيا) from who mistypes an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = next((one for one in args if one.startswith("-") and not one[1:2].isascii()), "")
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as exc:
            if not first:
                raise
            raise click.UsageError(
                f"{first} reads like an option. To leave out a word, write the options first, then --, then the "
                f"words: isnad search -- {first}",
                ctx,
            ) from exc


@click.command(cls=_Command, epilog='Example: isnad search "سوريا -روسيا" --entity أمريكا --from 2018-02-01')
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
    answer = asking.get(api, "/v1/search", asked, _NAMES)
    if as_json:
        click.echo(answer.decode())
        return
    console = Console(highlight=False)
    try:
        found = msgspec.json.decode(answer, type=Found)
    except msgspec.DecodeError as exc:
        raise asking.another(api) from exc
    for line in show(found, console.width, plain=not console.is_terminal or console.no_color):
        console.print(line, soft_wrap=True)

"""`isnad explain`: shows why two articles are linked, or not: the words that stand in both."""

from collections.abc import Callable
from pathlib import Path

import click
import msgspec
from rich.console import Console

from isnad.errors import RequestError
from isnad.options import NamedPath, api_if_asked_option, home_option
from isnad_cli.compared import Compared, show

_NAMES = {"id": "ID1", "other": "ID2"}
"""Parameters of the API that are no option of the command."""


@click.command(
    epilog="Exit status: 0 done, 2 an article is not there or the call is not as it must be, 1 anything else."
)
@click.argument("id_", metavar="ID1")
@click.argument("other", metavar="ID2")
@click.option(
    "--input",
    "sources",
    multiple=True,
    metavar="FILE",
    type=NamedPath(),
    help="Compare two articles of files, as `isnad dedup` takes them, and ask no API.",
)
@click.option("--skip-bad", is_flag=True, help="With --input: leave out lines or rows that are no articles.")
@click.option("--whole", is_flag=True, help="Show the whole texts, and not only what is around the shared stretches.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as the API tells it.")
@home_option
@api_if_asked_option
def explain(
    id_: str,
    other: str,
    sources: tuple[Path, ...],
    *,
    skip_bad: bool,
    whole: bool,
    as_json: bool,
    home: object,  # noqa: ARG001  read by --api
    api: Callable[[], str],
) -> None:
    """Show which words two articles share, and how much of each that is, whether dedup linked them or not.

    What stands in both is marked in both texts, each in its own spelling. The shares are over distinct shingles (five
    words in a row, normalised) of the bodies, the titles apart; they are counted anew, on the texts as they are now.

    The text is right to left; a terminal that does not know how to write so shows the letters in the wrong order.
    There, --json helps.

    \b
    Examples:
      isnad explain alwatan:77 alalam-news:0a1b2c3d4e5f60718293
      isnad explain --input articles.jsonl 77 1042 --whole
    """  # noqa: D301  click's mark for lines to be kept as they are
    if id_ == other:
        raise RequestError("An article shares all with itself: name two articles.")
    if skip_bad and not sources:
        raise RequestError("--skip-bad is about files. Add: --input FILE")
    if sources:
        # Only here: it loads more than a question to the API needs.
        from isnad_cli.comparing_files import compared_in

        compared = compared_in(sources, id_, other, skip_bad=skip_bad)
        if as_json:
            click.echo(msgspec.json.encode(compared))
            return
    else:
        from isnad_cli import asking

        address = api()
        answer = asking.get(address, "/v1/comparison", [("id", id_), ("other", other), ("text", "true")], _NAMES)
        if as_json:
            click.echo(answer)
            return
        try:
            compared = msgspec.json.decode(answer, type=Compared)
        except msgspec.DecodeError as exc:
            raise asking.another(address) from exc
    console = Console(highlight=False)
    plain = not console.is_terminal or console.no_color
    for line in show(compared, console.width, plain=plain, whole=whole):
        console.print(line, soft_wrap=True)

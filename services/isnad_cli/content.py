"""`isnad content`: counts and hashes what stands in Elasticsearch, to compare before and after."""

import asyncio
import contextlib
import os
from pathlib import Path

import click
import msgspec

from isnad import addresses, settings
from isnad.content import Content, Counting
from isnad.errors import SetupError
from isnad.offline import Bar
from isnad.options import home_option
from isnad.search_index import SearchIndex


@click.command(
    epilog="Exit status: 0 counted, and no id stands twice; 1 an id stands twice, or Elasticsearch does not answer."
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")
@home_option
def content(*, as_json: bool, home: Path) -> None:
    """Count and hash the articles and the stories that searches find.

    Equal counts and hashes mean equal documents, whatever indexes they stand in. Where in the log an article comes from
    is left out, so a replay, or articles that come a second time, change nothing. It reads all documents, as they stand
    at one moment, in little memory. Where Elasticsearch is, is told by the environment, as to the services.

    \b
    Example:
      isnad content --json
    """  # noqa: D301  click's mark for lines to be kept as they are
    from isnad_index.app import connect
    from isnad_index.settings import IndexSettings

    environ = dict(os.environ)  # noqa: TID251  as the service whose documents it reads
    environ.setdefault("ISNAD_ELASTICSEARCH", addresses.load(home).elasticsearch)
    told = settings.load(IndexSettings, environ)

    async def read() -> dict[str, Content]:
        async with connect(told) as index:
            families = (("articles", told.indexes.articles), ("stories", told.indexes.stories))
            return {name: await content_of(index, family) for name, family in families}

    found = asyncio.run(read())
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        for name, one in found.items():
            click.echo(f"{one.documents:>12,} {name:9} {one.hash}")
    doubled = {name: one.doubled for name, one in found.items() if one.doubled}
    if doubled:
        what = " and ".join(f"{number:,} {name}" for name, number in doubled.items())
        raise SetupError(
            f"{what} stand twice. Where a month has just been corrected, it lasts for moments: look again. Else make "
            "the indexes anew: isnad replay index --rebuild"
        )


async def content_of(index: SearchIndex, family: str) -> Content:
    """Return what the documents come to that an index, or an alias, holds.

    Raises:
        SearchUnavailable: Elasticsearch does not answer.
    """
    await index.refresh(family)
    counting = Counting()
    async with contextlib.aclosing(index.everything(family)) as pages:
        with Bar(None, "documents") as bar:
            read = 0
            async for page in pages:
                counting.add(page)
                read += len(page)
                bar.show(read, read)
    return counting.content()

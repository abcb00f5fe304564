"""What `isnad demo` shows at the end: the stories, who and what is named, and where to go on (rendering only)."""

from collections.abc import Iterable, Mapping

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from isnad_cli.bidi import clip, isolate
from isnad_cli.demo.measuring import Indexed, Measured, Named

_ENTITIES_SHOWN = 12
_KINDS = {"PER": "person", "LOC": "place", "ORG": "organisation", "MISC": "other"}
_RELATIONS = {
    "original": "",
    "copy": "copy",
    "partial": "partly reused",
    "revision": "new version",
}


def stories(measured: Measured, width: int) -> RenderableType:
    """Return the stories, each with its articles and how much they share with the one that opened it."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="dim")
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    title_cells = max(20, min(72, width - 50))
    for number, members in enumerate(measured.stories.values(), 1):
        for place, article in enumerate(members):
            title = clip(article.title or "(no title)", title_cells - 3 * (place > 0))
            table.add_row(
                str(number) if place == 0 else "",
                Text(title, "bold") if place == 0 else Text(f"└─ {title}"),
                Text(shared(article, members), "green"),
            )
    counts = measured.counts()
    heading = f"{counts['stories']} stories in {counts['articles']} articles"
    return _section(heading, table)


def shared(article: Indexed, members: Iterable[Indexed]) -> str:
    """Say how much of an article's text stands in another of its story, empty where it is the first."""
    others = {member.id for member in members}
    links = [link for link in article.links if link.id in others]
    if not links:
        return _RELATIONS[article.relation]
    best = max(links, key=lambda link: link.contained)
    return (
        f"{_RELATIONS[article.relation] or article.relation}: {best.contained:.0%} of it stands there, "
        f"{best.contains:.0%} of that here"
    )


def entities(named: list[Named]) -> RenderableType:
    """Return the entities that the most articles name."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="dim")
    table.add_column(style="bold")
    table.add_column(style="cyan")
    for entity in named[:_ENTITIES_SHOWN]:
        table.add_row(f"{entity.articles}×", isolate(entity.name), _KINDS[entity.type])
    return _section(f"Most named, of {len(named)} people, places and organisations", table)


def ways_on(addresses: Mapping[str, str]) -> RenderableType:
    """Return where to go on: what it is, and the address or the command."""
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(style="cyan", overflow="fold")
    for what, address in addresses.items():
        table.add_row(what, address)
    return _section("Go on with", table)


def _section(heading: str, content: RenderableType) -> RenderableType:
    return Group(Text(heading, "bold underline"), Padding(content, (0, 0, 1, 2)))

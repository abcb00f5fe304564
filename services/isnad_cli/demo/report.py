"""What `isnad demo` shows at the end: the stories, who and what is named, and where to go on (rendering only)."""

from collections.abc import Iterable, Mapping

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from isnad_cli.bidi import FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE, clip, harmless_in_place, isolate
from isnad_cli.demo.measuring import Indexed, Measured, Named
from isnad_cli.demo.sample import Found, Highlight

_ENTITIES_SHOWN = 12
_KINDS = {"PER": "person", "LOC": "place", "ORG": "organisation", "MISC": "other"}
_NO_TITLE = "(no title)"
_RELATIONS = {
    "original": "original",
    "copy": "copy",
    "partial": "partly reused",
    "revision": "new version",
}


def outcome(files: int, counts: Mapping[str, int], seconds: float) -> RenderableType:
    """Return the counts in a sentence."""
    return Text.assemble(
        (f"{files} files → {_many(counts['articles'], 'article')} → {_many(counts['stories'], 'story')}", "bold"),
        f" in {seconds:.0f} s, the start included: {counts['indexed']} indexed, {counts['dead']} dead.\n",
    )


def stories(measured: Measured, width: int) -> RenderableType:
    """Return the stories, each with its articles and how much they share with one that arrived before."""
    lines: list[Text] = []
    for number, members in enumerate(measured.stories.values(), 1):
        lines.append(Text.assemble((f"{number:>2}  ", "dim"), (clip(members[0].title or _NO_TITLE, width - 8), "bold")))
        for article in members[1:]:
            lines.append(Text(f"    └─ {clip(article.title or _NO_TITLE, width - 11)}"))
            lines.append(Text(f"       {shared(article, members)}", "green"))
    return _section("The stories, and what was reused", Group(*lines))


def shared(article: Indexed, members: Iterable[Indexed]) -> str:
    """Say how much of an article's wording stands in another of its story, and of the other's in it.

    Both the relation and the order in which the articles are shown are those of arrival.
    """
    others = {member.id: member for member in members}
    links = [link for link in article.links if link.id in others]
    if not links:
        return _RELATIONS[article.relation]
    best = max(links, key=lambda link: link.contained)
    return (
        f"{_RELATIONS[article.relation]}: shares {best.contained:.0%} of its wording with "
        f"{isolate(others[best.id].source)}, and has {best.contains:.0%} of that one's"
    )


def entities(named: list[Named]) -> RenderableType:
    """Return the entities that the most articles name."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="dim")
    table.add_column(style="bold")
    table.add_column(style="cyan")
    for entity in named[:_ENTITIES_SHOWN]:
        # As a string it would be read as markup, links included.
        table.add_row(f"{entity.articles}×", Text(isolate(entity.name)), _KINDS[entity.type])
    return _section(f"Most named, of {len(named)} people, places and organisations", table)


def search(found: Found, width: int) -> RenderableType:
    """Return the first stories of a search, each with a sentence in which it fits."""
    lines: list[Text] = []
    for story in found.hits:
        best = story.hits[0]
        lines.append(Text(clip(best.title or _NO_TITLE, width - 4), "bold"))
        lines += [_marked(one, width - 6) for one in best.highlights if one.field == "body"][:1]
    return _section(f"A search for {isolate(found.q)} finds {_many(found.stories, 'story')}", Group(*lines))


def _marked(highlight: Highlight, cells: int) -> Text:
    """The piece around its first mark, cut to one line, the words of the search emphasised."""
    first = highlight.marks[0][0] if highlight.marks else 0
    start = max(0, min(first - cells // 3, len(highlight.text) - cells))
    end = start + cells - 2
    before, after = "…" * (start > 0), "…" * (end < len(highlight.text))
    line = Text(before + harmless_in_place(highlight.text[start:end]) + after)
    for begin, stop in highlight.marks:
        if begin >= start and stop <= end:
            line.stylize("bold yellow", begin - start + len(before), stop - start + len(before))
    return Text.assemble("  ", FIRST_STRONG_ISOLATE, line, POP_DIRECTIONAL_ISOLATE)


def ways_on(addresses: Mapping[str, str]) -> RenderableType:
    """Return where to go on: what it is, and the address or the command."""
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(style="cyan", overflow="fold")
    for what, address in addresses.items():
        table.add_row(what, address)
    return _section("Go on with", table)


def _many(number: int, what: str) -> str:
    return f"{number:,} {what if number == 1 else what.removesuffix('y') + 'ies' if what.endswith('y') else what + 's'}"


def _section(heading: str, content: RenderableType) -> RenderableType:
    return Group(Text(heading, "bold underline"), Padding(content, (0, 0, 1, 2)))

"""What a search found, as lines for the terminal (pure)."""

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from isnad_cli.bidi import FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE, clip, isolate

_BODY_LINES = 3
_FACET_SHOWN = 6
_NO_TITLE = "(no title)"
_MARK = "bold yellow"
_STEERING = (
    {ord("\n"): " ", ord("\t"): " "} | dict.fromkeys(range(0x202A, 0x202F)) | dict.fromkeys(range(0x2066, 0x206A))
)
"""Line ends, and the marks that open and close another direction."""


class Highlight(msgspec.Struct, frozen=True):
    """A piece of a field; `marks` are the places of the searched words in it, in code points."""

    field: str
    text: str
    marks: tuple[tuple[int, int], ...]


class Share(msgspec.Struct, frozen=True):
    """How much of an article's wording stands in an earlier one, 0 to 1."""

    contained: float


class Article(msgspec.Struct, frozen=True):
    """An article that fits."""

    source: str
    title: str
    published_at: datetime
    relation: str
    share: Share | None = None
    highlights: tuple[Highlight, ...] = ()


class Story(msgspec.Struct, frozen=True):
    """A story of which an article fits."""

    title: str
    articles: int
    outlets: dict[str, int]
    first_published_at: datetime
    matching: int
    hits: tuple[Article, ...]


class Count(msgspec.Struct, frozen=True):
    """A value and how many articles have it."""

    articles: int
    value: str = ""
    name: str = ""
    day: str = ""


class Facets(msgspec.Struct, frozen=True):
    """What there is among all that fits."""

    outlets: tuple[Count, ...] = ()
    entities: tuple[Count, ...] = ()
    days: tuple[Count, ...] = ()


class Found(msgspec.Struct, frozen=True):
    """The API's answer; the fields that are shown."""

    page: int
    size: int
    stories: int
    articles: int
    hits: tuple[Story, ...]
    facets: Facets


def show(found: Found, width: int, *, plain: bool) -> Iterator[Text]:
    """Return the lines.

    Args:
        found: the answer.
        width: cells in a line.
        plain: put the searched words in brackets, where a style can't be seen.
    """
    if not found.hits:
        more = " on this page" if found.stories else ""
        yield Text(f"Nothing was found{more}.")
        return
    yield Text(f"{_many(found.stories, 'story')}, {_many(found.articles, 'article')}", "dim")
    first = (found.page - 1) * found.size + 1
    for number, story in enumerate(found.hits, first):
        yield Text()
        yield from _story(number, story, width, plain=plain)
    yield Text()
    yield from _facets(found.facets, width)
    last = first + len(found.hits) - 1
    if last < found.stories:
        yield Text(f"\n{first} to {last} of {found.stories}; go on with --page {found.page + 1}", "dim")


def _story(number: int, story: Story, width: int, *, plain: bool) -> Iterator[Text]:
    best = story.hits[0]
    yield Text.assemble((f"{number:>3}  ", "dim"), (clip(_harmless(story.title) or _NO_TITLE, width - 5), "bold"))
    outlets = ", ".join(
        isolate(_harmless(name)) + (f" ×{count}" if count > 1 else "")
        for name, count in sorted(story.outlets.items(), key=lambda one: -one[1])
    )
    when = f"{story.first_published_at:%Y-%m-%d}"
    counted = f" · {story.matching} of {story.articles} articles fit" if story.articles > 1 else ""
    yield Text.assemble("     ", (outlets, "cyan"), (f" · {when}{counted}", "dim"))
    bodies = [one for one in best.highlights if one.field == "body"]
    for highlight in [one for one in bodies if one.marks][:1] or bodies[:1]:
        yield from _marked(highlight, width - 7, plain=plain)
    for article in story.hits[1:]:
        share = f", {article.share.contained:.0%} of it from an earlier one" if article.share else ""
        about = f"{isolate(_harmless(article.source))} ({article.relation}{share}): "
        room = max(10, width - 10 - cell_len(about))
        yield Text.assemble(("     └─ ", "dim"), (about, "dim"), clip(_harmless(article.title) or _NO_TITLE, room))


def _marked(highlight: Highlight, width: int, *, plain: bool) -> Iterator[Text]:
    """A piece of text in lines, each isolated, so that right-to-left writing stays within its line."""
    line = Text()
    rest = 0
    for start, end in highlight.marks:
        word = _harmless(highlight.text[start:end])
        line.append(_harmless(highlight.text[rest:start])).append(f"[{word}]" if plain else word, _MARK)
        rest = end
    line.append(_harmless(highlight.text[rest:]))
    wrapped = line.wrap(Console(width=width), max(20, width))
    for n, part in enumerate(wrapped[:_BODY_LINES]):
        part.rstrip()
        cut = "…" if n == _BODY_LINES - 1 and len(wrapped) > _BODY_LINES else ""
        yield Text.assemble("       ", FIRST_STRONG_ISOLATE, part, cut, POP_DIRECTIONAL_ISOLATE)


def _facets(facets: Facets, width: int) -> Iterator[Text]:
    rows: tuple[tuple[str, Iterable[tuple[str, int]]], ...] = (
        ("outlets", ((one.value, one.articles) for one in facets.outlets)),
        ("named", ((one.name, one.articles) for one in facets.entities)),
        ("days", ((one.day, one.articles) for one in facets.days)),
    )
    for label, counts in rows:
        line = Text(f"{label:>8}  ", "dim")
        label_cells = line.cell_len
        for value, count in list(counts)[:_FACET_SHOWN]:
            part = f"{clip(_harmless(value), 30)} {count}   "
            if line.cell_len + cell_len(part) > width:
                break
            line.append(part)
        if line.cell_len > label_cells:
            yield line


def _harmless(text: str) -> str:
    """Leave out what would steer the terminal: control characters and foreign direction marks."""
    return "".join(one for one in text.translate(_STEERING) if unicodedata.category(one) != "Cc")


def _many(number: int, what: str) -> str:
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number:,} {what if number == 1 else plural}"

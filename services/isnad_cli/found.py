"""What a search found, as lines for the terminal (pure)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from isnad_cli.bidi import FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE, clip, harmless, isolate

_BODY_LINES = 3
_FACET_SHOWN = 6
_NO_TITLE = "(no title)"
_NAME_CELLS = 40
_RELATIONS = {"copy": "copy: ", "partial": "partly reused: ", "revision": "new version: "}
MARK = "bold yellow"
"""The style of words that are looked for."""


class Highlight(msgspec.Struct, frozen=True):
    """A piece of a field; `marks` are the places of the searched words in it, in code points."""

    field: str
    text: str
    marks: tuple[tuple[int, int], ...]


class Share(msgspec.Struct, frozen=True):
    """How much of an article's wording stands in another, and of the other's in it, 0 to 1."""

    id: str
    contained: float
    contains: float


class Article(msgspec.Struct, frozen=True):
    """An article that fits; of the origin of a story that does not fit itself only the first fields are known."""

    id: str
    source: str
    title: str
    published_at: datetime
    url: str | None = None
    dated: bool = True
    """False: `published_at` is when it arrived."""
    relation: str = ""
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
    origin: Article | None = None


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


class Meant(msgspec.Struct, frozen=True):
    """What an entity of the filters was taken for."""

    asked: str
    ids: tuple[str, ...]
    others: tuple[str, ...]
    """Ids of the same name, where nothing is known by what was asked."""


class Found(msgspec.Struct, frozen=True):
    """The API's answer; the fields that are shown."""

    page: int
    size: int
    stories: int
    articles: int
    hits: tuple[Story, ...]
    facets: Facets
    meant: tuple[Meant, ...] = ()


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
        for one in found.meant if not found.stories else ():
            if not one.ids:
                others = f" Of the same name: {', '.join(map(isolate, one.others))}." if one.others else ""
                yield Text(f"No article names {isolate(one.asked)}.{others}")
        return
    yield Text(f"{many(found.stories, 'story')}, {many(found.articles, 'article')}", "dim")
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
    fitting = {one.id: one for one in story.hits}
    head = fitting.get(story.origin.id, story.origin) if story.origin else best
    title = _title(head, width - 5, plain=plain)
    title.stylize_before("bold")
    yield Text.assemble((f"{number:>3}  ", "dim"), title)
    outlets = ", ".join(
        isolate(harmless(name)) + (f" ×{count}" if count > 1 else "")
        for name, count in sorted(story.outlets.items(), key=lambda one: -one[1])
    )
    counted = f" · {story.matching} of {story.articles} articles fit" if story.articles > 1 else ""
    yield Text.assemble("     ", (outlets, "cyan"), (f" · {when(head.published_at, dated=head.dated)}{counted}", "dim"))
    yield Text.assemble("     ", (address(head.url or head.id), "dim"))
    bodies = [one for one in best.highlights if one.field == "body"]
    for highlight in [one for one in bodies if one.marks][:1] or bodies[:1]:
        if best.id != head.id:
            yield Text.assemble("       ", ("in ", "dim"), (_name(best, beside=head), "dim"), (":", "dim"))
        yield from _marked(highlight, width - 7, plain=plain)
    known = {head.id: head, **fitting}
    for article in story.hits:
        if article.id != head.id:
            yield from _member(article, known, story.hits, width, plain=plain)
    if more := story.matching - len(story.hits):
        yield Text(f"     … and {many(more, 'more article')} that fit", "dim")


def _member(
    article: Article, known: Mapping[str, Article], others: Iterable[Article], width: int, *, plain: bool
) -> Iterator[Text]:
    about = f"{isolate(harmless(article.source))}: "
    title = _title(article, max(10, width - 10 - cell_len(about)), plain=plain)
    yield Text.assemble(("     └─ ", "dim"), (about, "cyan"), title)
    facts = [
        fact for fact in (when(article.published_at, dated=article.dated), _shared(article, known, others)) if fact
    ]
    yield Text(f"        {' · '.join(facts)}", "dim")
    yield Text(f"        {address(article.url or article.id)}", "dim")


def _shared(article: Article, known: Mapping[str, Article], others: Iterable[Article]) -> str:
    """Say what it shares, and the relation unless the other is younger: relations go by the order of arrival."""
    if article.share is None:
        back = [one for one in others if one.share and one.share.id == article.id]
        later = max(back, key=lambda one: one.share.contains if one.share else 0, default=None)
        if later is None or later.share is None:
            return ""
        return f"shares {later.share.contains:.0%} of its wording with {_name(later, beside=article)}"
    other = known.get(article.share.id)
    name = _name(other, beside=article) if other else isolate(harmless(article.share.id))
    relation = _RELATIONS.get(article.relation, "") if other and other.published_at <= article.published_at else ""
    return f"{relation}shares {article.share.contained:.0%} of its wording with {name}"


def _name(article: Article, *, beside: Article) -> str:
    """The outlet, or the title where both are the same outlet's."""
    if article.source != beside.source:
        return isolate(harmless(article.source))
    return clip(harmless(article.title) or article.id, _NAME_CELLS)


def when(published_at: datetime, *, dated: bool) -> str:
    """Return the day; of an article that is not dated it is the day of its arrival."""
    return f"{'' if dated else 'arrived '}{published_at:%Y-%m-%d}"


def address(where: str) -> str:
    """Return a url or an id. Plain letters stay without marks, which a terminal would take for a part of the link."""
    shown = harmless(where)
    return shown if shown.isascii() else isolate(shown)


def _title(article: Article, cells: int, *, plain: bool) -> Text:
    """The title on one line, isolated, its searched words marked where it fits the search."""
    marked = [one for one in article.highlights if one.field == "title"]
    line = _line(marked[0], plain=plain) if marked else Text(harmless(article.title) or _NO_TITLE)
    line.truncate(cells, overflow="ellipsis")
    return Text.assemble(FIRST_STRONG_ISOLATE, line, POP_DIRECTIONAL_ISOLATE)


def _line(highlight: Highlight, *, plain: bool) -> Text:
    line = Text()
    rest = 0
    for start, end in highlight.marks:
        word = harmless(highlight.text[start:end])
        line.append(harmless(highlight.text[rest:start])).append(f"[{word}]" if plain else word, MARK)
        rest = end
    return line.append(harmless(highlight.text[rest:]))


def _marked(highlight: Highlight, width: int, *, plain: bool) -> Iterator[Text]:
    """A piece of text in lines, each isolated, so that right-to-left writing stays within its line."""
    wrapped = _line(highlight, plain=plain).wrap(Console(width=width), max(20, width))
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
            part = f"{clip(harmless(value), 30)} {count}   "
            if line.cell_len + cell_len(part) > width:
                break
            line.append(part)
        if line.cell_len > label_cells:
            yield line


def many(number: int, what: str) -> str:
    """Return a number of things, of one or of several."""
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number:,} {what if number == 1 else plural}"

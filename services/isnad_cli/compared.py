"""Two articles side by side, as lines for the terminal (pure)."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from rich.console import Console
from rich.text import Text

from isnad.similarity.comparison import LEAST_SHARE
from isnad.text.words import words
from isnad_cli.bidi import FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE, clip, harmless, isolate
from isnad_cli.found import MARK, address, many, when

CONTEXT_WORDS = 8
"""Words shown before and after what is shared."""

_INDENT = "   "
_WRITTEN = re.compile(r"\S+")


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two; the fields, here as below, are those of the API's answer."""

    id: str
    source: str
    title: str
    url: str | None
    published_at: datetime | None
    dated: bool
    """False: `published_at` is when it arrived; None where nobody knows, in a file."""
    story_id: str | None
    """None, as `relation`: no verdict is known."""
    relation: str | None
    shingles: int
    body: str


class Passage(msgspec.Struct, frozen=True):
    """A stretch of a body, in code points."""

    start: int
    end: int
    text: str


class Stretch(msgspec.Struct, frozen=True):
    """The same words in both bodies."""

    words: int
    here: Passage
    there: Passage


class Numbers(msgspec.Struct, frozen=True):
    """Shares of distinct five-word shingles, 0 to 1, from the side of the first article."""

    jaccard: float
    contained: float
    contains: float
    shared: int


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What `GET /v1/comparison` answers."""

    article: Article
    other: Article
    same_story: bool | None
    linked_by: str | None
    stated: Numbers | None
    now: Numbers
    changed: bool
    stretches: tuple[Stretch, ...]


def show(compared: Compared, width: int, *, plain: bool, whole: bool) -> Iterator[Text]:
    """Return the lines.

    Args:
        compared: the two articles.
        width: cells in a line.
        plain: put what is shared in brackets, where a style can't be seen.
        whole: show the bodies from the first to the last word, and not only what is around the shared stretches.
    """
    article, other = compared.article, compared.other
    for number, one in enumerate((article, other), 1):
        yield from _head(number, one, width)
    yield Text()
    yield from map(Text, _findings(compared))
    if not compared.stretches:
        return
    sides = ([one.here for one in compared.stretches], [one.there for one in compared.stretches])
    for number, (one, passages) in enumerate(zip((article, other), sides, strict=True), 1):
        yield Text()
        yield Text.assemble((f"{number}  ", "dim"), (isolate(harmless(one.source)), "cyan"), (":", "dim"))
        spans = _joined((passage.start, passage.end) for passage in passages)
        yield from _body(one.body, spans, width - len(_INDENT), plain=plain, whole=whole)


def _head(number: int, one: Article, width: int) -> Iterator[Text]:
    yield Text.assemble((f"{number}  ", "dim"), (clip(harmless(one.title) or "(no title)", width - 4), "bold"))
    facts = [when(one.published_at, dated=one.dated)] if one.published_at else []
    facts += [many(one.shingles, "shingle"), *([one.relation] if one.relation else [])]
    yield Text.assemble(_INDENT, (isolate(harmless(one.source)), "cyan"), (f" · {' · '.join(facts)}", "dim"))
    yield Text.assemble(_INDENT, (address(one.url or one.id), "dim"))


def _findings(compared: Compared) -> Iterator[str]:
    now = compared.now
    longest = f"; the longest stretch has {many(compared.stretches[0].words, 'word')}" if compared.stretches else ""
    yield f"{many(now.shared, 'shingle')} shared{longest}"
    if not now.shared and now.contained:
        yield "Both are the same words, too few for a shingle (five words)."
    yield f"{_percent(now.contained)} of 1 stands in 2, {_percent(now.contains)} of 2 in 1 (jaccard {now.jaccard:.2f})"
    yield _link(compared)
    if compared.changed and compared.stated is not None:
        yield (
            "One of the texts was changed after the verdict, which states "
            f"{_percent(compared.stated.contained)} and {_percent(compared.stated.contains)}."
        )


def _link(compared: Compared) -> str:
    """Whether there is a link, and why not."""
    least = f"{LEAST_SHARE:.0%}"
    enough = max(compared.now.contained, compared.now.contains) >= LEAST_SHARE
    story = "in the same story" if compared.same_story else "in different stories"
    if compared.same_story is not None and compared.linked_by is not None:
        first, second = (1, 2) if compared.linked_by == "article" else (2, 1)
        return f"Linked, {story}: the verdict on {first} names {second}."
    if enough and not compared.now.shared and words(compared.article.title) != words(compared.other.title):
        return "No link: bodies of fewer than five words are linked only under titles of the same words."
    if compared.same_story is None:
        return f"{'Enough' if enough else 'Too little'} for a link, which begins at {least}."
    if not enough:
        return f"Not linked, {story}: links begin at {least}."
    return (
        f"Not linked, {story}, although links begin at {least}: when one of them came, the other had another text or "
        "was out of the window, or what they share stands in very many articles, or by chance too little of it is in "
        "the sketch by which a long one is found."
    )


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what the spans cover, in order and apart from each other."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _body(body: str, spans: list[tuple[int, int]], width: int, *, plain: bool, whole: bool) -> Iterator[Text]:
    """The body in lines, what is shared marked; of a long piece that is not, only what stands beside the marks."""
    block = Text()
    rest = 0
    for start, end in [*spans, (len(body), len(body))]:
        between = body[rest:start]
        words = list(_WRITTEN.finditer(between))
        before, after = (CONTEXT_WORDS if rest else 0), (CONTEXT_WORDS if start < len(body) else 0)
        left_out = len(words) - before - after
        if whole or left_out <= CONTEXT_WORDS:
            block.append(_clean(between))
        else:
            block.append(_clean(between[: words[before].start()]))
            yield from _lines(block, width)
            yield Text(f"{_INDENT}… {many(left_out, 'word')} …", "dim")
            block = Text(_clean(between[words[-after].start() :]) if after else "")
        if shared := _clean(body[start:end]):
            block.append(f"[{shared}]" if plain else shared, MARK)
        rest = end
    yield from _lines(block, width)


def _lines(block: Text, width: int) -> Iterator[Text]:
    """The block in lines, each isolated, so that right-to-left writing stays within its line."""
    for line in block.wrap(Console(width=width), max(20, width)):
        line.rstrip()
        if line.plain.strip():
            yield Text.assemble(_INDENT, FIRST_STRONG_ISOLATE, line, POP_DIRECTIONAL_ISOLATE)


def _clean(text: str) -> str:
    """The text with its paragraphs, harmless to the terminal."""
    return "\n".join(harmless(line) for line in text.split("\n"))


def _percent(share: float) -> str:
    # With a decimal: 29.7% is too little for a link, and «30%» would not say why.
    return f"{share:.1%}"

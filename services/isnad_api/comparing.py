"""Why articles are linked: from their documents to the evidence (pure)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from isnad.messages import Span
from isnad.similarity.comparison import Comparison, compare, shingle_count
from isnad_api.answers import dated
from isnad_api.link_models import (
    ComparedArticle,
    ComparisonAnswer,
    Link,
    LinkedArticle,
    LinksAnswer,
    Numbers,
    Passage,
    Stretch,
)
from isnad_api.queries import Json

MOST_COMPARED = 2_000_000
"""Characters of bodies that an answer about many links compares, which takes some seconds at most."""

_TOLERANCE = 0.0005
"""Shares that differ by less are told alike: half of a tenth of a percent."""


def by_id(answer: Json) -> dict[str, Json]:
    """Return the documents by id; of one that stands in two months for a moment the last, which is the newest."""
    return {hit["_source"]["id"]: hit["_source"] for hit in answer["hits"]["hits"]}


def linked_ids(article: Json, page: int, size: int) -> list[str]:
    """Return the ids of one page of an article's own links."""
    return [link["id"] for link in _own_links(article, page, size)]


def links_answer(
    article: Json, earlier: Mapping[str, Json], later: Json, *, page: int, size: int, text: bool
) -> LinksAnswer:
    """Return one page of an article's links, in both directions.

    Args:
        article: the article's document.
        earlier: the documents of the page's `linked_ids`, as far as they are there.
        later: what answers `queries.linking_to`.
        page: from 1.
        size: links per page, in each direction.
        text: with the body, and what the stretches say.
    """
    links = _Links(article, text=text)
    return LinksAnswer(
        article=_compared(article, shingle_count(article["body"]), text=text),
        page=page,
        size=size,
        earlier_total=len(article.get("links", [])),
        earlier=[
            links.link(link["id"], link["story_id"], Numbers.model_validate(link), earlier.get(link["id"]))
            for link in _own_links(article, page, size)
        ],
        later_total=later["hits"]["total"]["value"],
        later=[
            links.link(other["id"], other["story_id"], stated, other)
            for other in by_id(later).values()
            if (stated := _turned(_stated(other, article))) is not None
        ],
    )


def comparison_answer(article: Json, other: Json, *, text: bool) -> ComparisonAnswer:
    """Return two articles side by side; `text` adds the bodies, and what the stretches say."""
    found = compare(article["body"], other["body"])
    linked_by, stated = _verdict(article, other)
    now = _numbers(found)
    return ComparisonAnswer(
        article=_compared(article, found.size, text=text),
        other=_compared(other, found.other_size, text=text),
        same_story=article["story_id"] == other["story_id"],
        linked_by=linked_by,
        stated=stated,
        now=now,
        changed=_differ(stated, now),
        stretches=_stretches(found, article, other, text=text),
    )


class _Links:
    """The links of one article, compared as long as there is not too much to compare."""

    def __init__(self, article: Json, *, text: bool) -> None:
        self._article = article
        self._text = text
        self._left = MOST_COMPARED

    def link(self, id_: str, story_id: str, stated: Numbers, other: Json | None) -> Link:
        """Return a link; `other` is the other article's document, if it is there."""
        now, stretches = None, []
        if other is not None and self._take(len(self._article["body"]) + len(other["body"])):
            found = compare(self._article["body"], other["body"])
            now, stretches = _numbers(found), _stretches(found, self._article, other, text=self._text)
        return Link(
            id=id_,
            article=None if other is None else LinkedArticle.model_validate(dated(other)),
            same_story=story_id == self._article["story_id"],
            stated=stated,
            now=now,
            changed=_differ(stated, now),
            stretches=stretches,
        )

    def _take(self, characters: int) -> bool:
        if characters > self._left:
            return False
        self._left -= characters
        return True


def _own_links(article: Json, page: int, size: int) -> list[Json]:
    links: list[Json] = article.get("links", [])
    return links[(page - 1) * size : page * size]


def _stated(judge: Json, other: Json) -> Numbers | None:
    """What an article's verdict says about another, from its own side."""
    return next((Numbers.model_validate(link) for link in judge.get("links", []) if link["id"] == other["id"]), None)


def _turned(numbers: Numbers | None) -> Numbers | None:
    """The same, from the other's side."""
    if numbers is None:
        return None
    return numbers.model_copy(update={"contained": numbers.contains, "contains": numbers.contained})


def _verdict(article: Json, other: Json) -> tuple[Literal["article", "other"] | None, Numbers | None]:
    """Whose verdict names the other of the two, and what it says from the first one's side.

    Both do where the one that came first was changed after the second had come; then the newer verdict counts.
    """
    ours, theirs = _stated(article, other), _turned(_stated(other, article))
    if ours is not None and (theirs is None or _judged_at(article) >= _judged_at(other)):
        return "article", ours
    return (None, None) if theirs is None else ("other", theirs)


def _judged_at(article: Json) -> datetime:
    return datetime.fromisoformat(article["log_appended_at"])


def _numbers(found: Comparison) -> Numbers:
    return Numbers(jaccard=found.jaccard, contained=found.contained, contains=found.contains, shared=found.shared)


def _differ(stated: Numbers | None, now: Numbers | None) -> bool:
    if stated is None or now is None:
        return False
    return max(abs(stated.contained - now.contained), abs(stated.contains - now.contains)) >= _TOLERANCE


def _compared(article: Json, shingles: int, *, text: bool) -> ComparedArticle:
    body = article["body"] if text else None
    return ComparedArticle.model_validate({**dated(article), "shingles": shingles, "body": body})


def _stretches(found: Comparison, article: Json, other: Json, *, text: bool) -> list[Stretch]:
    def passage(span: Span, body: str) -> Passage:
        return Passage(start=span.start, end=span.end, text=body[span.start : span.end] if text else None)

    return [
        Stretch(words=one.words, here=passage(one.here, article["body"]), there=passage(one.there, other["body"]))
        for one in found.stretches
    ]

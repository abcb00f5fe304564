"""From Elasticsearch's answers to the API's (pure)."""

import html
import re
from collections import Counter
from typing import Any, cast, get_args

from isnad.messages import EntityType
from isnad_api.models import (
    ArticleAnswer,
    ArticleHit,
    ArticleSummary,
    Count,
    DayCount,
    EntitiesAnswer,
    EntityCount,
    Facets,
    Highlight,
    SearchAnswer,
    Share,
    StoryAnswer,
    StoryHit,
)
from isnad_api.queries import MARK_END, MARK_START, Json, Sort

_MARKED = re.compile(f"{MARK_START}([^{MARK_END}]*){MARK_END}")
_MARKS = str.maketrans("", "", MARK_START + MARK_END)


def story_ids(answer: Json) -> list[str]:
    """Return the ids of the stories on the page."""
    return [_group(hit) for hit in answer["hits"]["hits"]]


def search_answer(answer: Json, stories: dict[str, Json], *, q: str, sort: Sort, page: int, size: int) -> SearchAnswer:
    """Return the page of stories; `stories` are the stories' documents by id, as far as they are there."""
    facets = answer.get("aggregations", {})
    return SearchAnswer(
        q=q,
        sort=sort,
        page=page,
        size=size,
        stories=facets.get("stories", {}).get("value", 0),
        articles=answer["hits"]["total"]["value"],
        hits=[_story_hit(hit, stories.get(_group(hit))) for hit in answer["hits"]["hits"]],
        facets=Facets(
            outlets=[Count(value=key, **counts) for key, counts in _buckets(facets, "outlets")],
            entities=_entities(facets),
            days=[DayCount.model_validate({"day": key, **counts}) for key, counts in _buckets(facets, "days")],
        ),
    )


def story_answer(story: Json, answer: Json, *, page: int, size: int) -> StoryAnswer:
    """Return a story with one page of its articles."""
    return StoryAnswer(
        id=story["id"],
        title=story["title"],
        origin=story["origin"],
        articles=story["articles"],
        outlets=story["articles_by_outlet"],
        first_published_at=story["first_published_at"],
        last_published_at=story["last_published_at"],
        page=page,
        size=size,
        members=[
            ArticleSummary.model_validate({**hit["_source"], "share": _share(hit["_source"], story["origin"]["id"])})
            for hit in answer["hits"]["hits"]
        ],
    )


def article_answer(answer: Json) -> ArticleAnswer | None:
    """Return the article, if there is one."""
    hits = answer["hits"]["hits"]
    return ArticleAnswer.model_validate(hits[0]["_source"]) if hits else None


def entities_answer(answer: Json) -> EntitiesAnswer:
    """Return the entities, most named first."""
    return EntitiesAnswer(entities=_entities(answer.get("aggregations", {})))


def highlight(field: str, marked: str) -> Highlight:
    """Return a piece of text with its marks taken out and told apart."""
    text, marks, escaped = "", [], ""
    rest = 0
    for match in _MARKED.finditer(marked):
        before = marked[rest : match.start()].translate(_MARKS)
        start = len(text) + len(before)
        text += before + match[1]
        marks.append((start, len(text)))
        escaped += f"{html.escape(before)}<em>{html.escape(match[1])}</em>"
        rest = match.end()
    after = marked[rest:].translate(_MARKS)
    return Highlight.model_validate(
        {"field": field, "text": text + after, "marks": marks, "html": escaped + html.escape(after)}
    )


def _group(hit: Json) -> str:
    return cast(str, hit["fields"]["story_id"][0])


def _story_hit(hit: Json, story: Json | None) -> StoryHit:
    inner = hit["inner_hits"]["articles"]["hits"]
    articles = [_article_hit(one) for one in inner["hits"]]
    if story is None:
        # The story's document comes through another topic and may be a moment behind.
        times = sorted(article.published_at for article in articles)
        story = {
            "title": articles[0].title,
            "origin": None,
            "articles": inner["total"]["value"],
            "articles_by_outlet": Counter(article.source for article in articles),
            "first_published_at": times[0],
            "last_published_at": times[-1],
        }
    return StoryHit(
        story_id=_group(hit),
        title=story["title"],
        origin=story["origin"],
        articles=story["articles"],
        outlets=story["articles_by_outlet"],
        first_published_at=story["first_published_at"],
        last_published_at=story["last_published_at"],
        matching=inner["total"]["value"],
        score=hit.get("_score"),
        hits=articles,
    )


def _article_hit(hit: Json) -> ArticleHit:
    found = hit.get("highlight", {})
    highlights = [highlight(field, marked) for field in ("title", "body") for marked in found.get(field, [])]
    return ArticleHit.model_validate({**hit["_source"], "share": _share(hit["_source"]), "highlights": highlights})


def _share(article: Json, origin_id: str = "") -> Share | None:
    """Its link to the story's origin, else the one that shares most, within the story."""
    links: list[dict[str, Any]] = [
        link
        for link in article.get("links", [])
        if link["story_id"] == article["story_id"] and link["id"] != article["id"]
    ]
    if not links:
        return None
    best = max(
        links, key=lambda link: (link["id"] == origin_id, max(link["contained"], link["contains"]), link["jaccard"])
    )
    return Share.model_validate(best)


def _buckets(facets: Json, name: str) -> list[tuple[str, dict[str, int]]]:
    return [
        (bucket["key"], {"articles": bucket["doc_count"], "stories": bucket["stories"]["value"]})
        for bucket in facets.get(name, {}).get("buckets", [])
    ]


def _entities(facets: Json) -> list[EntityCount]:
    counts = []
    for key, numbers in _buckets(facets, "entities"):
        type_, _, name = key.split("|", 2)
        if type_ in get_args(EntityType):
            counts.append(EntityCount.model_validate({"type": type_, "name": name, **numbers}))
    return counts

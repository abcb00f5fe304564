"""From Elasticsearch's answers to the API's (pure)."""

import html
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast, get_args

from isnad.identity import name_and_id
from isnad.messages import UNDATED_MARKS, EntityType
from isnad_api.models import (
    ArticleAnswer,
    ArticleHit,
    ArticleSummary,
    Count,
    DayCount,
    EntitiesAnswer,
    EntityCount,
    EntityView,
    Facets,
    Highlight,
    SearchAnswer,
    Share,
    StoryAnswer,
    StoryHit,
)
from isnad_api.queries import MARK_END, MARK_START, Json, Sort

LONGEST, LEAD = 240, 80
"""Characters of a piece of a body, and of those before its first mark."""
SHORTEST = 60
FRAGMENTS_SHOWN = 3

_MARKED = re.compile(f"{MARK_START}([^{MARK_END}]*){MARK_END}")
_MARKS = str.maketrans("", "", MARK_START + MARK_END)


def story_ids(answer: Json) -> list[str]:
    """Return the ids of the stories on the page."""
    return [_group(hit) for hit in answer["hits"]["hits"]]


def with_dated(stories: dict[str, Json], undated: Json) -> dict[str, Json]:
    """Return the stories' documents with `dated` in their origins; `undated` answers `queries.undated`."""
    arrivals = {hit["_source"]["id"] for hit in undated["hits"]["hits"]}
    return {
        id_: {**story, "origin": {**story["origin"], "dated": story["origin"]["id"] not in arrivals}}
        for id_, story in stories.items()
    }


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
            entities=_entities(facets, {}),
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
            ArticleSummary.model_validate(_summary(hit["_source"], story["origin"]["id"]))
            for hit in answer["hits"]["hits"]
        ],
    )


def article_answer(answer: Json) -> ArticleAnswer | None:
    """Return the article, if there is one."""
    hits = answer["hits"]["hits"]
    return ArticleAnswer.model_validate(hits[0]["_source"]) if hits else None


def entities_answer(answer: Json, names: Mapping[str, str] | None = None) -> EntitiesAnswer:
    """Return the entities among some articles, most named first; `names` are known canonical names by id."""
    return EntitiesAnswer(entities=[*_entities(answer.get("aggregations", {}), names or {})])


def names_by_id(answer: Json) -> dict[str, str]:
    """Return the canonical names of the entities that were found in their index."""
    return {hit["_source"]["id"]: hit["_source"]["canonical"] for hit in answer["hits"]["hits"]}


def known_entities_answer(answer: Json) -> EntitiesAnswer:
    """Return the entities among all articles, most named first."""
    return EntitiesAnswer(entities=[EntityView.model_validate(hit["_source"]) for hit in answer["hits"]["hits"]])


def highlight(field: str, marked: str) -> Highlight:
    """Return a piece of text with its marks taken out and told apart; of a long body, what is around the first."""
    text, marks = "", []
    rest = 0
    for match in _MARKED.finditer(marked):
        start = len(text) + len(before := marked[rest : match.start()].translate(_MARKS))
        text += before + match[1]
        marks.append((start, len(text)))
        rest = match.end()
    text += marked[rest:].translate(_MARKS)
    if field == "body":
        text, marks = _around(text, marks)
    return Highlight.model_validate({"field": field, "text": text, "marks": marks, "html": _html(text, marks)})


def highlights(found: dict[str, list[str]]) -> list[Highlight]:
    """Return the title and the best pieces of the body; those that say too little only where there is nothing else."""
    bodies = [highlight("body", marked) for marked in found.get("body", [])]
    telling = [one for one in bodies if len(one.text) >= SHORTEST] or bodies
    return [highlight("title", marked) for marked in found.get("title", [])] + telling[:FRAGMENTS_SHOWN]


def _around(text: str, marks: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """Cut at spaces to `LONGEST`, so that the first mark stays, with something before it."""
    if len(text) <= LONGEST:
        return text, marks
    first = marks[0] if marks else (0, 0)
    start = max(0, min(first[0] - LEAD, len(text) - LONGEST))
    if start:
        space = text.find(" ", start, first[0])
        start = space + 1 if space >= 0 else start
    end = min(len(text), max(start + LONGEST, first[1]))
    if end < len(text):
        space = text.rfind(" ", first[1], end)
        end = space if space >= 0 else end
    return text[start:end], [(a - start, b - start) for a, b in marks if b <= end]


def _html(text: str, marks: list[tuple[int, int]]) -> str:
    escaped, rest = "", 0
    for start, end in marks:
        escaped += f"{html.escape(text[rest:start])}<em>{html.escape(text[start:end])}</em>"
        rest = end
    return escaped + html.escape(text[rest:])


def _group(hit: Json) -> str:
    return cast(str, hit["fields"]["story_id"][0])


def _story_hit(hit: Json, story: Json | None) -> StoryHit:
    inner = hit["inner_hits"]["articles"]["hits"]
    origin_id = story["origin"]["id"] if story else ""
    articles = [_article_hit(one, origin_id) for one in inner["hits"]]
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


def _article_hit(hit: Json, origin_id: str) -> ArticleHit:
    pieces = highlights(hit.get("highlight", {}))
    return ArticleHit.model_validate({**_summary(hit["_source"], origin_id), "highlights": pieces})


def dated(article: Json) -> Json:
    """Return an article's document with `dated`: whether its time is the publisher's word."""
    return {**article, "dated": not UNDATED_MARKS & set(article.get("time_marks", []))}


def _summary(article: Json, origin_id: str) -> Json:
    return {**dated(article), "share": _share(article, origin_id)}


def _share(article: Json, origin_id: str) -> Share | None:
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


def _entities(facets: Json, known: Mapping[str, str]) -> list[EntityCount]:
    names = dict(known)
    for bucket in facets.get("entity_names", {}).get("buckets", []):
        name, id_ = name_and_id(bucket["key"])
        names.setdefault(id_, name)  # the most frequent first
    counts = []
    for id_, numbers in _buckets(facets, "entities"):
        type_, name = id_.split(":")[:2]
        if type_ in get_args(EntityType):
            called = names.get(id_, name.replace("_", " "))
            counts.append(EntityCount.model_validate({"type": type_, "name": called, "id": id_, **numbers}))
    return counts

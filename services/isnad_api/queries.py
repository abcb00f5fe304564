"""Searches in Elasticsearch's language (pure). Field names are those of the index templates."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from isnad.messages import UNDATED_MARKS, EntityType
from isnad.text.words import words
from isnad_api.clitics import bare
from isnad_api.meanings import parted
from isnad_api.questions import Question, Term

Json = dict[str, Any]
Sort = Literal["relevance", "newest", "oldest"]

ARTICLES_SHOWN = 5
"""Matching articles shown of each story."""
FRAGMENTS_ASKED = 5
"""Pieces of a body among which those to show are chosen."""
FACET_SIZE = 20
_NAMES_FOR_EACH = 3
"""So many names are asked for in place of each entity; most have one. Who stays without is named by the id."""
DAYS_SHOWN = 366
MOST_AMONG = 1_000
"""Entities, most named first, that are counted at most among filtered articles where a name is asked for."""

MARK_START, MARK_END = "\ue000", "\ue001"
"""Around what is highlighted: private characters, which a text of the press does not hold, and no HTML."""

_WEIGHTS = {
    "title": 6.0,
    "title.folded": 4.0,
    "title.stemmed": 3.0,
    "body": 2.0,
    "body.folded": 1.5,
    "body.stemmed": 1.0,
}
"""A hit counts most in the title and as it was typed; an entry's weight is its factor."""
_AS_SPELLED = ("title", "title.folded", "body", "body.folded")

_BARE_FIELDS = ("title.stemmed", "body.stemmed")
_BARE_BOOST = 0.2
"""For what a word is without its preposition: found too, after what has the word as it was typed."""

_LONGEST_HIGHLIGHTED = 200_000
"""Characters of a body in which hits are looked for."""

_HIT_FIELDS = [
    *("id", "source", "title", "url", "published_at", "time_marks", "language"),
    *("story_id", "relation", "links", "agencies"),
]

_COMPARED_FIELDS = [
    *("id", "source", "title", "url", "published_at", "time_marks"),
    *("story_id", "relation", "links", "log_appended_at", "body"),
]
"""What `comparing.py` needs of a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the articles must be; an empty one lets all through. Of several outlets, days or languages one must fit."""

    outlets: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    """`سوريا`, `LOC:سوريا`, or an entity's id; all of them must be named."""
    ids: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By each of `entities` the ids that are meant besides (`meanings.py`): the canonical name is looked for anyway."""
    days: tuple[date, ...] = ()
    languages: tuple[str, ...] = ()
    since: datetime | date | None = None
    until: datetime | date | None = None
    """Included; a date means the whole day (UTC)."""


def stories(question: Question, filters: Filters, sort: Sort, page: int, size: int) -> Json:
    """Return the search for stories: one hit for each, its best article first, with facets over all matching articles.

    Args:
        question: the words.
        filters: the rest.
        sort: by what the stories are ordered; a story stands where its foremost matching article does.
        page: from 1.
        size: stories per page.

    Raises:
        RequestError: an entity of a kind that there is not.
    """
    order = _order(sort)
    return {
        "query": _query(question, filters),
        "from": (page - 1) * size,
        "size": size,
        "track_total_hits": True,
        "timeout": "8s",
        "_source": False,
        "sort": order,
        "collapse": {
            "field": "story_id",
            "inner_hits": {
                "name": "articles",
                "size": ARTICLES_SHOWN,
                "sort": order,
                "_source": _HIT_FIELDS,
                "highlight": _highlight(),
            },
        },
        "aggs": {
            "stories": {"cardinality": {"field": "story_id", "precision_threshold": 10_000}},
            "outlets": _facet("source", FACET_SIZE),
            **_entity_facet(FACET_SIZE),
            "days": _facet("day", DAYS_SHOWN, newest_first=True),
        },
    }


def entities(type_: EntityType | None, filters: Filters, size: int, among: Collection[str] | None = None) -> Json:
    """Return the search for the entities of the articles that pass the filters, most named first.

    Args:
        type_: only these.
        filters: what the articles must be.
        size: so many.
        among: only these ids, one at least; None for all.
    """
    facet = _entity_facet(size)
    if among is not None:
        # How they are called is known already.
        facet = {"entities": facet["entities"]}
        facet["entities"]["terms"]["include"] = list(among)
    elif type_:
        facet["entities"]["terms"]["include"] = f"{type_}:.*"
        facet["entity_names"]["terms"]["include"] = f"{type_}\\|.*"
    return {"query": _query(Question(), filters), "size": 0, "timeout": "8s", "aggs": facet}


def known_entities(name: str, type_: EntityType | None, page: int, size: int) -> Json:
    """Return the search in the index of the entities: those with a spelling that goes on like this from any word.

    Of a name without a word, as «؟», nothing is found; a blank one asks for all.
    """
    wanted: list[Json] = [{"term": {"type": type_}}] if type_ else []
    typed = " ".join(words(name))
    if typed:
        wanted.append({"prefix": {"names": typed}})
    elif name.strip():
        wanted.append({"terms": {"names": []}})
    return {
        "query": {"bool": {"filter": wanted}},
        "from": (page - 1) * size,
        "size": size,
        "track_total_hits": True,
        "timeout": "8s",
        "sort": [{"articles": "desc"}, {"id": "asc"}],
    }


def entities_called(name: str, type_: EntityType | None) -> Json:
    """Return the search for ids and canonical names of the entities that `known_entities` finds, the first thousand."""
    return {**known_entities(name, type_, 1, MOST_AMONG), "_source": ["id", "canonical"]}


def article(id_: str) -> Json:
    """Return the search for one article by its id, in whichever month it stands."""
    return {"query": {"term": {"id": id_}}, "size": 1, "sort": [{"log_appended_at": "desc"}]}


def compared(ids: Collection[str]) -> Json:
    """Return the search for articles with their bodies; one that stands in two months for a moment, newest last."""
    return {
        "query": {"terms": {"id": list(ids)}},
        "size": 2 * len(ids),
        "_source": _COMPARED_FIELDS,
        "sort": [{"log_appended_at": "asc"}],
    }


def linking_to(id_: str, page: int, size: int) -> Json:
    """Return the search for the articles whose own links name this one, in the order of the log."""
    return {
        "query": {"term": {"linked_ids": id_}},
        "from": (page - 1) * size,
        "size": size,
        "track_total_hits": True,
        "timeout": "8s",
        "_source": _COMPARED_FIELDS,
        "sort": [{"log_appended_at": "asc"}, {"log_offset": "asc"}, {"id": "asc"}],
    }


def undated(ids: Collection[str]) -> Json:
    """Return the search for those of the articles whose `published_at` is the time of their arrival."""
    filters: list[Json] = [{"terms": {"id": list(ids)}}, {"terms": {"time_marks": sorted(UNDATED_MARKS)}}]
    return {"query": {"bool": {"filter": filters}}, "size": len(ids), "_source": ["id"]}


def members(story_id: str, page: int, size: int) -> Json:
    """Return the search for a story's articles, first published first."""
    return {
        "query": {"term": {"story_id": story_id}},
        "from": (page - 1) * size,
        "size": size,
        "track_total_hits": True,
        "timeout": "8s",
        "_source": _HIT_FIELDS,
        "sort": [{"published_at": "asc"}, {"id": "asc"}],
        "aggs": {"outlets": _facet("source", FACET_SIZE)},
    }


def _query(question: Question, filters: Filters) -> Json:
    must = [_any_of([clause for term in group for clause in _readings(term)]) for group in question.all_of]
    return {
        "bool": {
            "must": must or [{"match_all": {}}],
            "must_not": [_match(term) for term in question.none_of],
            "filter": _filters(filters),
        }
    }


def _any_of(clauses: list[Json]) -> Json:
    return clauses[0] if len(clauses) == 1 else {"bool": {"should": clauses, "minimum_should_match": 1}}


def _readings(term: Term) -> list[Json]:
    """The term as it was typed and, where it is one word, without its preposition."""
    if term.phrase or len(term.words) > 1:
        return [_match(term)]
    fields = [f"{name}^{_WEIGHTS[name] * _BARE_BOOST:g}" for name in _BARE_FIELDS]
    others: list[Json] = [
        {"multi_match": {"query": word, "fields": fields, "type": "best_fields"}} for word in bare(term.text)
    ]
    return [_match(term), *others]


def _match(term: Term) -> Json:
    several = len(term.words) > 1
    names = _AS_SPELLED if term.phrase else tuple(_WEIGHTS)
    match: Json = {
        "query": term.text,
        "fields": [f"{name}^{_WEIGHTS[name]:g}" for name in names],
        "type": "phrase" if several else "best_fields",
    }
    if not several:
        match["tie_breaker"] = 0.2
    return {"multi_match": match}


def _filters(filters: Filters) -> list[Json]:
    clauses: list[Json] = []
    for name, values in (
        ("source", filters.outlets),
        ("day", tuple(day.isoformat() for day in filters.days)),
        ("language", filters.languages),
    ):
        if values:
            clauses.append({"terms": {name: list(values)}})
    clauses += [_entity(entity, filters.ids.get(entity, ())) for entity in filters.entities]
    between: Json = {}
    if filters.since is not None:
        between["gte"] = filters.since.isoformat()
    if filters.until is not None:
        whole_day = not isinstance(filters.until, datetime)
        between["lte"] = filters.until.isoformat() + ("||/d" if whole_day else "")
    if between:
        clauses.append({"range": {"published_at": between}})
    return clauses


def _entity(entity: str, ids: Sequence[str]) -> Json:
    type_, folded = parted(entity)
    by_name: Json = {"term": {"entity_names": folded}}
    if type_:
        by_name = {"prefix": {"entity_keys": f"{type_}|{folded}|"}}
    # The id as well: a new entity may be counted only in some seconds.
    by_id: Json = {"terms": {"entity_ids": list(dict.fromkeys((entity, *ids)))}}
    return {"bool": {"should": [by_name, by_id], "minimum_should_match": 1}}


def _order(sort: Sort) -> list[Json]:
    by_time: dict[Sort, list[Json]] = {
        "relevance": [{"_score": "desc"}, {"published_at": "desc"}],
        "newest": [{"published_at": "desc"}],
        "oldest": [{"published_at": "asc"}],
    }
    return [*by_time[sort], {"id": "asc"}]


def _facet(field: str, size: int, *, newest_first: bool = False) -> Json:
    order = {"_key": "desc"} if newest_first else {"_count": "desc"}
    return {
        # First the buckets that will be shown, then what is counted in each: there may be very many entities.
        "terms": {"field": field, "size": size, "order": order, "collect_mode": "breadth_first"},
        "aggs": {"stories": {"cardinality": {"field": "story_id", "precision_threshold": 1_000}}},
    }


def _entity_facet(size: int) -> Json:
    """Count by id, of which each entity has one; how it is called stands in keys, of which it may have several."""
    by_id = _facet("entity_ids", size)
    return {"entities": by_id, "entity_names": {"terms": {"field": "entity_keys", "size": size * _NAMES_FOR_EACH}}}


def _highlight() -> Json:
    return {
        "type": "unified",
        "pre_tags": [MARK_START],
        "post_tags": [MARK_END],
        "max_analyzed_offset": _LONGEST_HIGHLIGHTED,
        "boundary_scanner_locale": "ar",
        "fields": {
            "title": {"number_of_fragments": 0, "matched_fields": ["title.folded", "title.stemmed"]},
            "body": {
                # Whole sentences, of which `answers.py` takes what stands around the words: Elasticsearch cuts longer
                # ones anywhere, and a piece may then be nothing but the last word.
                "number_of_fragments": FRAGMENTS_ASKED,
                "fragment_size": 1000,
                "no_match_size": 160,
                "order": "score",
                "matched_fields": ["body.folded", "body.stemmed"],
            },
        },
    }

"""The index templates: what Elasticsearch is told about the documents before it sees one (pure).

A field stands here exactly when it stands in `documents.py`; a test holds both together. `dynamic: false`: what is not
here is kept in the document and not indexed, and no document can add a field.
"""

from typing import Any

from isnad.indexes import Indexes
from isnad_index.analysis import analysis

VERSION = 5
"""Grows with every change here; a server that has a template of a higher version keeps it."""

_LONGEST_NAME = 512
"""Characters of a keyword; a longer one stays in the document and is not searchable (Lucene's end is 32,766 bytes)."""

VERSIONS_OF_DELETED = "1d"
"""So long Elasticsearch remembers the versions of documents that were taken out, if it isn't started anew: an older
write that is later than that is found by the document in the index of takedowns, a moment after it is visible. A worker
that was suspended, or a queue in between, is mostly hours late at the very most. Each takes some hundred bytes of the
server's memory, and few are taken out. Its own default is a minute."""

KEYWORD = {"type": "keyword", "ignore_above": _LONGEST_NAME}
DATE = {"type": "date"}
COUNT = {"type": "integer"}
KEPT = {"type": "object", "enabled": False}
"""For the reader of a document; nothing searches in it."""

TEXT = {
    "type": "text",
    "analyzer": "isnad_exact",
    "fields": {
        "folded": {"type": "text", "analyzer": "isnad_folded"},
        "stemmed": {"type": "text", "analyzer": "isnad_stemmed", "search_analyzer": "isnad_stemmed_search"},
    },
}
"""The three ways of `analysis.py`: `title`, `title.folded`, `title.stemmed`."""

ARTICLE_FIELDS: dict[str, dict[str, Any]] = {
    "id": KEYWORD,
    "page_id": KEYWORD,
    "part": COUNT,
    "source": KEYWORD,
    "url": KEYWORD,
    "title": TEXT,
    "body": TEXT,
    "author": KEYWORD,
    "section": KEYWORD,
    "tags": KEYWORD,
    "language": KEYWORD,
    "declared_language": KEYWORD,
    "published_at": DATE,
    "published_at_given": KEPT,
    "arrived_at": DATE,
    "fetched_at": DATE,
    "day": KEYWORD,
    "time_marks": KEYWORD,
    "flags": KEYWORD,
    "story_id": KEYWORD,
    "relation": KEYWORD,
    "links": KEPT,
    "linked_ids": KEYWORD,
    "people": KEYWORD,
    "places": KEYWORD,
    "organisations": KEYWORD,
    "others": KEYWORD,
    "entity_names": KEYWORD,
    "entity_keys": KEYWORD,
    "entity_ids": KEYWORD,
    "entity_spellings": KEYWORD,
    "countries": KEYWORD,
    "location": {"type": "geo_point", "ignore_malformed": True},
    "mentions": KEPT,
    "agencies": KEYWORD,
    "quoted_agencies": KEYWORD,
    "credits": KEPT,
    "dateline": KEPT,
    "cut": KEPT,
    "log_offset": {"type": "long"},
    "log_appended_at": DATE,
}

STORY_FIELDS: dict[str, dict[str, Any]] = {
    "id": KEYWORD,
    "title": TEXT,
    "origin": {
        "dynamic": False,
        "properties": {"id": KEYWORD, "source": KEYWORD, "url": KEYWORD, "published_at": DATE, "title": KEPT},
    },
    "articles": COUNT,
    "outlets": KEYWORD,
    "outlet_count": COUNT,
    "articles_by_outlet": KEPT,
    "first_published_at": DATE,
    "last_published_at": DATE,
    "changed_by": KEYWORD,
    "log_offset": {"type": "long"},
    "log_appended_at": DATE,
}

TAKEDOWN_FIELDS: dict[str, dict[str, Any]] = {
    "id": KEYWORD,
    "is_down": {"type": "boolean"},
    "at": DATE,
    "reason": KEPT,
    "by": KEYWORD,
    "version": {"type": "long"},
    "log_offset": {"type": "long"},
    "log_appended_at": DATE,
    "story_id": KEYWORD,
    "changed_by": KEYWORD,
    "stories": KEPT,
}
"""Of takedowns, of the marks of stories that were made anew, and of the notes of which stories are to be."""


ENTITY_FIELDS: dict[str, dict[str, Any]] = {
    "id": KEYWORD,
    "type": KEYWORD,
    "kind": KEYWORD,
    "canonical": KEYWORD,
    "latin": KEYWORD,
    "country": KEYWORD,
    "location": {"type": "geo_point", "ignore_malformed": True},
    "variants": KEPT,
    "canonicals": KEPT,
    "names": KEYWORD,
    "articles": COUNT,
    "first_seen": DATE,
    "last_seen": DATE,
}

RECOUNT_FIELDS: dict[str, dict[str, Any]] = {
    "id": KEYWORD,
    "noted_at": DATE,
    "articles": KEPT,
    "entities": KEPT,
    "adopted_at": KEPT,
}


def templates(indexes: Indexes, replicas: int) -> dict[str, dict[str, Any]]:
    """Return the index templates by name.

    Args:
        indexes: the names.
        replicas: copies of each index on other nodes; 0 on a single node, where they would stay unassigned.
    """
    return {
        indexes.articles: _template(f"{indexes.articles}-*", ARTICLE_FIELDS, replicas, aliases={indexes.articles: {}}),
        indexes.stories: _template(indexes.stories, STORY_FIELDS, replicas, aliases={}),
        indexes.takedowns: _template(indexes.takedowns, TAKEDOWN_FIELDS, replicas, aliases={}),
        indexes.entities: _template(indexes.entities, ENTITY_FIELDS, replicas, aliases={}),
        indexes.recounts: _template(indexes.recounts, RECOUNT_FIELDS, replicas, aliases={}),
    }


def _template(
    pattern: str, fields: dict[str, dict[str, Any]], replicas: int, aliases: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    return {
        "index_patterns": [pattern],
        "version": VERSION,
        "priority": 200,
        "_meta": {"made_by": "isnad"},
        "template": {
            "settings": {
                "number_of_shards": 1,
                "number_of_replicas": replicas,
                "refresh_interval": "1s",
                "gc_deletes": VERSIONS_OF_DELETED,
                "analysis": analysis(),
            },
            "mappings": {"dynamic": False, "_meta": {"isnad_version": VERSION}, "properties": fields},
            "aliases": aliases,
        },
    }

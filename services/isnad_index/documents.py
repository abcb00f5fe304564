"""From the chain's records to the documents in Elasticsearch (pure). `templates.py` says how each field is indexed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec

from isnad.clock import in_utc
from isnad.identity import entity_id, entity_key, page_of
from isnad.indexes import Indexes
from isnad.messages import (
    Credit,
    Cut,
    Dateline,
    EnrichedArticle,
    EntityType,
    GeoPoint,
    Link,
    LogPosition,
    MatchedTakedown,
    Mention,
    Relation,
    StoryChange,
    StoryState,
)
from isnad.search_index import Write
from isnad.text.words import words
from isnad_index.entities import NO_ENTITIES, named_by, spelling_key

MAX_MENTIONS = 1000
"""Mentions kept in a document; an article with more is a list, and its facets still count all entities."""

_FACETS: dict[EntityType, str] = {"PER": "people", "LOC": "places", "ORG": "organisations", "MISC": "others"}


class ArticleDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An article as it stands in an index of its month."""

    id: str
    source: str
    title: str
    body: str
    language: str
    published_at: datetime
    arrived_at: datetime
    day: str
    """Of the publication, in UTC: 2018-02-09."""
    story_id: str
    relation: Relation
    log_offset: int
    log_appended_at: datetime
    page_id: str = ""
    part: int = 0
    url: str | None = None
    author: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    declared_language: str | None = None
    published_at_given: str | None = None
    fetched_at: datetime | None = None
    time_marks: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    linked_ids: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    """Canonical names, most mentioned first; so `places`, `organisations` and `others`."""
    places: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    entity_names: tuple[str, ...] = ()
    """Folded names, for a filter that takes any spelling."""
    entity_keys: tuple[str, ...] = ()
    """See `isnad.identity.entity_key`."""
    entity_ids: tuple[str, ...] = ()
    """Most mentioned first."""
    entity_spellings: tuple[str, ...] = ()
    """`id|spelling`, so that the articles can be counted that spell an entity like this."""
    countries: tuple[str, ...] = ()
    location: tuple[GeoPoint, ...] = ()
    mentions: tuple[Mention, ...] = ()
    agencies: tuple[str, ...] = ()
    quoted_agencies: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    dateline: Dateline | None = None
    cut: tuple[Cut, ...] = ()


class OriginDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The member of a story that was published first, as it stands in the story's document."""

    id: str
    source: str
    title: str
    published_at: datetime
    url: str | None


class StoryDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A story as it stands in the index of the stories."""

    id: str
    title: str
    origin: OriginDocument
    articles: int
    outlets: tuple[str, ...]
    outlet_count: int
    articles_by_outlet: dict[str, int]
    first_published_at: datetime
    last_published_at: datetime
    changed_by: str
    """Id of the article that changed it last."""
    log_offset: int
    log_appended_at: datetime


class TakedownDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The newest instruction about an id, as it stands in the index of takedowns for good."""

    id: str
    is_down: bool
    at: datetime
    reason: str = ""
    by: str | None = None
    version: int
    """What is older than this is out."""
    log_offset: int
    log_appended_at: datetime


class MarkDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Says of a story that it was made anew (`mending.py`), as it stands in the index of takedowns for good."""

    id: str
    story_id: str
    version: int
    """What dedup said of the story is overruled where it is older than this."""
    changed_by: str
    """Id of an article that was taken down."""
    log_offset: int
    log_appended_at: datetime


class NoteDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Says which stories lose articles by a takedown; stands in the index of takedowns until that is carried out."""

    id: str
    version: int
    stories: tuple[str, ...]


def article_write(enriched: EnrichedArticle, indexes: Indexes) -> Write:
    """Return the article's document and where it belongs."""
    article, verdict = enriched.article, enriched.verdict
    mentions = tuple(_with_id(mention) for mention in enriched.mentions if mention.canonical)
    telling = [mention for mention in mentions if mention.kind not in NO_ENTITIES]
    entities = Counter((mention.type, mention.canonical, mention.entity) for mention in telling)
    ranked = [entity for entity, _ in entities.most_common()]
    facets: dict[str, Any] = {
        field: _distinct(name for kind, name, _ in ranked if kind == type_) for type_, field in _FACETS.items()
    }
    kept = mentions[:MAX_MENTIONS]
    named = named_by(kept)
    document = ArticleDocument(
        id=article.id,
        source=article.source,
        title=article.title,
        body=article.body,
        language=article.language,
        published_at=article.published_at,
        arrived_at=article.arrived_at,
        day=in_utc(article.published_at).date().isoformat(),
        story_id=verdict.story_id,
        relation=verdict.relation,
        log_offset=enriched.position.offset,
        log_appended_at=enriched.position.appended_at,
        page_id=article.page_id or article.id,
        part=article.part,
        url=article.url,
        author=article.author,
        section=article.section,
        tags=article.tags,
        declared_language=article.declared_language,
        published_at_given=article.published_at_given,
        fetched_at=article.fetched_at,
        time_marks=article.time_marks,
        flags=article.flags,
        links=verdict.links,
        linked_ids=tuple(link.id for link in verdict.links),
        entity_names=_distinct(" ".join(words(name)) for _, name, _ in ranked),
        entity_keys=tuple(entity_key(*entity) for entity in ranked),
        entity_ids=tuple(named),
        entity_spellings=tuple(spelling_key(id_, spelling) for id_, one in named.items() for spelling in one.spellings),
        countries=_distinct(mention.country for mention in mentions),
        location=_distinct(mention.location for mention in mentions),
        mentions=kept,
        agencies=_distinct(credit.agency for credit in enriched.credits if credit.role == "credit"),
        quoted_agencies=_distinct(credit.agency for credit in enriched.credits if credit.role == "quoted"),
        credits=enriched.credits,
        dateline=article.dateline,
        cut=article.cut,
        **facets,
    )
    return Write(
        family=indexes.articles,
        index=indexes.articles_of(article.published_at),
        id=article.id,
        version=enriched.position.version,
        document=msgspec.json.encode(document),
        unless=keepers(indexes, article.id, article.page_id or article.id),
    )


def _with_id(mention: Mention) -> Mention:
    """Name the entity where an older isnad wrote the record, which had no ids."""
    if mention.entity:
        return mention
    return msgspec.structs.replace(mention, entity=entity_id(mention.type, mention.canonical, mention.country))


def keepers(indexes: Indexes, *ids: str) -> tuple[tuple[str, str], ...]:
    """Return where it stands that an article was taken down: by its own id, or by its page's."""
    return tuple((indexes.takedowns, id_) for id_ in dict.fromkeys(ids) if id_)


def takedown_write(matched: MatchedTakedown, indexes: Indexes) -> Write:
    """Return what has to be remembered of a takedown, or of its end."""
    takedown, position = matched.takedown, matched.position
    document = TakedownDocument(
        id=takedown.id,
        is_down=takedown.kind == "takedown",
        at=takedown.at,
        reason=takedown.reason,
        by=takedown.by,
        version=position.version,
        log_offset=position.offset,
        log_appended_at=position.appended_at,
    )
    return Write(
        family=indexes.takedowns,
        index=indexes.takedowns,
        id=takedown.id,
        version=position.version,
        document=msgspec.json.encode(document),
    )


_MARK, _NOTE = " story ", " stories "
"""No article's id begins with a space."""


def mark_id(story_id: str) -> str:
    """Return the id of a story's mark."""
    return _MARK + _short(story_id)


def note_id(matched: MatchedTakedown) -> str:
    """Return the id of the note of which stories lose articles by a takedown."""
    return _NOTE + _short(f"{matched.position.version} {matched.takedown.id}")


def is_mark(id_: str) -> bool:
    """Return whether this is the id of a story's mark, and not of a takedown."""
    return id_.startswith(_MARK)


def is_note(id_: str) -> bool:
    """Return whether this is the id of a note of stories, and not of a takedown."""
    return id_.startswith(_NOTE)


def _short(id_: str) -> str:
    # With what stands before it, a long id would be longer than Elasticsearch takes.
    return blake2b(id_.encode(), digest_size=20).hexdigest()


def mark_write(story_id: str, article_id: str, position: LogPosition, indexes: Indexes) -> Write:
    """Return the mark of a story that is made anew since an article of it was taken down at this place in the log."""
    document = MarkDocument(
        id=mark_id(story_id),
        story_id=story_id,
        version=position.version,
        changed_by=article_id,
        log_offset=position.offset,
        log_appended_at=position.appended_at,
    )
    return _kept(document, indexes)


def note_write(matched: MatchedTakedown, stories: Iterable[str], indexes: Indexes) -> Write:
    """Return the note that these stories lose articles by a takedown."""
    version = matched.position.version
    return _kept(NoteDocument(id=note_id(matched), version=version, stories=tuple(sorted(stories))), indexes)


def _kept(document: MarkDocument | NoteDocument, indexes: Indexes) -> Write:
    return Write(
        family=indexes.takedowns,
        index=indexes.takedowns,
        id=document.id,
        version=document.version,
        document=msgspec.json.encode(document),
    )


def story_write(change: StoryChange, indexes: Indexes) -> Write:
    """Return the story's document after a change; a story without articles is taken out."""
    return state_write(change.story, change.article_id, change.position, indexes)


def state_write(story: StoryState, changed_by: str, position: LogPosition, indexes: Indexes) -> Write:
    """Return the story's document, as it is by an article's change at a place in the log; none without articles."""
    write = Write(
        family=indexes.stories,
        index=indexes.stories,
        id=story.id,
        version=position.version,
        document=None,
        unless=story_keepers(indexes, story.id, story.origin.id, story.origin.page_id),
    )
    return write if not story.articles else replace(write, document=_story_document(story, changed_by, position))


def story_keepers(
    indexes: Indexes, story_id: str, origin_id: str, page_id: str | None = None
) -> tuple[tuple[str, str], ...]:
    """Return where it stands that a story is no longer what it was: its origin was taken down, or it was made anew."""
    # An older isnad did not tell the page; by the article's id one can only guess.
    return keepers(indexes, origin_id, page_of(origin_id) if page_id is None else page_id, mark_id(story_id))


def _story_document(story: StoryState, changed_by: str, position: LogPosition) -> bytes:
    document = StoryDocument(
        id=story.id,
        title=story.origin.title,
        origin=msgspec.convert(story.origin, OriginDocument, from_attributes=True),
        articles=story.articles,
        outlets=tuple(sorted(story.outlets)),
        outlet_count=len(story.outlets),
        articles_by_outlet=story.outlets,
        first_published_at=story.first_published_at,
        last_published_at=story.last_published_at,
        changed_by=changed_by,
        log_offset=position.offset,
        log_appended_at=position.appended_at,
    )
    return msgspec.json.encode(document)


T = TypeVar("T")


def _distinct(values: Iterable[T | None]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(value for value in values if value is not None))

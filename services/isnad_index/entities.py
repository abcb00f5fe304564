"""The entities' documents: what articles say of an entity, and how often (pure).

A document is made of the articles that stand in the index and of nothing else: the number of articles, of those with
each spelling, and the first and last time are one aggregation over them. Counting again gives the same document. Its
canonical name is the list's, or of one that no list knows the one that most articles have: two may differ in a hamza.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec

from isnad.identity import entity_id, entity_key
from isnad.messages import EntityType, GeoPoint, Mention
from isnad.search_index import Marked, Swap
from isnad.text.words import words

MOST_SPELLINGS = 100
"""Spellings that are counted of one entity; the most frequent ones are kept."""

NO_ENTITIES = frozenset({"currency", "deity", "given name"})
"""Kinds of mentions that nobody searches for: names as the corpora have them, and many different things in one."""

_LONGEST_SPELLING = 200
_MOST_BEGINNINGS = 300
_LONGEST_BEGINNING = 200
"""Characters; nobody types more, and what is longer than 512 Elasticsearch does not look into."""

_ARTICLE = "ال"


class Variant(msgspec.Struct, frozen=True):
    """A way in which an entity is written."""

    text: str
    articles: int


class EntityDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entity as it stands in the index of the entities."""

    id: str
    type: EntityType
    canonical: str
    articles: int
    first_seen: datetime
    """When the first article that names it was published, by what stands in the index now."""
    last_seen: datetime
    kind: str | None = None
    latin: str | None = None
    country: str | None = None
    location: GeoPoint | None = None
    variants: tuple[Variant, ...] = ()
    """Most frequent first."""
    canonicals: tuple[Variant, ...] = ()
    """Where articles have several canonical names of it, of which none is a list's: those, most frequent first."""
    names: tuple[str, ...] = ()
    """The folded names from each of their words on: what begins with what somebody types is found."""


class RecountDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is about to change, as it stands in the index of recounts until it was counted again."""

    id: str
    noted_at: datetime
    """When; of one that was counted for another worker, the time that it counts as noted again."""
    articles: tuple[str, ...]
    entities: tuple[str, ...]
    """Entities that the articles named before."""
    adopted_at: datetime | None = None
    """When another worker counted it first."""


@dataclass(slots=True)
class Named:
    """What articles say of an entity."""

    about: Mention | None = None
    """The newest mention, rather of those that a list knows; None where only the id is known."""
    spellings: dict[str, None] = field(default_factory=dict)
    canonicals: dict[str, None] = field(default_factory=dict)

    def add(self, other: "Named") -> None:
        """Take in what other articles say."""
        self.see(other.about)
        self.spellings |= dict(islice(other.spellings.items(), MOST_SPELLINGS))
        self.canonicals |= dict(islice(other.canonicals.items(), MOST_SPELLINGS))

    def see(self, mention: Mention | None) -> None:
        """Take a newer mention for what is said of it."""
        if mention is not None and (self.about is None or _is_listed(mention) or not _is_listed(self.about)):
            self.about = mention

    @property
    def doubtful(self) -> bool:
        """Whether it takes counting to say how it is called."""
        return self.about is not None and not _is_listed(self.about) and len(self.canonicals) > 1


def _is_listed(mention: Mention) -> bool:
    return bool(mention.latin or mention.kind)


class _Mentioning(msgspec.Struct, frozen=True):
    """What is read here of an article's document."""

    mentions: tuple[Mention, ...] = ()


def named_in(document: bytes | Mapping[str, Any]) -> dict[str, Named]:
    """Return by id the entities that an article's document names."""
    if isinstance(document, bytes):
        read = msgspec.json.decode(document, type=_Mentioning)
    else:
        read = msgspec.convert(document, _Mentioning)
    return named_by(read.mentions)


def named_by(mentions: Iterable[Mention]) -> dict[str, Named]:
    """Return by id the entities of mentions."""
    found: dict[str, Named] = {}
    for mention in mentions:
        if mention.kind in NO_ENTITIES:
            continue
        id_ = mention.entity or entity_id(mention.type, mention.canonical, mention.country)
        one = found.setdefault(id_, Named())
        one.see(mention)
        one.spellings[mention.text[:_LONGEST_SPELLING]] = None
        one.canonicals[mention.canonical] = None
    return found


def spelling_key(id_: str, spelling: str) -> str:
    """Return the value under which articles are found that spell an entity like this."""
    return f"{id_}|{spelling}"


def merge(named: Iterable[Mapping[str, Named]]) -> dict[str, Named]:
    """Return what several articles name."""
    found: dict[str, Named] = {}
    for one in named:
        for id_, said in one.items():
            found.setdefault(id_, Named()).add(said)
    return found


def question(named: Mapping[str, Named]) -> dict[str, Any]:
    """Return the search in the articles that counts these entities and their spellings."""
    keys = [spelling_key(id_, spelling) for id_, one in named.items() for spelling in one.spellings]
    seen = {"first": {"min": {"field": "published_at"}}, "last": {"max": {"field": "published_at"}}}
    by_count = {"_count": "desc"}
    aggregations: dict[str, Any] = {
        "entities": {
            "terms": {"field": "entity_ids", "include": list(named), "size": len(named), "order": by_count},
            "aggs": seen,
        }
    }
    called = [key for id_, one in named.items() if one.doubtful for key in _canonical_keys(id_, one).values()]
    for name, field_, included in (("spellings", "entity_spellings", keys), ("canonicals", "entity_keys", called)):
        if included:
            aggregations[name] = {
                "terms": {"field": field_, "include": included, "size": len(included), "order": by_count}
            }
    return {"query": {"terms": {"entity_ids": list(named)}}, "size": 0, "timeout": "20s", "aggs": aggregations}


def documents(named: Mapping[str, Named], answer: Mapping[str, Any]) -> dict[str, EntityDocument]:
    """Return the documents by what `question` was answered; of an entity that no article names there is none."""
    found = answer.get("aggregations", {})
    spellings, canonicals = (
        {one["key"]: one["doc_count"] for one in found.get(name, {}).get("buckets", [])}
        for name in ("spellings", "canonicals")
    )
    made = {}
    for bucket in found.get("entities", {}).get("buckets", []):
        one = named[bucket["key"]]
        if one.about is None:
            continue
        counted = {text: spellings.get(spelling_key(bucket["key"], text), 0) for text in one.spellings}
        variants = _ranked(counted)
        called = _ranked({text: canonicals.get(key, 0) for text, key in _canonical_keys(bucket["key"], one).items()})
        about = one.about
        made[bucket["key"]] = EntityDocument(
            id=bucket["key"],
            type=about.type,
            canonical=called[0].text if called else about.canonical,
            articles=bucket["doc_count"],
            first_seen=datetime.fromisoformat(bucket["first"]["value_as_string"]),
            last_seen=datetime.fromisoformat(bucket["last"]["value_as_string"]),
            kind=about.kind,
            latin=about.latin,
            country=about.country,
            location=about.location,
            variants=variants,
            canonicals=called if len(called) > 1 else (),
            names=tuple(beginnings(filter(None, (about.canonical, about.latin, *(one.text for one in variants))))),
        )
    return made


def _canonical_keys(id_: str, one: Named) -> dict[str, str]:
    """Under which keys articles are found that call an entity so."""
    return {name: entity_key(one.about.type, name, id_) for name in one.canonicals} if one.about else {}


def _ranked(counts: Mapping[str, int]) -> tuple[Variant, ...]:
    """Those that articles have, most frequent first, equal ones by the order of the letters."""
    ranked = sorted((-count, text) for text, count in counts.items() if count)[:MOST_SPELLINGS]
    return tuple(Variant(text, -count) for count, text in ranked)


def beginnings(names: Iterable[str]) -> list[str]:
    """Return the folded names from each of their words on, also without the article «ال»; long ones only begin."""
    found: dict[str, None] = {}
    for name in names:
        row = words(name)
        for place, word in enumerate(row):
            rest = " ".join(row[place : place + _LONGEST_BEGINNING])[:_LONGEST_BEGINNING]
            found[rest] = None
            if word.startswith(_ARTICLE) and len(word) > len(_ARTICLE) + 1:
                found[rest.removeprefix(_ARTICLE)] = None
            if len(found) >= _MOST_BEGINNINGS:
                return list(islice(found, _MOST_BEGINNINGS))
    return list(found)


def known_before(content: Mapping[str, Any]) -> Named:
    """Return what a standing document of an entity says of it."""
    document = msgspec.convert(content, EntityDocument)
    about = Mention(
        type=document.type,
        text=document.canonical,
        field="body",
        start=0,
        end=0,
        canonical=document.canonical,
        latin=document.latin,
        country=document.country,
        location=document.location,
        kind=document.kind,
        entity=document.id,
    )
    canonicals = [one.text for one in document.canonicals] or [document.canonical]
    return Named(about, dict.fromkeys(one.text for one in document.variants), dict.fromkeys(canonicals))


def swaps(standing: Mapping[str, Marked], made: Mapping[str, EntityDocument], ids: Iterable[str]) -> Iterator[Swap]:
    """Yield what has to be written or taken out for the counted documents to stand.

    Args:
        standing: the documents that stand.
        made: the documents as they are to be.
        ids: the entities that were counted.
    """
    for id_ in ids:
        one, document = standing.get(id_), made.get(id_)
        if document is not None:
            written = msgspec.json.encode(document)
            if one is None or msgspec.json.decode(written) != one.content:
                yield Swap(id_, one.mark if one else None, written)
        elif one is not None:
            yield Swap(id_, one.mark, None)

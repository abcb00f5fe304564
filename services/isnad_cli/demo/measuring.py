"""What the fed pages became: the articles that came of them, counted where they are, by the id of their page (pure).

The articles are those that `prepare` sent since a moment before the feeding, the indexed ones are Elasticsearch's, the
dead ones those of the dead-letter topic. Nothing is derived from what ought to be: if one were lost, the numbers would
not agree.
"""

from collections import ChainMap, Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec

from isnad.codec import decode
from isnad.errors import RecordError
from isnad.identity import name_and_id
from isnad.messages import DeadLetter, EntityType, Link, PreparedArticle, Relation
from isnad.outcomes import Record


class Indexed(msgspec.Struct, frozen=True, kw_only=True):
    """An article as Elasticsearch has it; the fields that are looked at here."""

    id: str
    page_id: str
    title: str
    source: str
    day: str
    story_id: str
    relation: Relation
    part: int = 0
    links: tuple[Link, ...] = ()
    entity_keys: tuple[str, ...] = ()
    """See `isnad.identity.entity_key`."""


@dataclass(frozen=True, slots=True)
class Named:
    """An entity, and in how many of the articles it is named."""

    type: EntityType
    name: str
    articles: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of the pages."""

    articles: frozenset[str]
    """Ids of the articles that came of the pages, and of the pages that no article came of."""
    indexed: tuple[Indexed, ...]
    dead: tuple[DeadLetter, ...]

    @property
    def stories(self) -> dict[str, list[Indexed]]:
        """The articles by story; the largest story first, the one that opened it first in it."""
        stories: dict[str, list[Indexed]] = {}
        for article in self.indexed:
            stories.setdefault(article.story_id, []).append(article)
        for story_id, members in stories.items():
            members.sort(key=lambda member: (member.id != story_id, member.day, member.id))
        return dict(sorted(stories.items(), key=lambda story: (-len(story[1]), story[1][0].day, story[0])))

    @property
    def entities(self) -> list[Named]:
        """The entities, those named in the most articles first."""
        of_each = [{id_: name for name, id_ in map(name_and_id, article.entity_keys)} for article in self.indexed]
        names = dict(ChainMap(*of_each))
        counts = Counter(chain.from_iterable(of_each))
        named = [
            Named(msgspec.convert(id_.partition(":")[0], EntityType), names[id_], count)
            for id_, count in counts.items()
        ]
        return sorted(named, key=lambda entity: (-entity.articles, entity.type, entity.name))

    def counts(self) -> dict[str, int]:
        """Return the numbers; `articles` = `indexed` + `dead` when nothing was lost."""
        return {
            "articles": len(self.articles),
            "stories": len(self.stories),
            "indexed": len({article.id for article in self.indexed}),
            "dead": len({_id(letter) for letter in self.dead}),
            "entities": len(self.entities),
        }


def measure(
    pages: Iterable[str], prepared: Iterable[Record], dead: Iterable[Record], found: Sequence[Mapping[str, Any]]
) -> Measured:
    """Count what became of pages.

    Args:
        pages: ids of the pages that were fed.
        prepared: what was appended to the ordered log since before they were fed.
        dead: what was appended to the dead letters since then.
        found: the documents that Elasticsearch has of these pages.
    """
    fed = set(pages)
    articles = {article.id for article in _articles(prepared) if (article.page_id or article.id) in fed}
    letters = [letter for letter in _letters(dead) if _id(letter) in fed | articles]
    articles |= {_id(letter) for letter in letters}
    indexed = [msgspec.convert(document, Indexed) for document in found]
    return Measured(frozenset(articles), tuple(one for one in indexed if one.id in articles), tuple(letters))


def search_for(pages: Iterable[str], most: int = 1000) -> dict[str, Any]:
    """Return the search for the documents of pages."""
    return {
        "query": {"terms": {"page_id": sorted(pages)}},
        "size": most,
        "_source": [field.encode_name for field in msgspec.structs.fields(Indexed)],
    }


def _articles(records: Iterable[Record]) -> Iterable[PreparedArticle]:
    for record in records:
        try:
            yield decode(PreparedArticle, record.value)
        except RecordError:
            continue  # somebody else's; dedup writes a dead letter for it


def _letters(records: Iterable[Record]) -> Iterable[DeadLetter]:
    for record in records:
        try:
            letter = decode(DeadLetter, record.value)
        except RecordError:
            continue
        if letter.resolution is None:
            yield letter


def _id(letter: DeadLetter) -> str:
    return letter.article_id or (letter.key or b"").decode("utf-8", "replace")

"""Records for tests, complete and valid; each test states only what it is about."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from isnad import codec
from isnad.messages import (
    SCHEMA,
    EnrichedArticle,
    LogPosition,
    MatchedArticle,
    Member,
    PreparedArticle,
    RawArticle,
    StoryChange,
    StoryState,
    Verdict,
)
from isnad.outcomes import Headers, Record

MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""When everything happens unless a test says otherwise."""


def raw_article(**fields: Any) -> RawArticle:  # noqa: ANN401  any field of the struct
    """Return a `RawArticle` with these fields and a short Arabic text."""
    given: dict[str, Any] = {"schema": SCHEMA, "source": "alwatan", "title": "عنوان", "body": "نص الخبر الأول"}
    return RawArticle(**{**given, **fields})


def prepared_article(**fields: Any) -> PreparedArticle:  # noqa: ANN401
    """Return a `PreparedArticle` with these fields."""
    given: dict[str, Any] = {
        "schema": SCHEMA,
        "id": "a1",
        "source": "alwatan",
        "title": "عنوان",
        "body": "نص الخبر الأول",
        "language": "ar",
        "published_at": MOMENT,
        "arrived_at": MOMENT,
    }
    return PreparedArticle(**{**given, **fields})


def matched_article(article: PreparedArticle | None = None, **fields: Any) -> MatchedArticle:  # noqa: ANN401
    """Return a `MatchedArticle` of this article: the original of its own story unless the fields say otherwise."""
    article = article or prepared_article()
    given: dict[str, Any] = {
        "schema": SCHEMA,
        "article": article,
        "verdict": Verdict(story_id=article.id, relation="original"),
        "position": LogPosition(0, MOMENT),
    }
    return MatchedArticle(**{**given, **fields})


def enriched_article(matched: MatchedArticle | None = None, **fields: Any) -> EnrichedArticle:  # noqa: ANN401
    """Return an `EnrichedArticle` of this article, without names unless the fields say otherwise."""
    matched = matched or matched_article()
    given: dict[str, Any] = {
        "schema": SCHEMA,
        "article": matched.article,
        "verdict": matched.verdict,
        "position": matched.position,
    }
    return EnrichedArticle(**{**given, **fields})


def story_change(article: PreparedArticle | None = None, **fields: Any) -> StoryChange:  # noqa: ANN401
    """Return the `StoryChange` of an article that opens a story, unless the fields say otherwise."""
    article = article or prepared_article()
    given: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": "new_story",
        "article_id": article.id,
        "relation": "original",
        "story": StoryState(
            id=article.id,
            origin=Member(id=article.id, source=article.source, title=article.title, published_at=article.published_at),
            articles=1,
            outlets={article.source: 1},
            first_published_at=article.published_at,
            last_published_at=article.published_at,
        ),
        "position": LogPosition(0, MOMENT),
    }
    return StoryChange(**{**given, **fields})


def record(
    value: msgspec.Struct | bytes | None,
    *,
    topic: str = "articles.raw",
    partition: int = 0,
    offset: int = 0,
    key: bytes | None = b"key",
    appended_at: datetime = MOMENT,
    headers: Headers = (),
) -> Record:
    """Return a message as a stage gets it; a struct is encoded."""
    data = codec.encode(value) if isinstance(value, msgspec.Struct) else value
    return Record(topic, partition, offset, appended_at, key, data, headers)

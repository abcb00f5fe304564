"""Articles for the tests of dedup: made of numbered words, so that what is shared can be counted by hand."""

from datetime import UTC, datetime, timedelta

from isnad.codec import encode
from isnad.messages import SCHEMA, PreparedArticle
from isnad.outcomes import Record
from isnad_dedup.matching.events import Arrival

START = datetime(2018, 2, 8, 12, tzinfo=UTC)
TOPIC = "articles.prepared"


def text(*ranges: tuple[int, int]) -> str:
    """Words by number: (0, 104) is a text of 104 words with 100 shingles; ranges follow each other."""
    return " ".join(f"كلمة{n}" for first, end in ranges for n in range(first, end))


def prepared(article_id: str, body: str, *, source: str = "outlet", title: str = "عنوان", **more: object) -> bytes:
    article = PreparedArticle(
        **{
            "schema": SCHEMA,
            "id": article_id,
            "source": source,
            "title": title,
            "body": body,
            "language": "ar",
            "published_at": START,
            "arrived_at": START,
            **more,
        }  # type: ignore[arg-type]
    )
    return encode(article)


def record(offset: int, value: bytes | None, *, days: float = 0.0) -> Record:
    return Record(TOPIC, 0, offset, START + timedelta(days=days, milliseconds=offset), b"key", value)


def arrival(article_id: str, body: str, *, days: float = 0.0, **more: object) -> Arrival:
    moment = START + timedelta(days=days)
    given = {"source": "outlet", "title": "عنوان", "published_at": moment, "appended_at": moment, **more}
    return Arrival(id=article_id, body=body, **given)  # type: ignore[arg-type]

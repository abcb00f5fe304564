"""Calls everything that is compiled once, before a worker joins its group.

Where no machine code is kept yet, as after an installation or an upgrade, compiling takes half a minute or more and
holds up the threads that keep a worker in its group: it would be put out amid its first batch.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from isnad.codec import encode
from isnad.messages import SCHEMA, PreparedArticle, RawPlace
from isnad.outcomes import Record
from isnad.similarity.window import Window
from isnad.topics import Topics
from isnad_dedup.log.ledger import Ledger

_START = datetime(2000, 1, 1, tzinfo=UTC)
_WINDOW = Window(days=3, articles=40)
"""So small that parts of the index are closed, searched and dropped at once."""

_ARTICLES = 120
_BATCH = 10


def warm_up(folder: Path) -> None:
    """Answer some made-up articles with a ledger of their own, and forget it.

    Args:
        folder: an empty one for working files.
    """
    records = list(_records())
    ledger = Ledger(Topics(), _WINDOW, folder=folder)
    try:
        for at in range(0, len(records), _BATCH):
            ledger.answer(records[at : at + _BATCH])
    finally:
        ledger.close()


def _records() -> Iterator[Record]:
    """Yield a log of new articles, copies and parts of earlier ones, and revisions."""
    for number in range(_ARTICLES):
        arrived_at = _START + timedelta(hours=2 * number)
        of = number - number % 4
        words = " ".join(f"كلمة{(of * 31 + n) % 1000}" for n in range(60 - 10 * (number % 4)))
        article = PreparedArticle(
            schema=SCHEMA,
            id=f"warm-up:{number if number % 5 else max(0, number - 3)}",
            source="warm-up",
            title=f"عنوان {of}",
            body=words,
            language="ar",
            published_at=arrived_at,
            arrived_at=arrived_at,
            raw=RawPlace(arrived_at, 0, number),
        )
        yield Record("", 0, number, arrived_at, article.id.encode(), encode(article))

"""From files in the forms in which news corpora are published to articles of a log."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from isnad.codec import decode
from isnad.errors import RequestError
from isnad.messages import RawArticle
from isnad_dedup.matching.events import Arrival
from isnad_feeder.events import Input, Ready, events
from isnad_feeder.places import Refusal

MAPPING = {"body": "content", "published_at": "date_extracted"}
"""How SaudiNewsNet calls what isnad calls otherwise; files that use isnad's names are read all the same."""

_ONE_DAY = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Articles in the order of the files, each id once."""

    articles: list[Arrival]
    repeated: int
    """Records left out because their id was there before: a log would hold a redelivery or a revision."""
    refused: Counter[str]
    """Why records were left out that are no articles, and how many of each."""

    @property
    def texts(self) -> list[str]:
        """The bodies, in order."""
        return [article.body for article in self.articles]


def read(paths: Iterable[Path], mapping: Mapping[str, str] = MAPPING, limit: int | None = None) -> Corpus:
    """Read files as `isnad feed` does: JSON lines and arrays, as they are, as .gz or in a .zip.

    All articles stand at one moment of the log, as if they had been fed at once, so that none leaves the window.

    Raises:
        RequestError: there is no article in them.
    """
    articles: dict[str, Arrival] = {}
    repeated = 0
    refused: Counter[str] = Counter()
    for event in events(Input(tuple(paths), "corpus", mapping=mapping)):
        if isinstance(event, Refusal):
            refused[event.reason] += 1
        elif isinstance(event, Ready) and event.message.key is not None:
            key = event.message.key.decode()
            if key in articles:
                repeated += 1
            else:
                articles[key] = _arrival(key, decode(RawArticle, event.message.value))
            if len(articles) == limit:
                break
    if not articles:
        reason = f" ({refused.most_common(1)[0][0]})" if refused else ""
        raise RequestError(f"There is no article in the corpus{reason}. Give JSON lines, JSON arrays or zips of them.")
    return Corpus(list(articles.values()), repeated, refused)


def _arrival(key: str, raw: RawArticle) -> Arrival:
    return Arrival(
        id=key,
        source=raw.source,
        title=raw.title or "",
        body=raw.body or "",
        published_at=_moment(raw.published_at),
        appended_at=_ONE_DAY,
        url=raw.url,
    )


def _moment(written: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(written or "")
    except ValueError:
        return _ONE_DAY
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

"""Dedup's place in the ordered log: which records were taken, and what each was answered (pure).

Records are taken strictly in the order of the log. One that was taken before, because Kafka delivered it again, gets
the outcome it got then: the verdict is a function of the log up to that record, and the state has moved on.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from msgspec.structs import replace

from isnad.codec import decode, encode
from isnad.errors import RecordError
from isnad.messages import SCHEMA, UNDATED_MARKS, LogPosition, MatchedArticle, PreparedArticle, StoryChange
from isnad.outcomes import Outcome, Outgoing, Record
from isnad.similarity.window import Window
from isnad.topics import Topics
from isnad_dedup.matching import Answer, Arrival, Matcher

REMEMBERED_RECORDS = 20_000
"""What a stage may have taken and not yet committed is a few seconds' worth; going back further costs reading the log
again."""


@dataclass(frozen=True, slots=True)
class _Taken:
    value_hash: int
    answer: Answer | None
    """None where the record is no article."""


class Ledger:
    """The state after all records before `next_offset`.

    Safe to use from several threads, one after the other: a stage that gives up waiting for a batch can't stop the
    thread that works on it.

    Kept in memory: what `Matcher` keeps, and the answers to the last `remembered` records.
    """

    def __init__(self, topics: Topics, window: Window, remembered: int = REMEMBERED_RECORDS) -> None:
        self._topics = topics
        self._matcher = Matcher(window)
        self._remembered = remembered
        self._taken: OrderedDict[int, _Taken] = OrderedDict()
        self._next_offset = 0
        self._lock = threading.Lock()

    @property
    def next_offset(self) -> int:
        """Everything before this offset was taken."""
        return self._next_offset

    def __len__(self) -> int:
        """Articles in the window."""
        return len(self._matcher)

    def answer(self, records: Sequence[Record]) -> list[Outcome]:
        """Return the outcomes of as many of the records, from the first on, as can be answered from here.

        It stops before a record that does not follow the last one taken (some may be missing between them), and
        before one that was taken too long ago, or is not the one that was taken at its offset.
        """
        outcomes: list[Outcome] = []
        with self._lock:
            for record in records:
                article = _read(record)
                if record.offset == self._next_offset:
                    answer = self._take(record, article)
                else:
                    taken = self._taken.get(record.offset)
                    if taken is None or taken.value_hash != hash(record.value):
                        break
                    answer = taken.answer
                outcomes.append(self._outcome(record, article, answer))
        return outcomes

    def follow(self, records: Iterable[Record]) -> None:
        """Take records of the log without answering them. Offsets may have gaps; those taken before are skipped."""
        with self._lock:
            for record in records:
                if record.offset >= self._next_offset:
                    self._take(record, _read(record))

    def skip_to(self, offset: int) -> None:
        """Note that the log has no further record before this offset."""
        with self._lock:
            self._next_offset = max(self._next_offset, offset)

    def _take(self, record: Record, article: PreparedArticle | RecordError) -> Answer | None:
        answer = None if isinstance(article, RecordError) else self._matcher.answer(_arrival(article, record))
        if len(self._taken) >= self._remembered:
            self._taken.popitem(last=False)
        self._taken[record.offset] = _Taken(hash(record.value), answer)
        self._next_offset = record.offset + 1
        return answer

    def _outcome(self, record: Record, article: PreparedArticle | RecordError, answer: Answer | None) -> Outcome:
        if isinstance(article, RecordError):
            return Outcome.dead(article)
        assert answer is not None  # noqa: S101  every article is answered when it is taken
        position = LogPosition(record.offset, record.appended_at)
        arrived_at = answer.arrived_at or article.arrived_at
        if (answer.published_at, arrived_at) != (article.published_at, article.arrived_at):
            # It came before; fed again, it is to be the same document.
            article = replace(article, published_at=answer.published_at, arrived_at=arrived_at)
        matched = MatchedArticle(schema=SCHEMA, article=article, verdict=answer.verdict, position=position)
        messages = [Outgoing(self._topics.matched, article.id.encode(), encode(matched))]
        if answer.event is not None:
            change = StoryChange(
                schema=SCHEMA,
                kind=answer.event.kind,
                article_id=article.id,
                relation=answer.verdict.relation,
                story=answer.event.story,
                position=position,
            )
            messages.append(Outgoing(self._topics.changes, answer.verdict.story_id.encode(), encode(change)))
        return Outcome("passed", tuple(messages), article_id=article.id)


def _read(record: Record) -> PreparedArticle | RecordError:
    try:
        return decode(PreparedArticle, record.value)
    except RecordError as error:
        return error


def _arrival(article: PreparedArticle, record: Record) -> Arrival:
    return Arrival(
        id=article.id,
        source=article.source,
        title=article.title,
        body=article.body,
        published_at=_aware(article.published_at),
        appended_at=record.appended_at,
        url=article.url,
        arrived_at=_aware(article.arrived_at),
        undated=not UNDATED_MARKS.isdisjoint(article.time_marks),
    )


def _aware(moment: datetime) -> datetime:
    """The chain writes UTC; a record of another making that leaves the zone out must not stop it."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

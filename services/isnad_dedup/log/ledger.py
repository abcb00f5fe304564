"""Dedup's place in the ordered log: which records were taken, and what each was answered (pure).

Records are taken strictly in the order of the log. One that was taken before, because Kafka delivered it again, gets
the outcome it got then: the verdict is a function of the log up to that record, and the state has moved on.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path

import msgspec
from msgspec.structs import replace

from isnad.clock import in_utc
from isnad.codec import decode_either, encode
from isnad.errors import RecordError
from isnad.messages import (
    SCHEMA,
    UNDATED_MARKS,
    LogPosition,
    MatchedArticle,
    MatchedTakedown,
    PreparedArticle,
    RawPlace,
    StoryChange,
    Takedown,
)
from isnad.outcomes import Outcome, Outgoing, Record
from isnad.similarity.snapshot import Captured, Json, Opened, SnapshotError
from isnad.similarity.window import Window
from isnad.topics import Topics
from isnad_dedup.log.succession import Succession
from isnad_dedup.matching.events import Answer, Arrival, Dropped, Reply, Silence
from isnad_dedup.matching.matcher import Matcher
from isnad_dedup.matching.takedowns import Instruction, LeftStory, Removal

REMEMBERED_RECORDS = 20_000
"""What a stage may have taken and not yet committed is a few seconds' worth; going back further costs reading the log
again."""

REMEMBERED_BYTES = 64 * 1024 * 1024
"""And no more of them than have answers of so many bytes; an answer has about 500, and with many links 7,000."""

NOT_ON_PAGE = "The page came again without it."
"""Why an article goes that nobody took down."""

_ABOUT = "ledger"

_pack = msgspec.msgpack.Encoder().encode
_unpack: Callable[[bytes], Reply] = msgspec.msgpack.Decoder(Answer | Silence | Removal).decode

Read = PreparedArticle | Takedown | RecordError
"""What a record holds."""


class LastRecord(msgspec.Struct, frozen=True):
    """The last record taken: a log that has another one at its offset is not the log that was read."""

    offset: int
    appended_at: datetime
    digest: str
    """BLAKE2b of its value (16 bytes, in hexadecimal)."""

    @classmethod
    def of(cls, record: Record) -> "LastRecord":
        """Return what is remembered of a record."""
        return cls(record.offset, record.appended_at, _digest(record.value).hex())


class Place(msgspec.Struct, frozen=True):
    """Where in the log a state stands."""

    next_offset: int
    """Everything before it was taken."""
    last: LastRecord | None
    position: LogPosition | None = None
    """Of the last record taken, see `Succession`; None in a snapshot of an older version."""

    @classmethod
    def of(cls, about: Mapping[str, Json]) -> "Place":
        """Return where a captured state stands.

        Raises:
            SnapshotError: it does not say where.
        """
        try:
            return msgspec.convert(about.get(_ABOUT), cls)
        except msgspec.ValidationError as exc:
            raise SnapshotError(f"It does not say where in the log it stands: {exc}.") from exc


@dataclass(frozen=True, slots=True)
class _Taken:
    digest: bytes
    position: LogPosition
    reply: bytes | None
    """Packed; None where the record can't be read."""


class Ledger:
    """The state after all records before `next_offset`.

    Safe to use from several threads, one after the other: a stage that gives up waiting for a batch can't stop the
    thread that works on it.

    Kept in memory: what `Matcher` keeps, and the answers to the last records. A snapshot has all but these answers.
    """

    def __init__(
        self,
        topics: Topics,
        window: Window,
        remembered: int = REMEMBERED_RECORDS,
        *,
        remembered_bytes: int = REMEMBERED_BYTES,
        folder: Path | None = None,
    ) -> None:
        """Begin before the first record.

        Args:
            topics: where the outcomes go.
            window: how far back articles are compared.
            remembered: so many of the last records can be answered again.
            remembered_bytes: and no more of them than have answers of so many bytes.
            folder: where shingles and verdicts are kept; without one, in temporary files that `close` deletes.
        """
        self._topics = topics
        self._matcher = Matcher(window, folder=folder)
        self._remembered = remembered
        self._remembered_bytes = remembered_bytes
        self._taken: OrderedDict[int, _Taken] = OrderedDict()
        self._taken_bytes = 0
        self._next_offset = 0
        self._last: LastRecord | None = None
        self._succession = Succession()
        self._is_sound = True
        self._lock = threading.Lock()

    @property
    def is_sound(self) -> bool:
        """Whether it can go on: an error in the midst of a batch, a full disk say, leaves it between two places.

        Then it takes no more records and gives no state, but raises `RuntimeError`; make a new one, from a snapshot or
        from the log.
        """
        return self._is_sound

    @property
    def next_offset(self) -> int:
        """Everything before this offset was taken."""
        return self._next_offset

    @property
    def last(self) -> LastRecord | None:
        """The last record taken, also by the ledger whose state was restored."""
        return self._last

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
            while (place := len(outcomes)) < len(records):
                following = self._following(records, place)
                if following:
                    outcomes += [self._outcome(*taken) for taken in self._take(following)]
                    continue
                before = self._taken.get(records[place].offset)
                if before is None or before.digest != _digest(records[place].value):
                    break
                reply = None if before.reply is None else _unpack(before.reply)
                outcomes.append(self._outcome(before.position, _read(records[place]), reply))
        return outcomes

    def follow(self, records: Iterable[Record]) -> None:
        """Take records of the log without answering them. Offsets may have gaps; those taken before are skipped."""
        with self._lock:
            following: list[Record] = []
            next_offset = self._next_offset
            for record in records:
                if record.offset >= next_offset:
                    following.append(record)
                    next_offset = record.offset + 1
            self._take(following)

    def skip_to(self, offset: int) -> None:
        """Note that the log has no further record before this offset."""
        with self._lock:
            self._next_offset = max(self._next_offset, offset)

    def capture(self) -> Captured:
        """Return the state at this place of the log, to be written into a snapshot."""
        with self._lock:
            self._check()
            captured = self._matcher.capture()
            place = Place(self._next_offset, self._last, self._succession.last)
        return Captured(captured.about | {_ABOUT: msgspec.to_builtins(place)}, captured.parts)

    def restore(self, opened: Opened) -> None:
        """Go on from a captured state of the same window, as long as nothing was taken yet.

        Raises:
            SnapshotError: a part of it can't be read.
        """
        with self._lock:
            self._matcher.restore(opened)
            place = Place.of(opened.about)
            self._next_offset, self._last = place.next_offset, place.last
            before = place.position
            if before is None and place.last is not None:
                before = LogPosition(place.last.offset, place.last.appended_at)
            self._succession = Succession(before)

    def close(self) -> None:
        """Close the matcher's files, and delete temporary ones."""
        with self._lock:
            self._matcher.close()

    def _following(self, records: Sequence[Record], place: int) -> list[Record]:
        """Return the records from this place on that follow the last one taken without a gap."""
        following: list[Record] = []
        for record in islice(records, place, None):
            if record.offset != self._next_offset + len(following):
                break
            following.append(record)
        return following

    def _take(self, records: Sequence[Record]) -> list[tuple[LogPosition, Read, Reply | None]]:
        """Return where each record stands, what it holds, and what is said to it where it can be read."""
        read = [_read(record) for record in records]
        self._check()
        self._is_sound = False
        positions = [self._succession.next(record.offset, record.appended_at) for record in records]
        events = [
            _instruction(one, position) if isinstance(one, Takedown) else _arrival(one, record)
            for one, record, position in zip(read, records, positions, strict=True)
            if not isinstance(one, RecordError)
        ]
        replies = iter(self._matcher.reply_all(events))
        taken = [
            (position, one, None if isinstance(one, RecordError) else next(replies))
            for position, one in zip(positions, read, strict=True)
        ]
        for record, (position, _, reply) in zip(records, taken, strict=True):
            self._remember(record, position, reply)
        self._is_sound = True
        return taken

    def _check(self) -> None:
        if not self._is_sound:
            raise RuntimeError("an error broke off a batch in this ledger: make a new one")

    def _remember(self, record: Record, position: LogPosition, reply: Reply | None) -> None:
        digest, packed = _digest(record.value), None if reply is None else _pack(reply)
        self._taken[record.offset] = _Taken(digest, position, packed)
        self._taken_bytes += len(packed or b"")
        while len(self._taken) > self._remembered or self._taken_bytes > self._remembered_bytes:
            _, oldest = self._taken.popitem(last=False)
            self._taken_bytes -= len(oldest.reply or b"")
        self._next_offset = record.offset + 1
        self._last = LastRecord(record.offset, record.appended_at, digest.hex())

    def _outcome(self, position: LogPosition, read: Read, reply: Reply | None) -> Outcome:
        if isinstance(read, RecordError):
            return Outcome.dead(read)
        if isinstance(reply, Silence):
            return Outcome(reply.why, self._dropped(position, read, reply.dropped), article_id=read.id)
        if isinstance(read, Takedown):
            assert isinstance(reply, Removal)  # noqa: S101  what every takedown has that is not late
            return self._taken_down(read, reply)
        assert isinstance(reply, Answer)  # noqa: S101  what every article has of which something is said
        return self._answered(position, read, reply)

    def _answered(self, position: LogPosition, article: PreparedArticle, answer: Answer) -> Outcome:
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
            messages.append(self._changed(change))
        messages += self._dropped(position, article, answer.dropped)
        return Outcome("passed", tuple(messages), article_id=article.id)

    def _dropped(
        self, position: LogPosition, read: PreparedArticle | Takedown, dropped: Dropped
    ) -> tuple[Outgoing, ...]:
        """Say of each article that its page no longer holds that it goes, in a message under its own key."""
        known = {left.article_id for left in dropped.left}
        removals = [
            MatchedTakedown(
                schema=SCHEMA,
                kind="takedown",
                takedown=Takedown(
                    schema=SCHEMA, kind="restore", id=id_, at=position.appended_at, reason=NOT_ON_PAGE, raw=read.raw
                ),
                position=position,
                counted_out=(id_,) if id_ in known else (),
            )
            for id_ in dropped.ids
        ]
        return (
            *(Outgoing(self._topics.matched, one.takedown.id.encode(), encode(one)) for one in removals),
            *self._left(dropped.left, position),
        )

    def _taken_down(self, takedown: Takedown, removal: Removal) -> Outcome:
        matched = MatchedTakedown(
            schema=SCHEMA,
            kind=takedown.kind,
            takedown=takedown,
            position=removal.position,
            counted_out=removal.counted_out,
        )
        message = Outgoing(self._topics.matched, takedown.id.encode(), encode(matched))
        return Outcome("passed", (message, *self._left(removal.left, removal.position)), article_id=takedown.id)

    def _left(self, stories: Sequence[LeftStory], position: LogPosition) -> list[Outgoing]:
        return [
            self._changed(
                StoryChange(
                    schema=SCHEMA,
                    kind="article_removed",
                    article_id=left.article_id,
                    relation=left.relation,
                    story=left.story,
                    position=position,
                )
            )
            for left in stories
        ]

    def _changed(self, change: StoryChange) -> Outgoing:
        return Outgoing(self._topics.changes, change.story.id.encode(), encode(change))


def _read(record: Record) -> Read:
    try:
        return decode_either(PreparedArticle, Takedown, record.value)
    except RecordError as error:
        return error


def _instruction(takedown: Takedown, position: LogPosition) -> Instruction:
    return Instruction(replace(takedown, raw=_place(takedown.raw)), position)


def _arrival(article: PreparedArticle, record: Record) -> Arrival:
    return Arrival(
        id=article.id,
        source=article.source,
        title=article.title,
        body=article.body,
        published_at=in_utc(article.published_at),
        appended_at=record.appended_at,
        url=article.url,
        arrived_at=in_utc(article.arrived_at),
        undated=not UNDATED_MARKS.isdisjoint(article.time_marks),
        page_id=article.page_id,
        part=article.part,
        parts=article.parts,
        raw=_place(article.raw),
    )


def _place(raw: RawPlace | None) -> RawPlace | None:
    return raw and replace(raw, appended_at=in_utc(raw.appended_at))


def _digest(value: bytes | None) -> bytes:
    return blake2b(value or b"", digest_size=16).digest()

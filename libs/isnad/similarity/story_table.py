"""What is known of each story: counts and dates in flat arrays, origin and outlets on disk (pure).

A story has a place in the arrays while one of its members is in the window; then another story may have the place.
"""

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from isnad.messages import Member, StoryState
from isnad.similarity.archive import Archive
from isnad.similarity.joining import COMPARED_MEMBERS
from isnad.similarity.rows import Rows
from isnad.similarity.snapshot import Opened, Part
from isnad.similarity.strings import Strings

_COLUMNS = {
    "record": np.int64,
    "first_published_at": np.int64,
    "last_published_at": np.int64,
    "compared": np.uint64,
    "newest_rank": np.int32,
    "articles": np.int32,
    "members": np.int32,
}
"""`record`: its address. Times are microseconds since 1970. `compared`: which of the newest ranks are members in the
window; the lowest bit is that of `newest_rank`. `articles`: those that ever joined; `members`: those in the window."""

_ALL_COMPARED = (1 << COMPARED_MEMBERS) - 1

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class _Record(msgspec.Struct, frozen=True, array_like=True):
    """What the archive has of a story: too large for memory, and needed only when the story changes."""

    origin: Member
    outlets: dict[str, int]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Record).decode


class StoryTable:
    """The stories that have a member in the window, by place.

    A *rank* says which member of its story an article is, counting from 1 those whose texts are compared.

    Memory: 52 bytes for each story, beside the text of its id. A record is written anew whenever its story gets a
    member or a member a new text, so it is dropped from the archive no sooner than the newest of them.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._rows = Rows(**_COLUMNS)
        self._free = array("i")
        self._latest: tuple[int, _Record] | None = None
        self.ids = Strings()
        """Ids by place; empty where there is no story."""

    def open(self, article: Member) -> int:
        """Return the place of a new story with this one member.

        Raises:
            StorageUnavailable: the archive can't be written; nothing has changed.
        """
        record = self._write(_Record(article, {article.source: 1}))
        story = self._free.pop() if self._free else len(self.ids)
        if story == len(self.ids):
            self.ids.extend([""])
        self.ids[story] = article.id
        rows = self._rows
        rows.make(story)
        rows["record"][story] = record
        rows["first_published_at"][story] = rows["last_published_at"][story] = _microseconds(article.published_at)
        rows["compared"][story] = rows["newest_rank"][story] = 0
        rows["articles"][story] = rows["members"][story] = 1
        return story

    def enlarge(self, story: int, article: Member) -> None:
        """Add a member; it is the origin if it was published before the present one.

        Raises:
            StorageUnavailable: the archive can't be written; nothing has changed.
        """
        rows, record = self._rows, self._record(story)
        origin = article if article.published_at < record.origin.published_at else record.origin
        outlets = record.outlets | {article.source: record.outlets.get(article.source, 0) + 1}
        rows["record"][story] = self._write(_Record(origin, outlets))
        published_at = _microseconds(article.published_at)
        first, last = rows["first_published_at"], rows["last_published_at"]
        first[story] = min(first.item(story), published_at)
        last[story] = max(last.item(story), published_at)
        rows["articles"][story] += 1
        rows["members"][story] += 1

    def revise(self, story: int, article: Member) -> None:
        """Take over the title and the address of a member that was revised, if it is the origin.

        Raises:
            StorageUnavailable: the archive can't be written; nothing has changed.
        """
        record = self._record(story)
        origin = record.origin
        if origin.id == article.id:
            origin = msgspec.structs.replace(origin, title=article.title, url=article.url)
        self._rows["record"][story] = self._write(_Record(origin, record.outlets))

    def withdraw(self, story: int, article: Member, others: Sequence[Member]) -> None:
        """Take out a member that is to be forgotten; one that was published last or first leaves that to the others.

        Args:
            story: its place.
            article: the member as it joined.
            others: the members that are in the window besides, at least one.

        Raises:
            StorageUnavailable: the archive can't be written; nothing has changed.
        """
        rows, record = self._rows, self._record(story)
        left = record.outlets.get(article.source, 0) - 1
        outlets = {source: number for source, number in record.outlets.items() if source != article.source}
        if left > 0:
            outlets[article.source] = left
        origin = _first(others) if record.origin.id == article.id else record.origin
        rows["record"][story] = self._write(_Record(origin, outlets))
        rows["first_published_at"][story] = _microseconds(origin.published_at)
        if rows["last_published_at"].item(story) == _microseconds(article.published_at):
            rows["last_published_at"][story] = max(_microseconds(other.published_at) for other in others)
        rows["articles"][story] -= 1
        rows["members"][story] -= 1

    def replace_origin(self, story: int, members: Sequence[Member]) -> None:
        """Let the first of these members be the origin.

        Raises:
            StorageUnavailable: the archive can't be written; nothing has changed.
        """
        origin = _first(members)
        self._rows["record"][story] = self._write(_Record(origin, self._record(story).outlets))
        self._rows["first_published_at"][story] = _microseconds(origin.published_at)

    def close(self, story: int) -> int:
        """Forget a story with one member in the window; return how many articles it had besides, which left that."""
        besides: int = self._rows["articles"].item(story) - 1
        self._rows["members"][story] = 0
        self.ids[story] = ""
        self._free.append(story)
        return besides

    def shrink(self, stories: NDArray[np.int32], ranks: NDArray[np.int32]) -> list[str]:
        """Take out members that left the window; return the ids of the stories of which none is left there.

        Args:
            stories: the place of each member's story.
            ranks: each one's rank, 0 or less where it is not compared.
        """
        ages = self._rows["newest_rank"][stories] - ranks
        counted = (ranks > 0) & (ages < COMPARED_MEMBERS)
        bits = np.uint64(1) << ages[counted].astype(np.uint64)
        np.bitwise_and.at(self._rows["compared"], stories[counted], ~bits)
        np.subtract.at(self._rows["members"], stories, 1)
        # Not `np.unique`, which takes a tenth of a second for a segment.
        shrunk = np.zeros(len(self._rows), np.bool_)
        shrunk[stories] = True
        over = np.flatnonzero(shrunk & (self._rows["members"][: shrunk.size] == 0)).tolist()
        ids = [self.ids[story] for story in over]
        for story in over:
            self.ids[story] = ""
        self._free.extend(over)
        return ids

    def has_members(self, stories: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return for each place whether a member of its story is in the window."""
        present: NDArray[np.bool_] = self._rows["members"][stories] > 0
        return present

    def next_rank(self, story: int) -> int:
        """Let the newest member be compared, and return its rank."""
        compared, newest = self._rows["compared"], self._rows["newest_rank"]
        compared[story] = (compared.item(story) << 1 | 1) & _ALL_COMPARED
        rank: int = newest.item(story) + 1
        newest[story] = rank
        return rank

    def take_out(self, story: int, rank: int) -> None:
        """Compare a member no more."""
        if rank >= self.first_rank(story):
            compared = self._rows["compared"]
            compared[story] = compared.item(story) & ~(1 << self._rows["newest_rank"].item(story) - rank)

    def put_back(self, story: int, rank: int) -> None:
        """Compare a member again that was taken out."""
        if rank >= self.first_rank(story):
            compared = self._rows["compared"]
            compared[story] = compared.item(story) | 1 << self._rows["newest_rank"].item(story) - rank

    def first_rank(self, story: int) -> int:
        """Return the rank from which on members are counted, which only the newest are."""
        newest: int = self._rows["newest_rank"].item(story)
        return newest - COMPARED_MEMBERS + 1

    def compared(self, story: int) -> int:
        """Return how many of the newest ranks are members in the window."""
        ranks: int = self._rows["compared"].item(story)
        return ranks.bit_count()

    def state(self, story: int) -> StoryState:
        """Return what is known of a story; its counts also hold members that have left the window."""
        rows, record = self._rows, self._record(story)
        return StoryState(
            id=self.ids[story],
            origin=record.origin,
            articles=rows["articles"].item(story),
            outlets=dict(sorted(record.outlets.items())),
            first_published_at=_EPOCH + timedelta(microseconds=rows["first_published_at"].item(story)),
            last_published_at=_EPOCH + timedelta(microseconds=rows["last_published_at"].item(story)),
        )

    def capture(self) -> dict[str, Part]:
        """Return copies of all arrays, as parts of a snapshot; the ids are not among them."""
        _, columns = self._rows.capture()
        return {f"stories-{name}": column for name, column in columns.items()}

    def restore(self, opened: Opened) -> None:
        """Take over what was captured; the ids are empty, and to be filled in."""
        self._rows.restore(0, {name: opened.array(f"stories-{name}") for name in _COLUMNS})
        self.ids = Strings([""] * len(self._rows))
        self._free = array("i", np.flatnonzero(self._rows["members"] == 0).tolist())

    def _record(self, story: int) -> _Record:
        address = self._rows["record"].item(story)
        if self._latest is None or self._latest[0] != address:
            self._latest = address, _decode(self._archive.read(address))
        return self._latest[1]

    def _write(self, record: _Record) -> int:
        address = self._archive.append(_encode(record))
        self._latest = address, record
        return address


def _first(members: Sequence[Member]) -> Member:
    """Return the one that was published first; of several the one that is named first."""
    return min(members, key=lambda member: member.published_at)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND

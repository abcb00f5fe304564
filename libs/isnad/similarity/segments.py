"""A segment of the index: entries that were added one after the other, and are dropped together.

In memory are the postings of the entries' sketches and 24 bytes an entry; all their shingles are in a file.
"""

import os
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from isnad.errors import StorageUnavailable
from isnad.similarity.columns import Candidates, Counts, Drawn, Numbers, Room, Words
from isnad.similarity.memory import Memory
from isnad.similarity.postings import FULLEST, MOST_IN_A_SEGMENT, NEVER, look_up, take
from isnad.similarity.shingles import Hashes, Shingled
from isnad.similarity.snapshot import FilePart, Frozen, Opened, Part
from isnad.similarity.strings import Strings
from isnad.similarity.tables import Table
from isnad.similarity.verifying import HASH_BYTES, read

FIRST_SLOTS = 1 << 12
"""Of the table of a segment, if nothing is known of how much it will hold."""

_FIRST_NODES = 1 << 10
_FIRST_CANDIDATES = 1 << 10
_GROWTH = 1.5

_AT_ONCE = 1024
"""Entries whose place in the table is made anew in one pass."""


class Facts(msgspec.Struct, frozen=True):
    """What is to be known of a segment to read it back."""

    ordinal: int
    calendar: int
    first: int
    used: int
    chained: int
    homes: int
    """Of its table, where that is among the parts; 0 where it is to be made anew."""
    sealed: bool = False
    """It was sealed, and yet its table is to be made anew."""


class Sought:
    """The entries of some segments that may share enough with the texts of a batch, segment after segment.

    Attributes:
        end: how many they are.
    """

    def __init__(self) -> None:
        self.end = 0
        self._columns = _columns(_FIRST_CANDIDATES)

    def with_room(self, more: int, end: int) -> Candidates:
        """Return the columns, of which `end` are in use, with room for more."""
        if end + more > self._columns.text.size:
            larger = _columns(2 * (end + more))
            grown: Iterable[tuple[NDArray[Any], NDArray[Any]]] = zip(larger, self._columns, strict=True)
            for column, former in grown:
                column[:end] = former[:end]
            self._columns = larger
        return self._columns

    def extended(self, end: int) -> Candidates:
        """Return those that were added up to a new end."""
        begin, self.end = self.end, end
        return _stretch(self._columns, begin, end)

    def all(self) -> Candidates:
        """Return all of them; `clear` gives their memory to others."""
        return _stretch(self._columns, 0, self.end)

    def clear(self) -> None:
        """Begin anew in the same memory."""
        self.end = 0


def _columns(room: int) -> Candidates:
    return Candidates(
        text=np.empty(room, np.int32),
        number=np.empty(room, np.int64),
        place=np.empty(room, np.int64),
        size=np.empty(room, np.int32),
        file=np.empty(room, np.int32),
    )


def _stretch(columns: Candidates, begin: int, end: int) -> Candidates:
    return Candidates(
        text=columns.text[begin:end],
        number=columns.number[begin:end],
        place=columns.place[begin:end],
        size=columns.size[begin:end],
        file=columns.file[begin:end],
    )


class Segment:
    """The postings and shingles of entries `first`, `first + 1` …; it takes new ones until it is sealed."""

    def __init__(
        self, ordinal: int, calendar: int, first: int, folder: Path, slots: int = FIRST_SLOTS, expected: int = 0
    ) -> None:
        """Begin an empty segment.

        Args:
            ordinal: its place among all segments that ever were.
            calendar: the stretch of days that it belongs to, see `Window.calendar`.
            first: number of its first entry.
            folder: where the shingles are kept, in a file of their own.
            slots: of its table to begin with; it grows from there.
            expected: so many it will have at least, it seems; it grows the quicker up to there.

        Raises:
            StorageUnavailable: the file can't be made.
        """
        self.ordinal = ordinal
        self.calendar = calendar
        self.first = first
        self.keys = Strings()
        self.superseded: Numbers = np.full(64, NEVER, np.int64)
        self._starts: Numbers = np.zeros(65, np.int64)
        self._table = Table(slots, expected=expected)
        self._nodes: Words = np.zeros(_FIRST_NODES, np.uint64)
        self._used = 0
        self._chained = 0
        self._sealed = False
        self._file = folder / f"shingles-{ordinal}"
        self._keys_file = folder / f"keys-{ordinal}"
        self._begin(self._file)
        self._open(os.O_CREAT | os.O_EXCL)

    def _begin(self, file: Path) -> None:
        """Make way for a file: what a killed process left there may be a snapshot's as well, so it is not written to.

        A snapshot that holds it by a hard link keeps it.
        """
        try:
            file.unlink(missing_ok=True)
        except OSError as exc:
            raise StorageUnavailable(f"The index can't write {file}: {exc.strerror}") from exc

    def _open(self, how: int) -> None:
        try:
            self._descriptor = os.open(self._file, os.O_RDWR | os.O_CLOEXEC | how, 0o600)
        except OSError as exc:
            raise StorageUnavailable(f"The index can't write {self._file}: {exc.strerror}") from exc
        self._close = weakref.finalize(self, os.close, self._descriptor)
        if hasattr(os, "posix_fadvise"):  # not on macOS
            # Of the shingles around those that are asked for, none will be.
            os.posix_fadvise(self._descriptor, 0, 0, os.POSIX_FADV_RANDOM)

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def distinct_hashes(self) -> int:
        """How many it has in its table."""
        return self._used

    @property
    def is_settled(self) -> bool:
        """Whether nothing of it will change any more but what is superseded: it was sealed, and is moved together."""
        return self._sealed and not self._table.is_moving

    @property
    def is_full(self) -> bool:
        """Whether it takes no more entries, whatever the window says: its postings leave no room, or it was sealed."""
        return self._sealed or self._used + self._chained >= MOST_IN_A_SEGMENT

    @property
    def expected_of_the_next(self) -> int:
        """Slots of a table that would hold half as much: most of the way, and little is held for nothing."""
        return int(self._used / FULLEST / 2)

    @property
    def bytes_in_memory(self) -> int:
        """What its arrays take."""
        return int(self._table.bytes_held + self._nodes.nbytes + self._starts.nbytes + self.superseded.nbytes)

    @property
    def bytes_on_disk(self) -> int:
        """What its shingles take."""
        return int(self._starts[len(self.keys)]) * HASH_BYTES

    @property
    def slots(self) -> int:
        """How many its table has, when it is settled."""
        return self._table.words.size

    def held(self, begin: int, end: int) -> Words:
        """Return what stands in a stretch of its slots: in its first `KEPT_BITS` a hash, or nothing at all."""
        return self._table.words[begin:end]

    def hashes(self, number: int) -> Hashes:
        """Return the distinct shingle hashes of an entry.

        Raises:
            StorageUnavailable: the file can't be read.
        """
        begin, end = self._starts[number - self.first : number - self.first + 2].tolist()
        return read(self._descriptor, begin, end - begin)

    def look_up(
        self,
        batch: Shingled,
        numbers: Numbers,
        left: Counts,
        drawn: Drawn,
        bit: int,
        least_share: float,
        room: Room,
        sought: Sought,
    ) -> None:
        """Add the entries that may share enough with texts of a batch; see `isnad.similarity.postings.look_up`."""
        begin, end = 0, sought.end
        while begin < len(numbers):
            candidates = sought.with_room(len(self.keys), end)
            begin, end = look_up(
                begin, batch.starts, batch.hashes, numbers, left, drawn, bit, self._table.slots, self._nodes,
                self.first, len(self.keys), self._starts, self.superseded, least_share, room, candidates, end,
            )  # fmt: skip
        self._seek(sought, end)

    def take(
        self,
        keys: Sequence[str],
        batch: Shingled,
        numbers: Numbers,
        left: Counts,
        least_share: float,
        room: Room,
        sought: Sought,
    ) -> int:
        """Take as many of the texts as there is room for, return how many, and add what `look_up` would.

        `prepare` was called with the batch.
        """
        begin, end = 0, sought.end
        while begin < len(numbers):
            candidates = sought.with_room(len(self.keys) + len(numbers), end)
            begin, self._used, self._chained, end = take(
                begin, batch.starts, batch.hashes, numbers, left, self._table.slots, self._nodes, self._used,
                self._chained, self.first, self._starts, self.superseded, least_share, room, candidates, end,
            )  # fmt: skip
            if begin < len(numbers) and self.is_full:
                break
            if begin < len(numbers):
                self._grow(int(batch.starts[begin + 1] - batch.starts[begin]))
        self._table.settle()
        self.keys.extend(keys[:begin])
        self._seek(sought, end)
        return begin

    def go_on(self, slots: int) -> int:
        """Move its table on by so many slots, if it is moving, and return how many of them are left for others.

        Every batch moves some; answers don't depend on how many.
        """
        return self._table.go_on(slots)

    def _seek(self, sought: Sought, end: int) -> None:
        sought.extended(end).file[:] = self._descriptor

    def prepare(self, batch: Shingled) -> None:
        """Write the shingles of texts that are to be taken next.

        Raises:
            StorageUnavailable: the file can't be written; nothing is changed.
        """
        held = len(self.keys)
        coming = held + len(batch.starts) - 1
        if coming > self.superseded.size:
            more = max(coming, int(self.superseded.size * _GROWTH))
            self.superseded = np.concatenate([self.superseded, np.full(more - self.superseded.size, NEVER, np.int64)])
            self._starts = np.concatenate([self._starts, np.zeros(more + 1 - self._starts.size, np.int64)])
        begin = self._starts[held]
        self._starts[held + 1 : coming + 1] = begin + batch.starts[1:]
        data = memoryview(batch.hashes.tobytes())
        place = int(begin) * HASH_BYTES
        try:
            while data:
                written = os.pwrite(self._descriptor, data, place)
                data, place = data[written:], place + written
        except OSError as exc:
            raise StorageUnavailable(f"The index can't write {self._file}: {exc.strerror}. Make room there") from exc

    def seal(self) -> None:
        """Take no more entries: bring everything to its final size, the table in the course of what comes.

        Raises:
            StorageUnavailable: its keys can't be written; nothing is changed.
        """
        if self._sealed:
            return
        held = len(self.keys)
        self._begin(self._keys_file)
        try:
            self._keys_file.write_bytes(msgspec.msgpack.encode(self.keys.to_list()))
        except OSError as exc:
            raise StorageUnavailable(
                f"The index can't write {self._keys_file}: {exc.strerror}. Make room there"
            ) from exc
        self._sealed = True
        self._table.tighten(self._used)
        # What was never written to takes no room.
        self._nodes = self._nodes[: self._chained]
        self.superseded = self.superseded[:held].copy()
        self._starts = self._starts[: held + 1].copy()

    def close(self) -> tuple[Path, ...]:
        """Let go of its files and return them, to be deleted."""
        self._close()
        return self._file, self._keys_file

    def _grow(self, hashes: int) -> None:
        """Make room for a text of so many hashes."""
        self._table.make_room(self._used, hashes)
        if self._chained + hashes > self._nodes.size:
            nodes = np.zeros(int(max(self._nodes.size * _GROWTH, self._chained + hashes)), np.uint64)
            nodes[: self._chained] = self._nodes[: self._chained]
            self._nodes = nodes

    def capture(self, prefix: str) -> tuple[Facts, dict[str, Part]]:
        """Return what is to be written to read it back: copies of what may still change.

        The table of a segment that is not settled is not among it: made anew, it holds the same, and copying it would
        hold up everything else.
        """
        held = len(self.keys)
        name = f"{prefix}-{self.ordinal}"
        parts: dict[str, Part] = {
            f"{name}-superseded": self.superseded[:held].copy(),
            f"{name}-shingles": FilePart(self._file, self.bytes_on_disk, self.is_settled),
        }
        if self.is_settled:
            parts |= {
                f"{name}-keys": FilePart(self._keys_file, self._keys_file.stat().st_size, final=True),
                f"{name}-table": Frozen(self._table.words),
                f"{name}-nodes": Frozen(self._nodes),
                f"{name}-starts": Frozen(self._starts),
            }
        else:
            keys = self.keys.to_list()
            parts |= {
                f"{name}-keys-open": lambda: msgspec.msgpack.encode(keys),
                f"{name}-starts-open": self._starts[: held + 1].copy(),
            }
        homes = self._table.homes if self.is_settled else 0
        facts = Facts(self.ordinal, self.calendar, self.first, self._used, self._chained, homes, self._sealed)
        return facts, parts

    @classmethod
    def restored(cls, facts: Facts, opened: Opened, prefix: str, folder: Path) -> "Segment":
        """Return the segment that `capture` gave these facts and parts of.

        Raises:
            StorageUnavailable: its file can't be written into the folder.
        """
        self = cls(facts.ordinal, facts.calendar, facts.first, folder, int(facts.used / FULLEST) + 16)
        name = f"{prefix}-{facts.ordinal}"
        self._sealed = settled = facts.homes > 0
        self._starts = opened.array(f"{name}-starts" if settled else f"{name}-starts-open")
        keys = opened.path(f"{name}-keys").read_bytes() if settled else opened.data(f"{name}-keys-open")
        self.keys = Strings(msgspec.msgpack.decode(keys, type=list[str]))
        self.superseded = opened.array(f"{name}-superseded")
        self._adopt(opened, name)
        if settled:
            self._table = Table(facts.homes, Memory.of(opened.array(f"{name}-table")))
            self._nodes = opened.array(f"{name}-nodes")
            self._used, self._chained = facts.used, facts.chained
        else:
            self._index_again()
            if facts.sealed:
                self.seal()
                self._table.finish()
        return self

    def _adopt(self, opened: Opened, name: str) -> None:
        """Take the files of a snapshot: those files themselves where nobody will write to them again, else a copy."""
        self._close()
        self._begin(self._file)
        opened.take_file(f"{name}-shingles", self._file)
        if self._sealed:
            self._begin(self._keys_file)
            opened.take_file(f"{name}-keys", self._keys_file)
        self._open(0)

    def _index_again(self) -> None:
        """Make the table of the entries that it has, of their shingles."""
        keys, self.keys = self.keys.to_list(), Strings()
        longest = int(np.diff(self._starts).max(initial=0))
        room, sought = new_room(len(keys), longest), Sought()
        for begin in range(0, len(keys), _AT_ONCE):
            starts = self._starts[begin : begin + _AT_ONCE + 1]
            hashes = read(self._descriptor, int(starts[0]), int(starts[-1] - starts[0]))
            batch = Shingled(hashes, starts - starts[0])
            numbers = np.arange(len(starts) - 1, dtype=np.int64) + (self.first + begin)
            # Nothing is left to look at, so nothing is matched.
            nothing = np.zeros(batch.hashes.size, np.int32)
            self.take(keys[begin : begin + _AT_ONCE], batch, numbers, nothing, 1.0, room, sought)


def new_room(entries: int, hashes: int) -> Room:
    """Return working memory for segments of so many entries and batches of so many shingles."""
    return Room(
        counts=np.zeros(entries, np.int32),
        met=np.zeros(entries, np.int32),
        sketch=np.zeros(hashes + 1, np.int64),
        seen=np.zeros(hashes + 1, np.uint64),
        ahead=np.zeros(hashes + 1, np.uint64),
    )

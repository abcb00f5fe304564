"""An index of near duplicates: which earlier texts share how much with this one.

It needs nothing else of isnad's chain, and can be used by itself::

    index = NearDuplicateIndex()
    index.advance(datetime.now(UTC))
    index.add("first", "…")
    for match in index.match("…"):
        print(match.key, match.contained, match.jaccard)
"""

import shutil
import tempfile
import weakref
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import numpy as np

from isnad.errors import StorageUnavailable
from isnad.similarity.columns import Counts, Numbers
from isnad.similarity.keys import Keys
from isnad.similarity.matches import Match, Taken
from isnad.similarity.postings import LAYOUT, NEVER
from isnad.similarity.segments import FIRST_SLOTS, Facts, Segment, Sought, new_room
from isnad.similarity.shingles import HASH_VERSION, Hashes, Shingled, shingled
from isnad.similarity.signposts import Signposts
from isnad.similarity.snapshot import Captured, Opened, SnapshotError, opened, write
from isnad.similarity.verifying import verify
from isnad.similarity.window import Window

LEAST_SHARE = 0.3
"""Texts of which less than this is shared, counted in either, are no match: below it are set phrases and quotations."""

MOST_POSTINGS = 32
"""So many of the newest texts that hold a shingle are looked at, no more: a shingle of many more is boilerplate, and an
index that follows it everywhere would be the slower the more of it there is."""

SLOTS_A_BATCH = 1 << 19
"""So many slots of tables are moved in the course of each batch while there is something to move: some milliseconds,
and a segment of 100,000 texts is in order and has its signposts within a hundred batches."""

_SLOTS_OF_A_KEY = 64
"""To forget a key takes as long as to move so many slots."""


class NearDuplicateIndex:
    """Finds the texts of a window that share at least `least_share` of their shingles with a given one, either way.

    Each text has a key, and as an entry of the index a number: 0, 1, 2 … in the order in which they came. `match` asks;
    `add` puts a text in, which supersedes the one of the same key; `extend` does both for many texts in one compiled
    pass; `remove` takes one out; `advance` moves the window. Answers depend only on the order of these calls and their
    arguments, and are the same on every machine, in whatever batches the texts come.

    Matches are never false: each is counted on all shingles. One can be missed in two cases: the text shares hardly a
    shingle that is not also in `most_postings` newer texts; or one of the two is long, and by chance too little of what
    they share is in its sketch: 3 % of those that share 12 shingles, .3 % where it is 20 (see
    `isnad.similarity.postings.LEAST_SKETCH`), and of larger texts that share just `least_share` 1 %.

    In memory for each text in the window are its sketch's postings (about 11 bytes each, one for every four shingles),
    its key, and 30 bytes; on disk are its shingles (8 bytes each). Not safe to use from two threads at once.
    """

    def __init__(
        self,
        window: Window | None = None,
        *,
        least_share: float = LEAST_SHARE,
        most_postings: int = MOST_POSTINGS,
        folder: Path | None = None,
        first_slots: int = FIRST_SLOTS,
        slots_a_batch: int = SLOTS_A_BATCH,
    ) -> None:
        """Begin empty.

        Args:
            window: how far back texts are compared.
            least_share: of the smaller text, for a match; above 0, at most 1.
            most_postings: of one shingle, that are looked at.
            folder: where the shingles are kept, for this index alone; a temporary one if None.
            first_slots: of the table of a segment, at least; answers don't depend on it.
            slots_a_batch: of tables, are moved in the course of each `extend`; nor on this.

        Raises:
            ValueError: `least_share` is out of its bounds.
            StorageUnavailable: the folder can't be made.
        """
        if not 0 < least_share <= 1:
            raise ValueError("least_share is above 0 and at most 1")
        self._window = window or Window()
        self._least_share = least_share
        self._most_postings = most_postings
        self._first_slots = first_slots
        self._slots_a_batch = slots_a_batch
        try:
            self._folder = folder or Path(tempfile.mkdtemp(prefix="isnad-index-"))
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise StorageUnavailable(f"The index can't make a folder for its files: {exc}. Make room there") from exc
        # Also where nobody closes it.
        self._clear = (
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True) if folder is None else None
        )
        self._lineage = uuid4().hex[:12]
        self._segments: deque[Segment] = deque()
        self._keys = Keys()
        self._next_number = 0
        self._next_ordinal = 0
        self._day: int | None = None
        # What was captured may be being written still: files of it are deleted when the next one is captured.
        self._captured: frozenset[int] = frozenset()
        self._outlived: list[Path] = []
        self._signposts = Signposts()
        self._room = new_room(0, 0)
        self._sought = Sought()

    def __len__(self) -> int:
        """Keys in the window."""
        return len(self._keys)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    @property
    def next_number(self) -> int:
        """The number that the next entry will have."""
        return self._next_number

    @property
    def oldest_number(self) -> int:
        """The lowest number in the window; `next_number` where it is empty."""
        return self._segments[0].first if self._segments else self._next_number

    @property
    def segments(self) -> range:
        """The ordinals of the segments in the window, of which a new one may be empty yet."""
        return range(self._next_ordinal - len(self._segments), self._next_ordinal)

    @property
    def bytes_in_memory(self) -> int:
        """What the arrays take; the keys come on top."""
        return self._signposts.bytes_in_memory + sum(segment.bytes_in_memory for segment in self._segments)

    @property
    def bytes_on_disk(self) -> int:
        """What the shingles take."""
        return sum(segment.bytes_on_disk for segment in self._segments)

    def number(self, key: str) -> int | None:
        """Return the newest entry of a key in the window."""
        return self._keys.number(key)

    def key(self, number: int) -> str:
        """Return the key of an entry in the window.

        Raises:
            KeyError: there is no such entry.
        """
        segment = self._segment(number)
        return segment.keys[number - segment.first]

    def hashes(self, number: int) -> Hashes:
        """Return the distinct shingle hashes of an entry in the window, in the order of the text.

        Raises:
            KeyError: there is no such entry.
            StorageUnavailable: they can't be read.
        """
        return self._segment(number).hashes(number)

    def _segment(self, number: int) -> Segment:
        if number < self._next_number:
            for segment in reversed(self._segments):
                if number >= segment.first:
                    return segment
        raise KeyError(number)

    def advance(self, moment: datetime) -> range:
        """Move the window to a moment (aware) and return the numbers of the entries that fell out of it.

        A moment before the latest one moves nothing: time does not run backward in a log.

        Raises:
            ValueError: the moment has no time zone.
            StorageUnavailable: a file can't be written; the same call may be made again, and no text is taken before.
        """
        day = self._window.day(moment)
        if self._day is not None and day <= self._day:
            day = self._day
        before = self.oldest_number
        calendar = self._window.calendar(day)
        newest = self._segments[-1] if self._segments else None
        opens = newest is None or newest.calendar != calendar or self._is_full(newest)
        if not opens and day == self._day:
            return range(before, before)
        self._day = day
        if opens:
            expected = newest.expected_of_the_next if newest is not None else 0
            if newest is not None:
                newest.seal()
                self._signposts.add(newest, list(self._segments)[:-1])
            first, slots = self._next_number, self._first_slots
            self._segments.append(Segment(self._next_ordinal, calendar, first, self._folder, slots, expected))
            self._next_ordinal += 1
        while len(self._segments) > 1 and self._is_over(self._segments[0], day):
            gone = self._segments.popleft()
            self._signposts.remove(gone, list(self._segments)[:-1])
            self._forget(gone)
        return range(before, self.oldest_number)

    def _is_full(self, segment: Segment) -> bool:
        return len(segment) >= self._window.segment_articles or segment.is_full

    def _is_over(self, oldest: Segment, day: int) -> bool:
        newer = self._next_number - oldest.first - len(oldest)
        return self._window.is_over(oldest.calendar, day) or newer >= self._window.articles

    def _forget(self, segment: Segment) -> None:
        newest = int(np.count_nonzero(segment.superseded[: len(segment)] == NEVER))
        self._keys.forget(segment.first, segment.keys, newest)
        files = segment.close()
        if segment.ordinal in self._captured:
            self._outlived += files
        else:
            _delete(files)

    def match(self, text: str, own_key: str | None = None) -> list[Match]:
        """Return the texts that share enough with this one, but that of `own_key`, in the order of `Taken.matches`.

        Raises:
            StorageUnavailable: the shingles of earlier texts can't be read.
        """
        batch = shingled([text])
        own = self._keys.number(own_key) if own_key is not None else None
        numbers = np.array([self._next_number], np.int64)
        self._make_room(batch, 0)
        if own is not None:
            self._mark_superseded(own, self._next_number)
        self._sought.clear()
        try:
            self._look_back(list(self._segments), batch, numbers, self._left(batch))
        finally:
            if own is not None:
                self._mark_superseded(own, NEVER)
        return self._matches(batch, self._next_number, 1)[0]

    def add(self, key: str, text: str) -> int:
        """Put in a text, which supersedes that of the same key, and return its number.

        Raises:
            RuntimeError: `advance` was not called before, or not since the segment was full.
            ValueError: the key is no text that can be written: half of a character (a surrogate) stands in it.
            StorageUnavailable: its shingles can't be written; nothing is changed.
        """
        return self.extend([(key, text)])[0].number

    def extend(self, entries: Sequence[tuple[str, str]]) -> list[Taken]:
        """Take in texts with their keys, one after the other, each matched with all before it but those of its key.

        It takes as many from the first on as the present segment has room for, at least one after `advance`; the caller
        calls `advance` again and goes on with the others.

        Raises:
            RuntimeError: `advance` was not called before, or not since the segment was full.
            ValueError: a key is no text that can be written, as of `add`; nothing is changed.
            StorageUnavailable: the shingles can't be written, then nothing is changed; or those of earlier texts can't
                be read, then the texts are in and what they share is not known.
        """
        if not entries:
            return []
        newest = self._segments[-1] if self._segments else None
        if newest is None or self._is_full(newest):
            raise RuntimeError("call advance() with the time of the next text before adding it")
        entries = entries[: self._window.segment_articles - len(newest)]
        # Found when the segment is closed, it could not be mended any more.
        "".join([key for key, _ in entries]).encode()
        batch = shingled([text for _, text in entries])
        newest.prepare(batch)
        self._make_room(batch, len(entries))
        numbers = np.arange(self._next_number, self._next_number + len(entries), dtype=np.int64)
        former = self._supersede(entries)
        left = self._left(batch)
        self._sought.clear()
        taken = newest.take(
            [key for key, _ in entries], batch, numbers, left, self._least_share, self._room, self._sought
        )
        if taken < len(entries):
            self._give_back(entries[taken:], former[taken:])
            batch = Shingled(batch.hashes, batch.starts[: taken + 1])
        self._next_number += taken
        older = [segment for segment in self._segments if segment is not newest]
        self._look_back(older, batch, numbers[:taken], left)
        self._go_on()
        sizes = np.diff(batch.starts).tolist()
        return [
            Taken(number, size, matches)
            for number, size, matches in zip(
                numbers[:taken].tolist(), sizes, self._matches(batch, self._next_number - taken, taken), strict=True
            )
        ]

    def _go_on(self) -> None:
        """Do a batch's part of what would hold it up if it were done at once."""
        slots = self._slots_a_batch
        for segment in reversed(self._segments):
            slots = segment.go_on(slots)
        self._signposts.go_on(slots)
        self._keys.go_on(-(-self._slots_a_batch // _SLOTS_OF_A_KEY))

    def remove(self, key: str) -> int:
        """Let a text match no more, as if it had left the window, and return the number of its entry.

        Raises:
            KeyError: none of this key is in the window.
        """
        number = self._keys.remove(key)
        self._mark_superseded(number, self._next_number)
        return number

    def _supersede(self, entries: Sequence[tuple[str, str]]) -> list[int | None]:
        former: list[int | None] = []
        for number, (key, _) in enumerate(entries, self._next_number):
            known = self._keys.put(key, number)
            former.append(known)
            if known is not None:
                self._mark_superseded(known, number)
        return former

    def _give_back(self, entries: Sequence[tuple[str, str]], former: Sequence[int | None]) -> None:
        """Undo `_supersede` for texts that were not taken, the last first."""
        for (key, _), known in zip(reversed(entries), reversed(former), strict=True):
            self._keys.take_back(key, known)
            if known is not None:
                self._mark_superseded(known, NEVER)

    def _mark_superseded(self, number: int, by: int) -> None:
        # Not `_segment`: it may be an entry of the batch that is being taken.
        segment = next(segment for segment in reversed(self._segments) if number >= segment.first)
        segment.superseded[number - segment.first] = by

    def _left(self, batch: Shingled) -> Counts:
        return np.full(batch.hashes.size, self._most_postings, np.int32)

    def _look_back(self, segments: Sequence[Segment], batch: Shingled, numbers: Numbers, left: Counts) -> None:
        if not segments:
            return
        drawn = self._signposts.draw(batch, segments)
        # From the newest segment back, so that the limit on postings leaves out the oldest.
        for segment in reversed(segments):
            bit = self._signposts.bit(segment)
            segment.look_up(batch, numbers, left, drawn, bit, self._least_share, self._room, self._sought)

    def _matches(self, batch: Shingled, first: int, texts: int) -> list[list[Match]]:
        """Return what texts share with the candidates that were sought for them; their own numbers begin at `first`."""
        matches: list[list[Match]] = [[] for _ in range(texts)]
        text, number, shared, other = verify(batch, first, self._sought.all(), self._least_share)
        size = np.diff(batch.starts)[text]
        containment = shared / np.minimum(size, other)
        jaccard = shared / (size + other - shared)
        order = np.lexsort((number, -jaccard, -containment, text))
        columns: list[list[Any]] = [column[order].tolist() for column in (text, number, shared, size, other)]
        segments = list(self._segments)
        firsts = [segment.first for segment in segments]
        for of, match, *numbers in zip(*columns, strict=True):
            segment = segments[bisect_right(firsts, match) - 1]
            matches[of].append(Match(match, segment.keys[match - segment.first], *numbers))
        return matches

    def _make_room(self, batch: Shingled, coming: int) -> None:
        entries = max((len(segment) for segment in self._segments), default=0) + coming
        hashes, room = batch.hashes.size, self._room
        if entries > room.counts.size or hashes >= room.sketch.size:
            self._room = new_room(max(2 * entries, room.counts.size), max(2 * hashes, room.sketch.size))

    def capture(self) -> Captured:
        """Return what is to be written to go on from here, with copies of what may still change.

        It is to be written before the next capture: until then no file of it is deleted.
        """
        _delete(self._outlived)
        self._outlived.clear()
        self._captured = frozenset(self.segments)
        name = f"index-{self._lineage}"
        captured = [segment.capture(name) for segment in self._segments]
        state = _State(
            lineage=self._lineage,
            day=self._day,
            next_number=self._next_number,
            next_ordinal=self._next_ordinal,
            segments=[facts for facts, _ in captured],
        )
        parts = {name: part for _, parts in captured for name, part in parts.items()}
        return Captured({"index": msgspec.to_builtins(state)}, parts)

    def restore(self, opened: Opened) -> None:
        """Go on from a snapshot that was captured from an index of the same settings.

        Raises:
            SnapshotError: the snapshot holds no index.
            StorageUnavailable: the shingles can't be written into this index's folder.
        """
        try:
            state = msgspec.convert(opened.about["index"], _State)
        except (KeyError, msgspec.ValidationError) as exc:
            raise SnapshotError(f"there is no index in it: {exc}") from exc
        while self._segments:
            _delete(self._segments.popleft().close())
        name = f"index-{state.lineage}"
        self._segments.extend(Segment.restored(facts, opened, name, self._folder) for facts in state.segments)
        self._signposts.renew(list(self._segments)[:-1])
        self._lineage, self._day = state.lineage, state.day
        self._next_number, self._next_ordinal = state.next_number, state.next_ordinal
        self._keys = Keys()
        for segment in self._segments:
            self._keys.put_all(segment.keys, segment.first)
        for segment in self._segments:
            for entry in np.flatnonzero(segment.superseded[: len(segment)] != NEVER).tolist():
                # What was superseded and is the newest of its key was removed.
                if self._keys.number(segment.keys[entry]) == segment.first + entry:
                    self._keys.remove(segment.keys[entry])

    def save(self, folder: Path) -> None:
        """Write the index into a folder, which is made; see `isnad.similarity.snapshot.write`.

        What a process leaves that is killed meanwhile is beside it, under a name that begins with a dot and ends in
        `.unfinished`, and may be deleted.

        Raises:
            SnapshotError: the folder is there already, or can't be written.
        """
        captured = self.capture()
        write(folder, Captured({**captured.about, "settings": self._settings()}, captured.parts))

    @classmethod
    def load(cls, folder: Path, *, working_folder: Path | None = None) -> "NearDuplicateIndex":
        """Return the index that `save` wrote.

        Args:
            folder: where it was saved; only read.
            working_folder: as `folder` of the index.

        Raises:
            SnapshotError: there is none, it is damaged, or of another version.
        """
        with opened(folder) as saved:
            settings: Any = saved.about.get("settings")
            if not isinstance(settings, dict) or settings.get("version") != [HASH_VERSION, LAYOUT]:
                raise SnapshotError(f"{folder} was saved by a version that keeps texts in another way: make it anew")
            window = Window(days=settings["window_days"], articles=settings["window_articles"])
            shares = {name: settings[name] for name in ("least_share", "most_postings")}
            index = cls(window, folder=working_folder, **shares)
            index.restore(saved)
        return index

    def _settings(self) -> dict[str, Any]:
        return {
            "version": [HASH_VERSION, LAYOUT],
            "window_days": self._window.days,
            "window_articles": self._window.articles,
            "least_share": self._least_share,
            "most_postings": self._most_postings,
        }

    def close(self) -> None:
        """Delete the files; the index holds nothing any more, and takes nothing."""
        while self._segments:
            _delete(self._segments.popleft().close())
        _delete(self._outlived)
        self._keys = Keys()
        if self._clear is not None:
            self._clear()


def _delete(files: Iterable[Path]) -> None:
    for file in files:
        # What stays takes room and nothing else; the window has moved all the same.
        with suppress(OSError):
            file.unlink()


class _State(msgspec.Struct, frozen=True):
    lineage: str
    day: int | None
    next_number: int
    next_ordinal: int
    segments: list[Facts]

"""An index of near duplicates: which earlier texts share how much with this one (pure; needs nothing else of isnad)."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from isnad.similarity.postings import Numbers, Postings
from isnad.similarity.shingles import Hashes, shared
from isnad.similarity.sketch import scales, sketch
from isnad.similarity.window import Window

LEAST_SHARE = 0.3
"""Texts of which less than this is shared, counted in either, are no match: below it are set phrases and quotations."""

MOST_POSTINGS = 128
"""So many of the newest texts that hold a shingle are looked at, no more: a shingle of many more is boilerplate, and an
index that follows it everywhere would be the slower the more of it there is."""

_LOOSE = 1 / 3
"""The share of a candidate is first estimated; it is verified when the estimate is at least this part of
`LEAST_SHARE`."""


@dataclass(frozen=True, slots=True)
class Match:
    """An earlier text that shares shingles with this one; the shares are exact."""

    key: str
    shared: int
    """Distinct shingles in both."""
    size: int
    """Distinct shingles of this text."""
    other_size: int
    """Distinct shingles of the earlier text."""

    @property
    def contained(self) -> float:
        """The share of this text that stands in the other."""
        return self.shared / self.size

    @property
    def contains(self) -> float:
        """The share of the other text that stands in this one."""
        return self.shared / self.other_size

    @property
    def containment(self) -> float:
        """The greater of the two."""
        return self.shared / min(self.size, self.other_size)

    @property
    def jaccard(self) -> float:
        """Shared shingles ÷ all shingles of both."""
        return self.shared / (self.size + self.other_size - self.shared)


@dataclass(slots=True)
class _Text:
    key: str
    hashes: Hashes
    earlier: Hashes | None = None
    """All hashes under which the text was ever posted, where it was replaced; otherwise that is its sketch."""

    @property
    def posted(self) -> Hashes:
        return sketch(self.hashes) if self.earlier is None else self.earlier


@dataclass(slots=True)
class _Segment:
    """Texts that were added one after the other, and are dropped together. Numbers count from 0 in each segment."""

    calendar: int
    texts: list[_Text] = field(default_factory=list)
    postings: Postings = field(default_factory=Postings)
    sizes: Numbers = field(default_factory=lambda: np.zeros(64, np.int32))

    def add(self, text: _Text) -> int:
        number = len(self.texts)
        if number == self.sizes.size:
            self.sizes = np.concatenate([self.sizes, np.zeros_like(self.sizes)])
        self.texts.append(text)
        self.sizes[number] = text.hashes.size
        self.postings.add(text.posted, number)
        return number

    def replace(self, number: int, hashes: Hashes) -> None:
        text = self.texts[number]
        posted = text.posted
        new = np.setdiff1d(sketch(hashes), posted, assume_unique=True)
        self.postings.add(new, number)
        text.earlier = np.union1d(posted, new)
        text.hashes = hashes
        self.sizes[number] = hashes.size

    def candidates(self, hashes: Hashes, room: Numbers, least_share: float) -> Iterator[_Text]:
        """Yield the texts that may share enough, by how many of the hashes are among their postings."""
        numbers, counts = np.unique(self.postings.find(hashes, room), return_counts=True)
        sizes = self.sizes[numbers]
        enough = counts * scales(sizes) >= _LOOSE * least_share * np.minimum(sizes, hashes.size)
        for number in numbers[enough].tolist():
            yield self.texts[number]


class NearDuplicateIndex:
    """Finds the texts of a window that share at least `least_share` of their shingles with a given one, either way.

    Each text has a key. `match` asks; `add` puts a text in, or replaces the one of the same key; `advance` moves the
    window. Answers depend only on the order of these calls and their arguments, and are the same on every machine.

    Matches are never false: each is counted on all shingles. One can be missed in two cases: the text shares hardly a
    shingle that is not also in `most_postings` newer texts; or it is short, and by chance none of what it shares is
    in the sketch of a long one (see `sketch.py`; 0.3 % for 20 shared shingles).

    Kept in memory for each text in the window: its hashes (8 bytes each), its sketch's postings (32 to 56 bytes
    each), its key. A text stays in the segment in which it was first added, and is forgotten with it, also when it
    was replaced later.
    """

    def __init__(
        self, window: Window | None = None, *, least_share: float = LEAST_SHARE, most_postings: int = MOST_POSTINGS
    ) -> None:
        self._window = window or Window()
        self._least_share = least_share
        self._most_postings = most_postings
        self._segments: deque[_Segment] = deque()
        self._places: dict[str, tuple[_Segment, int]] = {}
        self._day: int | None = None

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def hashes(self, key: str) -> Hashes:
        """Return the distinct hashes of a text in the window.

        Raises:
            KeyError: there is no such text.
        """
        segment, number = self._places[key]
        return segment.texts[number].hashes

    def advance(self, moment: datetime) -> list[str]:
        """Move the window to a moment (aware) and return the keys of the texts that fell out of it, oldest first.

        A moment before the latest one moves nothing: time does not run backward in a log.
        """
        day = self._window.day(moment)
        if self._day is not None and day <= self._day:
            day = self._day
        self._day = day
        forgotten: list[str] = []
        while self._segments and self._is_over(self._segments[0]):
            for text in self._segments.popleft().texts:
                del self._places[text.key]
                forgotten.append(text.key)
        return forgotten

    def _is_over(self, oldest: _Segment) -> bool:
        assert self._day is not None  # noqa: S101  a segment is made after the first advance
        newer = len(self._places) - len(oldest.texts)
        return self._window.is_over(oldest.calendar, self._day) or newer >= self._window.articles

    def match(self, hashes: Hashes, own_key: str | None = None) -> list[Match]:
        """Return the texts that share enough with these distinct hashes, the greatest containment first.

        Equal ones come by greater jaccard, then older first. The text of `own_key` is left out.
        """
        if not hashes.size:
            return []
        room = np.full(hashes.size, self._most_postings, np.int32)
        found: list[tuple[float, float, int, int, Match]] = []
        # From the newest segment back, so that the limit on postings leaves out the oldest.
        for age, segment in enumerate(reversed(self._segments)):
            for number, text in enumerate(segment.candidates(hashes, room, self._least_share)):
                if text.key == own_key:
                    continue
                match = Match(text.key, shared(hashes, text.hashes), hashes.size, text.hashes.size)
                if match.shared and match.containment >= self._least_share:
                    found.append((-match.containment, -match.jaccard, -age, number, match))
        return [match for *_, match in sorted(found, key=lambda entry: entry[:4])]

    def add(self, key: str, hashes: Hashes) -> None:
        """Put in a text, given its distinct hashes; where the key is known, they take the place of the former ones.

        Raises:
            RuntimeError: `advance` was not called before, so there is no window yet.
        """
        if self._day is None:
            raise RuntimeError("call advance() with the time of the first text before adding it")
        known = self._places.get(key)
        if known is not None:
            segment, number = known
            segment.replace(number, hashes)
            return
        calendar = self._window.calendar(self._day)
        last = self._segments[-1] if self._segments else None
        if last is None or last.calendar != calendar or len(last.texts) >= self._window.segment_articles:
            last = _Segment(calendar)
            self._segments.append(last)
        self._places[key] = (last, last.add(_Text(key, hashes)))

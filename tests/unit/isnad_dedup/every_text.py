"""The index by brute force: every text of the window is compared, as a Python set of five words each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import numpy as np

from isnad.similarity.index import LEAST_SHARE
from isnad.similarity.matches import Match, Taken
from isnad.similarity.shingles import SHINGLE_WORDS, Hashes, shingle_hashes
from isnad.similarity.snapshot import Captured, Opened
from isnad.similarity.window import Window
from isnad.text.words import words

Shingles = frozenset[tuple[str, ...]]


@dataclass
class Segment:
    calendar: int
    keys: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


@lru_cache
def shingles(text: str) -> Shingles:
    in_order = words(text)
    return frozenset(tuple(in_order[n : n + SHINGLE_WORDS]) for n in range(len(in_order) - SHINGLE_WORDS + 1))


class EveryText:
    """Does what `NearDuplicateIndex` does, but for snapshots: without an index, without hashes to find by."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.removed: set[int] = set()
        self.day = -1
        self.first_segment = 0
        self.oldest_number = 0
        self.held: list[Segment] = []

    def __len__(self) -> int:
        return len(self.newest())

    @property
    def segments(self) -> range:
        return range(self.first_segment, self.first_segment + len(self.held))

    def texts(self) -> list[tuple[int, str, str]]:
        """Number, key and text of each entry in the window."""
        entries = [entry for segment in self.held for entry in zip(segment.keys, segment.texts, strict=True)]
        return [(self.oldest_number + place, *entry) for place, entry in enumerate(entries)]

    def newest(self) -> dict[str, tuple[int, str]]:
        """Number and text of each key's newest entry, but for those that were removed."""
        newest = {key: (number, text) for number, key, text in self.texts()}
        return {key: entry for key, entry in newest.items() if entry[0] not in self.removed}

    def number(self, key: str) -> int | None:
        return self.newest()[key][0] if key in self.newest() else None

    def remove(self, key: str) -> int:
        number, _ = self.newest()[key]
        self.removed.add(number)
        return number

    def key(self, number: int) -> str:
        return {other: key for other, key, _ in self.texts()}[number]

    def hashes(self, number: int) -> Hashes:
        ((_, _, text),) = [entry for entry in self.texts() if entry[0] == number]
        return np.unique(shingle_hashes(words(text)))

    def advance(self, moment: datetime) -> range:
        fallen = self.oldest_number
        day = self.window.day(moment)
        last = self.held[-1] if self.held else None
        is_new_day = day > self.day
        self.day = max(self.day, day)
        if last is None or last.calendar != self.window.calendar(self.day) or self.room() == 0:
            self.held.append(Segment(self.window.calendar(self.day)))
        elif not is_new_day:
            return range(fallen, fallen)
        while self.window.is_over(self.held[0].calendar, self.day) or self.newer() >= self.window.articles:
            self.oldest_number += len(self.held.pop(0).keys)
            self.first_segment += 1
        return range(fallen, self.oldest_number)

    def room(self) -> int:
        return self.window.segment_articles - len(self.held[-1].keys)

    def newer(self) -> int:
        return sum(len(segment.keys) for segment in self.held[1:])

    def extend(self, entries: Sequence[tuple[str, str]]) -> list[Taken]:
        return [self.take(key, text) for key, text in entries[: self.room()]]

    def take(self, key: str, text: str) -> Taken:
        mine = shingles(text)
        found = []
        for other, (number, body) in self.newest().items():
            theirs = shingles(body)
            match = Match(number, other, len(mine & theirs), len(mine), len(theirs))
            if other != key and match.shared and match.containment >= LEAST_SHARE:
                found.append(match)
        found.sort(key=lambda match: (-match.containment, -match.jaccard, match.number))
        number = self.oldest_number + len(self.texts())
        self.held[-1].keys.append(key)
        self.held[-1].texts.append(text)
        return Taken(number, len(mine), found)

    def capture(self) -> Captured:
        raise NotImplementedError

    def restore(self, opened: Opened) -> None:
        raise NotImplementedError

    def close(self) -> None:
        pass

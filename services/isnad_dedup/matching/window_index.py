"""What the matcher needs of an index of the window: whatever finds texts that share words may stand in (pure)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from isnad.similarity.matches import Taken
from isnad.similarity.shingles import Hashes
from isnad.similarity.snapshot import Captured, Opened


class Index(Protocol):
    """What is needed of `isnad.similarity.index.NearDuplicateIndex`, where it is described."""

    def __len__(self) -> int:
        """Return how many articles are in the window."""
        ...

    @property
    def segments(self) -> range:
        """Which segments are in the window."""
        ...

    def number(self, key: str) -> int | None:
        """Return the number of the present text of an article in the window."""
        ...

    def key(self, number: int) -> str:
        """Return whose text in the window has this number."""
        ...

    def hashes(self, number: int) -> Hashes:
        """Return the distinct shingles of a text in the window."""
        ...

    def advance(self, moment: datetime) -> range:
        """Move the window, and return the numbers that fell out of it."""
        ...

    def extend(self, entries: Sequence[tuple[str, str]]) -> list[Taken]:
        """Match texts and add them, as many as the present segment has room for."""
        ...

    def remove(self, key: str) -> int:
        """Take a text out of the window, and return its number."""
        ...

    def capture(self) -> Captured:
        """Return the state, to be written."""
        ...

    def restore(self, opened: Opened) -> None:
        """Take over a state that was written."""
        ...

    def close(self) -> None:
        """Close its files."""
        ...

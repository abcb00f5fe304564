"""Places in topics: what is there of a partition, and where somebody was in it (pure)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Extent:
    """What is there of a partition."""

    first: int
    """The first offset that is there; above 0 where earlier messages were deleted."""
    end: int
    """The next one to be written."""
    first_at: datetime | None
    """When the first message that is there was appended (UTC); None where there is none."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A place in a partition, with a note to oneself."""

    offset: int
    note: str = ""

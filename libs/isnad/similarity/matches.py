"""What an index finds: which earlier texts share how much with one (pure)."""

import msgspec


class Match(msgspec.Struct, frozen=True, gc=False):
    """An earlier text that shares shingles with this one; the shares are exact."""

    number: int
    """Of its entry in the index."""
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


class Taken(msgspec.Struct, frozen=True):
    """A text that was taken in, and what it shares with those before it."""

    number: int
    size: int
    """Its distinct shingles."""
    matches: list[Match]
    """The greatest containment first; equal ones by greater jaccard, then older first."""

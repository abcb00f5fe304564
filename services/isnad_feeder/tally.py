"""What became of everything that was fed: the counts, each refusal, and the summary of them (pure)."""

from dataclasses import dataclass, field
from typing import Any

from isnad_feeder.places import Refusal

MAX_LISTED = 10_000
"""So many refusals are listed in the summary; all are counted, and told as they happen."""

MAX_KEYS = 1_000_000
"""So many ids are remembered, about 100 MB; whether an article came twice is known of these. A pipe may never end."""


@dataclass(slots=True)
class Tally:
    """The counts of one feeding."""

    files: int = 0
    """Files that were opened; a pipe counts as one."""
    accepted: int = 0
    """Articles that Kafka has acknowledged."""
    refused: int = 0
    keys: set[bytes] = field(default_factory=set, repr=False)
    """Ids of the accepted articles, the first `MAX_KEYS` of them: an input may hold an article twice."""
    again: int = 0
    """Accepted articles whose id is among `keys` already."""
    unknown: int = 0
    """Accepted articles of which nobody knows whether they came before: they came when `keys` was full."""
    refusals: list[Refusal] = field(default_factory=list, repr=False)

    def accept(self, key: bytes) -> None:
        """Count an article that Kafka has."""
        self.accepted += 1
        if key in self.keys:
            self.again += 1
        elif len(self.keys) < MAX_KEYS:
            self.keys.add(key)
        else:
            self.unknown += 1

    def refuse(self, refusal: Refusal) -> None:
        """Count something that was not sent."""
        self.refused += 1
        if len(self.refusals) < MAX_LISTED:
            self.refusals.append(refusal)

    def summary(self, seconds: float) -> dict[str, Any]:
        """Return the counts for `--json`.

        `refusals_left_out` is there when not all are listed, `distinct` when it is known.
        """
        left_out = self.refused - len(self.refusals)
        counts = {"files": self.files, "accepted": self.accepted, "distinct": len(self.keys), "refused": self.refused}
        if self.unknown:
            del counts["distinct"]
        return {
            **counts,
            "seconds": round(seconds, 3),
            "refusals": [_written(refusal) for refusal in self.refusals],
        } | ({"refusals_left_out": left_out} if left_out else {})

    def sentence(self, seconds: float) -> str:
        """Return the counts for people."""
        repeated = ""
        if self.again:
            number = f"{'at least ' if self.unknown else ''}{self.again:,}"
            repeated = f" ({number} of them again under an id that had come before)"
        rate = f", {self.accepted / seconds:,.0f}/s" if seconds >= 1 and self.accepted else ""
        files = f"{self.files:,} file{'' if self.files == 1 else 's'}"
        return f"{files}: {self.accepted:,} accepted{repeated}, {self.refused:,} refused, {seconds:.1f} s{rate}"


def _written(refusal: Refusal) -> dict[str, Any]:
    place = refusal.place
    texts = {"file": place.file, "member": place.member, "reason": refusal.reason}
    numbers = {"line": place.line, "item": place.item}
    # A file's name, or what a reason quotes, may hold what UTF-8 can't: it is written as an escape.
    parts = {name: text and text.encode("utf-8", "backslashreplace").decode() for name, text in texts.items()} | numbers
    return {name: value for name, value in parts.items() if value is not None}

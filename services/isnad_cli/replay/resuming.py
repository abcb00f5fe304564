"""Where a replay was when it ended early, so that the same command goes on from there (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from isnad.continuity import Partition
from isnad.places import Bookmark
from isnad_cli.replay.where import Stretch


class Asked(msgspec.Struct, frozen=True):
    """What a replay was asked to do, and by which version; only the very same is gone on with."""

    start: str
    end: str
    version: str
    into: str = ""
    """Prefix of new indexes that it fills; empty where it writes to where readers see it."""


class _Note(msgspec.Struct, frozen=True):
    asked: Asked
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to do, and how much of it was done before."""

    stretches: Mapping[Partition, Stretch]
    """All of it."""
    places: Mapping[Partition, int]
    """From where in each partition."""

    @property
    def total(self) -> int:
        """Offsets in all stretches."""
        return sum(stretch.end - stretch.start for stretch in self.stretches.values())

    @property
    def done(self) -> int:
        """Offsets of them that were done before."""
        return sum(self.places[partition] - stretch.start for partition, stretch in self.stretches.items())

    @property
    def all_done(self) -> "Plan":
        """The same, when nothing of it is left to do."""
        return Plan(self.stretches, {partition: stretch.end for partition, stretch in self.stretches.items()})

    @property
    def left(self) -> dict[Partition, Stretch]:
        """What is still to be done."""
        return {
            partition: Stretch(self.places[partition], stretch.end)
            for partition, stretch in self.stretches.items()
            if self.places[partition] < stretch.end
        }


def fresh(stretches: Mapping[Partition, Stretch]) -> Plan:
    """Return the plan to do all of it."""
    return Plan(stretches, {partition: stretch.start for partition, stretch in stretches.items()})


def bookmarks(asked: Asked, plan: Plan, places: Mapping[Partition, int]) -> dict[Partition, Bookmark]:
    """Return what is to be kept of a replay that has come this far."""
    found = {}
    for partition, stretch in plan.stretches.items():
        note = msgspec.json.encode(_Note(asked, stretch.start, stretch.end)).decode()
        found[partition] = Bookmark(places.get(partition, plan.places[partition]), note)
    return found


def finished(plan: Plan) -> dict[Partition, Bookmark]:
    """Return what is to be kept of a replay that was done: nothing to go on with."""
    return {partition: Bookmark(stretch.end) for partition, stretch in plan.stretches.items()}


def unfinished(kept: Mapping[Partition, Bookmark], asked: Asked) -> Plan | None:
    """Return what was begun and not ended of what is asked now; None where there is no such thing."""
    stretches, places = {}, {}
    for partition, bookmark in kept.items():
        note = _read(bookmark.note)
        if note is not None and note.asked == asked:
            stretches[partition] = Stretch(note.first, note.last)
            places[partition] = bookmark.offset
    plan = Plan(stretches, places)
    return plan if plan.stretches else None


def _read(note: str) -> _Note | None:
    try:
        return msgspec.json.decode(note, type=_Note)
    except msgspec.DecodeError:
        return None

"""From where to where in a topic, as a person writes it: beginning, now, a moment, an age, offsets (pure)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from isnad.continuity import Partition
from isnad.errors import RequestError
from isnad.places import Extent
from isnad_cli.ages import BEFORE_ALL, ago

_PLACE = re.compile(r"(?:(?P<topic>[a-zA-Z0-9._-]+)/)?(?P<partition>\d{1,9})@(?P<offset>\d{1,18})", re.ASCII)
_OFFSET = re.compile(r"\d{1,18}", re.ASCII)

FORMS = (
    "write `beginning`, `now`, a time with its zone as 2026-01-31T08:00:00Z, an age as `2h ago` (s, m, h, d, w), or "
    "offsets: 1200 for every partition, or PARTITION@OFFSET[,PARTITION@OFFSET…] for some"
)


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first that is there."""


@dataclass(frozen=True, slots=True)
class Now:
    """The end that is there now."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What was appended then or later."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Offsets:
    """An offset for each of some partitions, or one for all."""

    places: Mapping[tuple[str | None, int], int]
    """By topic, None for whichever topics there are, and partition; empty where one offset is for all."""
    everywhere: int | None = None

    def of(self, topic: str, partition: int) -> int | None:
        """Return the offset of a partition, None where it is not among them."""
        if self.everywhere is not None:
            return self.everywhere
        return self.places.get((topic, partition), self.places.get((None, partition)))


Where = Beginning | Now | Moment | Offsets


@dataclass(frozen=True, slots=True)
class Stretch:
    """Offsets of a partition, from `start` up to but not including `end`."""

    start: int
    end: int


def read(text: str, now: datetime) -> Where:
    """Return what is meant.

    Raises:
        RequestError: nobody can say what is meant; the text says what can be written.
    """
    given = text.strip()
    if given in ("beginning", "now"):
        return Beginning() if given == "beginning" else Now()
    if then := ago(given, now):
        return Beginning() if then == BEFORE_ALL else Moment(then)
    if _OFFSET.fullmatch(given):
        return Offsets({}, int(given))
    places = [_PLACE.fullmatch(one.strip()) for one in given.split(",")]
    found = {(one["topic"], int(one["partition"])): int(one["offset"]) for one in places if one is not None}
    if len(found) == len(places):
        return Offsets(found)
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise RequestError(f"{text!r} is no place in a topic: {FORMS}.") from None
    if moment.tzinfo is None:
        raise RequestError(f"{text!r} is a time without its zone; write {given}Z for UTC.")
    return Moment(moment)


def stretches(
    extents: Mapping[Partition, Extent],
    start: Where,
    end: Where,
    moments: Mapping[datetime, Mapping[Partition, int]],
) -> dict[Partition, Stretch]:
    """Return what lies between two places, for each partition that is meant; it may be nothing.

    Args:
        extents: what is there of each partition.
        start: from where.
        end: up to where.
        moments: where in each partition the moments lie that are meant.

    Raises:
        RequestError: some of it is not there any more, or not there yet, or the end lies before the start.
    """
    _check_named(extents, start, end)
    found = {}
    for partition, extent in extents.items():
        first = _offset(start, partition, extent, moments, otherwise=None)
        if first is None:
            continue
        last = _offset(end, partition, extent, moments, otherwise=extent.end)
        _check(partition, extent, start, first)
        if last is None:
            continue
        if max(first, last) > extent.end:
            raise RequestError(
                f"{_named(partition)} ends at offset {extent.end:,}; {max(first, last):,} is not there yet."
            )
        last = max(first, last)
        found[partition] = Stretch(first, last)
    return found


def deleted(extents: Mapping[Partition, Extent]) -> datetime | None:
    """Return since when all partitions are whole, None where nothing was deleted."""
    cut = [extent.first_at for extent in extents.values() if extent.first > 0]
    return max((moment for moment in cut if moment is not None), default=None)


def _offset(
    where: Where,
    partition: Partition,
    extent: Extent,
    moments: Mapping[datetime, Mapping[Partition, int]],
    otherwise: int | None,
) -> int | None:
    match where:
        case Beginning():
            return extent.first
        case Now():
            return extent.end
        case Moment(at):
            return moments[at][partition]
        case Offsets():
            named = where.of(*partition)
            return otherwise if named is None else named


def _check(partition: Partition, extent: Extent, start: Where, first: int) -> None:
    """Raise where the start lies before what is there."""
    if extent.first == 0:
        return
    there = f"since {_time(extent.first_at)}" if extent.first_at else "no more"
    if isinstance(start, Offsets) and first < extent.first:
        raise RequestError(
            f"{_named(partition)} begins at offset {extent.first:,} (there {there}); what was before was deleted by "
            f"retention. Take what is there: --from beginning"
        )
    if isinstance(start, Moment) and extent.first_at is not None and start.at < extent.first_at:
        raise RequestError(
            f"{_named(partition)} is there {there}; what was before was deleted by retention. "
            "Take what is there: --from beginning"
        )


def _check_named(extents: Mapping[Partition, Extent], *places: Where) -> None:
    for where in places:
        if isinstance(where, Offsets):
            for topic, number in where.places:
                if not any(number == partition[1] and topic in (None, partition[0]) for partition in extents):
                    topics = " or ".join(sorted({topic for topic, _ in extents}))
                    what = f"{topic}/{number}" if topic else f"partition {number}"
                    raise RequestError(f"There is no {what} to read; the stage reads {topics}.")


def _named(partition: Partition) -> str:
    topic, number = partition
    return f"{topic}, partition {number},"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"

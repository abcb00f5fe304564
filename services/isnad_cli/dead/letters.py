"""Reading the topic of dead letters: which records died, and what a person has decided about each."""

import contextlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec
from rich.console import Console
from rich.progress import Progress

from isnad import codec
from isnad.burials import Log
from isnad.errors import RecordError, RequestError
from isnad.messages import DeadLetter, Resolution
from isnad.outcomes import Record
from isnad_cli.dead.choosing import Choice
from isnad_cli.dead.originals import source

State = Literal["open", "replayed", "dropped"]
STATES: tuple[State, ...] = ("open", "replayed", "dropped")

UNREADABLE = "unreadable"
UNKNOWN = "unknown"


@dataclass(slots=True)
class Dead:
    """A record that died. Kafka may have delivered it twice, when a worker was killed; it is one all the same.

    Attributes:
        letter: its first letter, without the original.
        source: the outlet, None where the original does not say it.
        offsets: of all its letters.
        resolution: a person's last decision, None while it is open.
    """

    letter: DeadLetter
    source: str | None
    offsets: list[int]
    resolution: Resolution | None = None

    @property
    def offset(self) -> int:
        """Offset of its first letter, by which it is called."""
        return self.offsets[0]

    @property
    def state(self) -> State:
        """What a person has decided."""
        return self.resolution.action if self.resolution else "open"


@dataclass
class Letters:
    """The dead letters that were asked for.

    Attributes:
        found: the records that fit and are in one of the states, by their first letters.
        states: how many records that fit are in each state, also in those that were not asked for.
        unreadable: how many messages are no letters.
        others: how many records do not fit.
    """

    found: list[Dead] = field(default_factory=list)
    states: Counter[State] = field(default_factory=Counter)
    unreadable: int = 0
    others: int = 0

    @property
    def total(self) -> int:
        """How many records died."""
        return len(self.found) + self.unreadable

    @property
    def by_reason(self) -> Counter[str]:
        """How many died of each reason."""
        return Counter(str(one.letter.reason) for one in self.found) + Counter({UNREADABLE: self.unreadable})

    @property
    def by_stage(self) -> Counter[str]:
        """How many died in each stage."""
        return Counter(one.letter.stage for one in self.found)

    @property
    def by_source(self) -> Counter[str]:
        """How many died of each outlet."""
        return Counter(one.source or UNKNOWN for one in self.found)

    @property
    def by_topic(self) -> Counter[str]:
        """How many came from each topic."""
        return Counter(one.letter.topic for one in self.found)


class _Reading:
    """Letters as they come, put together by record."""

    def __init__(self) -> None:
        self.unreadable = 0
        self.dead: dict[tuple[str, int, int, datetime], Dead] = {}

    def take(self, record: Record) -> None:
        try:
            letter = codec.decode(DeadLetter, record.value)
        except RecordError:
            self.unreadable += 1
            return
        # A topic that was made anew begins to count again, at a later time.
        place = (letter.topic, letter.partition, letter.offset, letter.appended_at)
        known = self.dead.get(place)
        if letter.resolution is not None:
            if known is not None:
                known.resolution = letter.resolution
        elif known is not None:
            known.offsets.append(record.offset)
        else:
            light = msgspec.structs.replace(letter, key=None, value=None, headers=())
            self.dead[place] = Dead(light, source(letter), [record.offset])


async def collect(
    log: Log, topic: str, choice: Choice, states: Iterable[State] = ("open",), *, start: int = 0
) -> Letters:
    """Read the topic of dead letters from offset `start` on, with a progress bar on standard error.

    Raises:
        BrokerUnavailable: Kafka does not answer in time.
        SetupError: there is no such topic.
    """
    reading, letters = _Reading(), Letters()
    first, end = await log.bounds(topic, 0)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        start = max(first, start)
        task = progress.add_task("Reading dead letters", total=end - start)
        async for record in log.read(topic, 0, start, end):
            progress.advance(task)
            reading.take(record)
    wanted = frozenset(states)
    for one in reading.dead.values():
        if not (choice.fits(one.letter, one.source) and any(map(choice.has, one.offsets))):
            letters.others += 1
            continue
        letters.states[one.state] += 1
        if one.state in wanted:
            letters.found.append(one)
    if choice.everything:
        letters.unreadable = reading.unreadable
    return letters


async def letter_at(log: Log, topic: str, offset: int) -> DeadLetter:
    """Return the letter at an offset.

    Raises:
        BrokerUnavailable: Kafka does not answer in time.
        RequestError: there is none.
        SetupError: there is no such topic.
    """
    first, end = await log.bounds(topic, 0)
    if not first <= offset < end:
        held = f"it has {first} to {end - 1}" if first < end else "it has none"
        raise RequestError(f"There is no dead letter at offset {offset}: {held}. See: isnad dead list")
    values = [record.value async for record in log.read(topic, 0, offset, offset + 1)]
    with contextlib.suppress(IndexError):
        try:
            return codec.decode(DeadLetter, values[0])
        except RecordError as exc:
            raise RequestError(
                f"The message at offset {offset} of {topic} is no dead letter of isnad ({exc.detail})."
            ) from exc
    raise RequestError(f"There is no message at offset {offset} of {topic}. See: isnad dead list")

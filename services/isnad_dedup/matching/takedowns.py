"""Which articles were taken down: remembered for good, not only as long as the window goes back (pure)."""

from datetime import UTC, datetime

import msgspec

from isnad.messages import LogPosition, RawPlace, Relation, StoryState, Takedown
from isnad.similarity.snapshot import Captured, Opened

BEGINNING = LogPosition(0, datetime.fromtimestamp(0, UTC))
"""Nothing stands before it."""

_PART = "takedowns"


class Instruction(msgspec.Struct, frozen=True):
    """A takedown, or its end, as it stands in the log."""

    takedown: Takedown
    position: LogPosition


class LeftStory(msgspec.Struct, frozen=True):
    """An article that was taken down, and the story afterwards."""

    article_id: str
    relation: Relation
    story: StoryState


class Removal(msgspec.Struct, frozen=True, tag=True):
    """What came of an instruction."""

    position: LogPosition
    """Of the instruction when it came first: that is what it holds from, however often it comes. Where a restore takes
    nothing back, it holds from where the one before it does, or from `BEGINNING`."""
    counted_out: tuple[str, ...]
    """Ids of the articles that left their stories by it, and whose stories are known."""
    left: tuple[LeftStory, ...] = ()
    """Each of them, with its story as it is after all of them; none where the instruction came before."""


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """The newest instruction about an id."""

    is_down: bool
    raw: RawPlace | None
    """Of the instruction: one that was sent before it comes late."""
    position: LogPosition
    counted_out: tuple[str, ...]
    out_before: RawPlace | None
    """An article that was sent before this stays out; None where nothing does for that reason."""


def after(before: Standing | None, instruction: Instruction) -> Standing:
    """Return what stands about an id after an instruction that is newer than what stood before.

    Where nothing is down, a restore takes nothing back: what was sent before it is there like what is sent after it.
    """
    takedown, position = instruction.takedown, instruction.position
    is_down, was_down = takedown.kind == "takedown", before is not None and before.is_down
    if is_down or was_down:
        counted_out = before.counted_out if before is not None and is_down and was_down else ()
        return Standing(is_down, takedown.raw, position, counted_out, takedown.raw)
    if before is not None:
        return msgspec.structs.replace(before, raw=takedown.raw)
    return Standing(is_down, takedown.raw, BEGINNING, (), None)


class Takedowns:
    """The newest instruction about each id that there ever was one about.

    Kept in memory: some hundred bytes for each, and nothing for articles that nobody took down.
    """

    def __init__(self) -> None:
        self._standing: dict[str, Standing] = {}

    def __bool__(self) -> bool:
        return bool(self._standing)

    def find(self, id_: str) -> Standing | None:
        """Return the newest instruction about just this id."""
        return self._standing.get(id_)

    def keep(self, id_: str, standing: Standing) -> None:
        """Let this be the newest instruction about an id."""
        self._standing[id_] = standing

    def about(self, *ids: str) -> list[Standing]:
        """Return the newest instructions about an article: about its own id, and about its page's."""
        return [found for id_ in dict.fromkeys(ids) if (found := self._standing.get(id_)) is not None]

    def capture(self) -> Captured:
        """Return what is to be written of it, as it is now."""
        state = self._standing.copy()
        return Captured({}, {_PART: lambda: msgspec.msgpack.encode(state)})

    def restore(self, opened: Opened) -> None:
        """Go on from a captured state.

        Raises:
            SnapshotError: it can't be read.
        """
        self._standing = msgspec.msgpack.decode(opened.data(_PART), type=dict[str, Standing])

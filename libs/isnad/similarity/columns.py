"""What the compiled passes over an index are given and give: flat arrays, by name (pure)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Counts = NDArray[np.int32]
Words = NDArray[np.uint64]
Marks = NDArray[np.uint8]


class Room(NamedTuple):
    """Working memory of the passes; nothing in it outlives a call, except that `counts` is all zero between them."""

    counts: Counts
    """For each entry of a segment, how often it was met by the present text."""
    met: Counts
    """The entries met."""
    sketch: Numbers
    """The places of the hashes of sketches: as many as there are in a batch."""
    seen: Words
    """What stands in their first slots, or what the slots hold for them."""
    ahead: Words
    """What is read ahead of an entry that has them."""


class Slots(NamedTuple):
    """A segment's table, and the one from which it is being filled."""

    slots: Words
    homes: int
    """In so many of its slots a search begins."""
    former: Words
    former_homes: int
    progress: Words
    """The slot of `former` that is moved next, and a bound: kept bits below it are in `slots`, others in `former`."""


class Drawn(NamedTuple):
    """The sketches of a batch of texts, see `draw`."""

    places: Counts
    starts: Numbers
    marks: Marks


class Candidates(NamedTuple):
    """Entries that may share enough with a text, as columns."""

    text: Counts
    """The text's place in the batch."""
    number: Numbers
    """The entry's."""
    place: Numbers
    """Where in the file the entry's shingles begin, counted in shingles."""
    size: Counts
    """How many they are."""
    file: Counts
    """The file's descriptor."""


class Found(NamedTuple):
    """Matches as columns: the text's place in the batch, the entry's number, shared shingles, the entry's size."""

    text: Counts
    number: Numbers
    shared: Counts
    size: Counts

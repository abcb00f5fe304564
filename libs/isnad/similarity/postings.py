"""Which entries hold a hash, and which of them may share enough with a text: the compiled half of the index (pure).

A segment's postings are an open-addressing table in one flat array (linear probing; Knuth, The Art of Computer
Programming, 6.4, algorithm L). A slot of 8 bytes holds 36 bits of the hash and either the one entry that has it, as
most hashes do, or the newest node of a chain, whose nodes hold an entry each and what is older. The first 36 bits of
the hash decide over the slot, in order, so that a table grows by one sweep through memory. In a segment that takes no
more texts the slots are put in order altogether (Amble and Knuth 1974, "Ordered hash tables"), so that a hash that
is not there, as most are, is missed within a line of the cache though the table is nearly full.

Two hashes with the same 36 bits share a slot. That can only add candidates, never a match: candidates are verified on
all their shingles (`isnad.similarity.verifying`).

Whatever calls each other here stands in this one file: numba notices that a file has changed, not that a file which
it calls has.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.compiled import compiled
from isnad.similarity.shingles import Hashes

Numbers = NDArray[np.int64]
Counts = NDArray[np.int32]
Words = NDArray[np.uint64]
Marks = NDArray[np.uint8]

LEAST_SKETCH = 56
"""A sketch is made thinner only as long as about so many hashes stay.

Two texts with k shared shingles are missed when none of these is in both sketches: with a chance of (1 - 1/scale)^k.
That matters only where a text of a few lines meets a long one: k = 20 gives 0.3 % at scale 4."""

LARGEST_SCALE = 4
"""A text of many shingles is looked up by one in so many of them."""

LEAD = 12
"""The first shingles of a text are in its sketch whatever their hashes: a flash of a line or two is how the report that
follows it begins, and would share too few for one of them to be drawn."""

MOST_IN_A_SEGMENT = 1 << 26
"""Postings after which a segment is full; a slot could tell twice as many apart."""

MOST_SUPERSEDED = 256
"""Postings of former texts are passed over without counting as looked at, or a page that is edited every few minutes
would hide the other texts that share a shingle. Only so many of one hash in one segment, or the page would be followed
the longer the more often it is edited."""

_FURTHER = 4
"""So many slots further is fetched ahead, too: half of the searches end in the next line of the cache."""

FULLEST = 0.75
"""A table grows when so much of it is used."""

NEVER = np.iinfo(np.int64).max
"""Stands for the number of the entry that superseded one, while there is none."""

_VALUE_BITS = 28

LAYOUT = f"{LEAST_SKETCH}/{LARGEST_SCALE}/{LEAD}/{_VALUE_BITS}"
"""Which hashes of a text are kept, and how: tables of another layout can't be searched."""

_U_VALUE_BITS = np.uint64(_VALUE_BITS)
_VALUE = np.uint64((1 << _VALUE_BITS) - 1)
_IS_NODE = np.uint64(1 << (_VALUE_BITS - 1))
_NODE = np.uint64((1 << (_VALUE_BITS - 1)) - 1)
_KEPT_BITS = np.uint64(64 - _VALUE_BITS)
_OLDER = np.uint64(32)
_OLDER_MASK = np.uint64((1 << 32) - 1)
_EMPTY = np.uint64(0)
_U_ONE = np.uint64(1)


class Room(NamedTuple):
    """Working memory of the passes; nothing in it outlives a call, except that `counts` is all zero between them."""

    counts: Counts
    """For each entry of a segment, how often it was met by the present text."""
    met: Counts
    """The entries met."""
    sketch: Numbers
    """The places of the hashes of sketches: as many as there are in a batch."""
    seen: Words
    """What stands in their first slots."""


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


@compiled
def scale_of(size: int) -> int:
    """Return the scale of a text of so many distinct shingles: its sketch holds the hashes that are 0 modulo that.

    The sketch is a FracMinHash (Hera, Pierce-Ward, Koslicki 2023, "Deriving confidence intervals for mutation rates
    across a wide range of evolutionary distances using FracMinHash"; Broder's "mod m" sketch), whose scale follows the
    size of the text, so that a short one is always found. It depends on the text alone, never on other texts.
    """
    scale = 1
    while scale < LARGEST_SCALE and size >= 2 * scale * LEAST_SKETCH:
        scale *= 2
    return scale


@compiled
def _home_of(kept: np.uint64, homes: int) -> np.int64:
    """Return where the search for a hash's kept bits begins."""
    return np.int64((kept * np.uint64(homes)) >> _KEPT_BITS)


@compiled
def _slot_of(table: Words, kept: np.uint64) -> np.int64:
    """Return the slot of a hash's kept bits in a table that grows: where it stands, or the free one where it would."""
    slot = _home_of(kept, table.size)
    while True:
        held = table[slot]
        if held == _EMPTY or (held >> _U_VALUE_BITS) == kept:
            return slot
        slot += 1
        if slot == table.size:
            slot = np.int64(0)


@compiled
def _value_in_order(table: Words, homes: int, kept: np.uint64) -> np.uint64:
    """Return what a table in order holds for a hash's kept bits."""
    slot = _home_of(kept, homes)
    while True:
        held = table[slot]
        standing = held >> _U_VALUE_BITS
        if held == _EMPTY or standing > kept:
            return _EMPTY
        if standing == kept:
            return np.uint64(held & _VALUE)
        slot += 1


@compiled
def put_in_order(table: Words, homes: int, into: Words) -> bool:
    """Put all that a table holds into an empty one, so that it stands there in order, each from its home on.

    A search in it ends at the first slot that is past the hash, and none begins again from the front; the last slot
    stays free.

    Returns:
        Whether there was room behind the last home; where not, not all was put there.
    """
    last = into.size - 1
    for held in table:
        one = held
        slot = _home_of(one >> _U_VALUE_BITS, homes)
        while slot < last and one != _EMPTY:
            there = into[slot]
            if there == _EMPTY or there > one:
                into[slot] = one
                one = there
            slot += 1
        if one != _EMPTY:
            return False
    return True


@compiled
def _fetch(begin: int, end: int, hashes: Hashes, table: Words, room: Room) -> np.int64:
    """Write down which of the hashes make the sketch, and return how many.

    Their slots are read here for no other purpose than to have them in the cache: one after the other, without a
    branch between, so that the processor waits for many at a time and not for each.
    """
    apart = np.uint64(scale_of(end - begin) - 1)
    count = np.int64(0)
    lead = min(begin + LEAD, end)
    for place in range(begin, lead):
        room.sketch[count] = place
        count += 1
    for place in range(lead, end):
        room.sketch[count] = place
        count += np.int64(hashes[place] & apart == _EMPTY)
    for place in range(count):
        room.seen[place] = table[_home_of(hashes[room.sketch[place]] >> _U_VALUE_BITS, table.size)]
    return count


@compiled
def _fetch_marked(
    begin: int, texts: int, drawn: Drawn, bit: int, hashes: Hashes, table: Words, homes: int, room: Room
) -> None:
    """Write down which hashes of the texts' sketches a segment may hold; else as `_fetch`.

    They stand from where the text's sketch begins in `drawn` on, and a -1 behind them. All texts at once, so that the
    processor never waits for the last of one text before it asks for the first of the next.
    """
    for text in range(begin, texts):
        end = drawn.starts[text]
        for one in range(drawn.starts[text], drawn.starts[text + 1]):
            room.sketch[end] = drawn.places[one]
            end += np.int64(bit == 0 or drawn.marks[one] & bit != 0)
        count = end - drawn.starts[text]
        further = _FURTHER if homes < table.size else 0
        for one in range(end - count, end):
            home = _home_of(hashes[room.sketch[one]] >> _U_VALUE_BITS, homes)
            room.seen[one] = table[home] ^ table[home + further]
        if end < drawn.starts[text + 1]:
            room.sketch[end] = -1


@compiled
def mark(table: Words, cells: Marks, bit: int) -> None:
    """Mark where the hashes of a segment's table stand: cell i stands for the i-th stretch of all hashes there are."""
    for held in table:
        if held != _EMPTY:
            cells[_home_of(held >> _U_VALUE_BITS, cells.size)] |= np.uint8(bit)


@compiled
def draw(texts: Numbers, hashes: Hashes, cells: Marks, places: Counts, starts: Numbers, marks: Marks) -> None:
    """Write down the places of the hashes that make the texts' sketches, and how their cells are marked.

    Text i has `places[starts[i]:starts[i + 1]]`; `marks` goes with `places`.
    """
    end = np.int64(0)
    for text in range(texts.size - 1):
        begin, stop = texts[text], texts[text + 1]
        apart = np.uint64(scale_of(stop - begin) - 1)
        for place in range(begin, stop):
            places[end] = place
            end += np.int64(place < begin + LEAD or hashes[place] & apart == _EMPTY)
        starts[text + 1] = end
    # In a loop of its own, without a branch, so that the processor waits for many cells at a time.
    for drawn in range(end):
        marks[drawn] = cells[_home_of(hashes[places[drawn]] >> _U_VALUE_BITS, cells.size)]


@compiled
def grow(table: Words, into: Words) -> None:
    """Put all that a table holds into an empty one of another size."""
    for held in table:
        if held != _EMPTY:
            into[_slot_of(into, held >> _U_VALUE_BITS)] = held


@compiled
def _promising(
    text: int,
    size: int,
    met: int,
    room: Room,
    first: int,
    starts: Numbers,
    least_estimate: float,
    candidates: Candidates,
    end: int,
) -> int:
    """Write down which of the entries met may share enough, forget the counts, and return the new end of `candidates`.

    What is shared is estimated from how often they were met.
    """
    scale = scale_of(size)
    for place in range(met):
        entry = room.met[place]
        count = room.counts[entry]
        room.counts[entry] = 0
        other = starts[entry + 1] - starts[entry]
        if count * max(scale, scale_of(other)) >= least_estimate * min(size, other):
            candidates.text[end] = text
            candidates.number[end] = first + entry
            candidates.place[end] = starts[entry]
            candidates.size[end] = other
            end += 1
    return end


@compiled
def _meet(
    held: np.uint64,
    nodes: Words,
    place: int,
    number: int,
    first: int,
    superseded: Numbers,
    left: Counts,
    room: Room,
    met: int,
) -> int:
    """Count the entries that hold a hash, the newest first, and return how many entries were met so far.

    Neither the text's own entry counts nor one that was superseded before it came.
    """
    passed = 0
    while held != _EMPTY and left[place] > 0 and passed < MOST_SUPERSEDED:
        if held & _IS_NODE != _EMPTY:
            node = nodes[np.int64(held & _NODE)]
            entry = np.int64(node >> _OLDER)
            held = node & _OLDER_MASK
        else:
            entry = np.int64(held) - 1
            held = _EMPTY
        if first + entry == number or superseded[entry] <= number:
            passed += 1
            continue
        left[place] -= 1
        if room.counts[entry] == 0:
            room.met[met] = entry
            met += 1
        room.counts[entry] += 1
    return met


@compiled
def look_up(
    begin: int,
    texts: Numbers,
    hashes: Hashes,
    numbers: Numbers,
    left: Counts,
    drawn: Drawn,
    bit: int,
    table: Words,
    homes: int,
    nodes: Words,
    first: int,
    entries: int,
    starts: Numbers,
    superseded: Numbers,
    least_estimate: float,
    room: Room,
    candidates: Candidates,
    end: int,
) -> tuple[int, int]:
    """Find which entries of a segment that texts are not in may share enough with them.

    Args:
        begin: the first text to look at.
        texts: text i of the batch has the distinct hashes `hashes[texts[i]:texts[i + 1]]`.
        hashes: of all texts.
        numbers: each text's own number: entries that it superseded, or that were before it, are passed over.
        left: for each hash, how many postings may still be looked at; counted down. Those of entries that are passed
            over do not count, up to `MOST_SUPERSEDED`.
        drawn: the texts' sketches.
        bit: how the cells are marked of which the segment has a hash; 0 where they are not.
        table: the segment's.
        homes: in how many of its slots a search begins, where it is in order; 0 where it is one that grows.
        nodes: the segment's.
        first: number of the segment's first entry.
        entries: how many it has.
        starts: its entry e has the shingles from `starts[e]` to `starts[e + 1]` in the segment's file.
        superseded: by which number each entry was superseded.
        least_estimate: what must be shared of the smaller of two texts, as it is estimated.
        room: working memory.
        candidates: where they are written, all but `file`, from `end` on.
        end: the first free place in it.

    Returns:
        The first text that was not looked at, because `candidates` may not hold what it meets, and their new end.
    """
    _fetch_marked(begin, texts.size - 1, drawn, bit, hashes, table, homes or table.size, room)
    for text in range(begin, texts.size - 1):
        if candidates.text.size - end < entries:
            return text, end
        met = 0
        for one in range(drawn.starts[text], drawn.starts[text + 1]):
            place = room.sketch[one]
            if place < 0:
                break
            kept = hashes[place] >> _U_VALUE_BITS
            held = _value_in_order(table, homes, kept) if homes else table[_slot_of(table, kept)] & _VALUE
            met = _meet(held, nodes, place, numbers[text], first, superseded, left, room, met)
        size = texts[text + 1] - texts[text]
        end = _promising(text, size, met, room, first, starts, least_estimate, candidates, end)
    return texts.size - 1, end


@compiled
def take(
    begin: int,
    texts: Numbers,
    hashes: Hashes,
    numbers: Numbers,
    left: Counts,
    table: Words,
    nodes: Words,
    used: int,
    chained: int,
    first: int,
    starts: Numbers,
    superseded: Numbers,
    least_estimate: float,
    room: Room,
    candidates: Candidates,
    end: int,
) -> tuple[int, int, int, int]:
    """Take texts into their segment, one after the other, finding for each which before it may share enough with it.

    The arguments are those of `look_up`, and `used` slots of the table, `chained` nodes. `starts` and `superseded`
    hold the texts of the batch already; text i becomes entry `numbers[i] - first`.

    Returns:
        The first text that was not taken, because the table, the nodes or `candidates` may have no room for it or the
        segment is full; and what is used of the slots, the nodes and `candidates`.
    """
    for text in range(begin, texts.size - 1):
        size = texts[text + 1] - texts[text]
        entry = numbers[text] - first
        if (
            used + size > FULLEST * table.size
            or chained + size > nodes.size
            or candidates.text.size - end < entry
            or used + chained >= MOST_IN_A_SEGMENT
        ):
            return text, used, chained, end
        met = 0
        for drawn in range(_fetch(texts[text], texts[text + 1], hashes, table, room)):
            place = room.sketch[drawn]
            kept = hashes[place] >> _U_VALUE_BITS
            slot = _slot_of(table, kept)
            newest = table[slot] & _VALUE
            if newest == _EMPTY:
                table[slot] = (kept << _U_VALUE_BITS) | np.uint64(entry + 1)
                used += 1
                continue
            met = _meet(newest, nodes, place, numbers[text], first, superseded, left, room, met)
            nodes[chained] = (np.uint64(entry) << _OLDER) | newest
            table[slot] = (kept << _U_VALUE_BITS) | _IS_NODE | np.uint64(chained)
            chained += 1
        end = _promising(text, size, met, room, first, starts, least_estimate, candidates, end)
    return texts.size - 1, used, chained, end

"""Which entries hold a hash, and which of them may share enough with a text: the compiled half of the index (pure).

A segment's postings are an open-addressing table in one flat array (linear probing; Knuth, The Art of Computer
Programming, 6.4, algorithm L). A slot of 8 bytes holds 36 bits of the hash and either the one entry that has it, as
most hashes do, or the newest node of a chain, whose nodes hold an entry each and what is older. The first 36 bits of
the hash decide over the slot where a search begins, its *home*, and the slots are in the order of these bits altogether
(Amble and Knuth 1974, "Ordered hash tables"): a hash that is not there, as most are, is missed within a line of the
cache though the table is nearly full. No search begins again from the front: behind the last home are slots of their
own, the *slack*, of which the last one stays free.

A table that is full is moved into a larger one by a sweep through both, and one that is to take no more texts into one
that is just large enough. Either takes too long to be done at once, so it is done in steps, in between which both are
in use: what is in order can be parted anywhere, and a hash below the next one to be moved is in the new table.

Two hashes with the same 36 bits share a slot. That can only add candidates, never a match: candidates are verified on
all their shingles (`isnad.similarity.verifying`).
"""

import numpy as np

from isnad.similarity.columns import Candidates, Counts, Drawn, Numbers, Room, Slots, Words
from isnad.similarity.compiled import compiled
from isnad.similarity.shingles import Hashes

LEAST_SKETCH = 56
"""A sketch is made thinner only as long as about so many hashes stay.
Two texts that share k shingles are missed when none of these is in both sketches: with a chance of (1 - 1/scale)^k.
That matters only where a text of a few lines meets a long one: k = 12 gives 3 %, k = 20 gives .3 % at scale 4."""

LARGEST_SCALE = 4
"""A text of many shingles is looked up by one in so many of them."""

LEAD = 12
"""The first shingles of a text are in its sketch whatever their hashes: a flash of a line or two is how the report that
follows it begins, and would share too few for one of them to be drawn."""

LOOSE, DEVIATIONS = 1 / 2, 2.0
"""A candidate is verified where half of what is to be expected was met, since boilerplate is not looked up; or so many
standard deviations less at most, since it is a matter of chance how many of a few shingles are in a sketch."""

MOST_IN_A_SEGMENT = 1 << 26
"""Postings after which a segment is full; a slot could tell twice as many apart."""

MOST_SUPERSEDED = 256
"""Postings of former texts are passed over without counting as looked at, or a page that is edited every few minutes
would hide the others that share a shingle. Only so many of a hash in a segment, or that page would take ever longer."""

_FURTHER = 4
"""So many slots further is fetched ahead, too: half of the searches end in the next line of the cache."""

LEAST_SLACK = 2 * _FURTHER
"""So many slots at least are behind the last home."""

FULLEST = 0.75
"""A table grows when so much of its homes is used."""

_MOVED_FOR_EACH = 8
"""While a table is moved, so many of its slots are for each hash that comes in: an eighth more is in it at the end."""

NEVER = np.iinfo(np.int64).max
"""Stands for the number of the entry that superseded one, while there is none."""

_VALUE_BITS = 28

LAYOUT = f"{LEAST_SKETCH}/{LARGEST_SCALE}/{LEAD}/{_VALUE_BITS}"
"""Which hashes of a text are kept, and how: tables of another layout can't be searched."""

_U_VALUE_BITS = np.uint64(_VALUE_BITS)
_VALUE = np.uint64((1 << _VALUE_BITS) - 1)
_IS_NODE = np.uint64(1 << (_VALUE_BITS - 1))
_NODE = np.uint64((1 << (_VALUE_BITS - 1)) - 1)
KEPT_BITS = 64 - _VALUE_BITS
"""Of a hash: so many of its first bits are the first bits of its slot."""

_KEPT_BITS = np.uint64(KEPT_BITS)
_OLDER = np.uint64(32)
_OLDER_MASK = np.uint64((1 << 32) - 1)
_EMPTY = np.uint64(0)
_U_ONE = np.uint64(1)

ALL_MOVED = np.uint64(1 << (64 - _VALUE_BITS))
"""The bound of a table that is not being moved: more than the kept bits of any hash."""


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
def _find(slots: Words, homes: int, kept: np.uint64) -> np.int64:
    """Return the slot of a hash's kept bits: where it stands, or where it would."""
    sought = kept << _U_VALUE_BITS
    slot = _home_of(kept, homes)
    # Less one, what is free is more than anything, and what stands there of these bits is no less than them.
    while slots[slot] - _U_ONE < sought:
        slot += 1
    return slot


@compiled
def _value_in(slots: Words, homes: int, kept: np.uint64) -> np.uint64:
    """Return what slots hold for a hash's kept bits."""
    held = slots[_find(slots, homes, kept)]
    return np.uint64(held & _VALUE) if held >> _U_VALUE_BITS == kept else _EMPTY


@compiled
def _put(slots: Words, slot: np.int64, value: np.uint64) -> None:
    """Put something into the slot where it belongs; what stands there and behind it moves on by one."""
    while value != _EMPTY:
        there = slots[slot]
        slots[slot] = value
        value = there
        slot += 1


@compiled
def has_room(slots: Words, homes: int, more: int | np.int64) -> bool:
    """Return whether so many hashes more can't reach the last slot, whatever they are.

    Behind the last home no slot is used before the one in front of it.
    """
    place = slots.size - 2 - more
    return bool(place >= homes and slots[place] == _EMPTY)


@compiled
def move(table: Slots, most: int | np.int64) -> bool:
    """Move what stands in the next slots of `former`, as many as are given, into `slots`.

    Returns:
        Whether there was room behind the last home; where not, it stopped before.
    """
    slots, homes, former = table.slots, table.homes, table.former
    place, last = _next_held(former, np.int64(table.progress[0])), slots.size - 1
    if place == former.size:
        table.progress[0], table.progress[1] = place, ALL_MOVED
        return True
    # All that is in `slots` is before what comes; from the first free slot on that this could have, all are free.
    free = _home_of(former[place] >> _U_VALUE_BITS, homes)
    while slots[free] != _EMPTY:
        free += 1
    stop = place + min(most, former.size - place)
    while place < stop and free < last:
        held = former[place]
        slot = max(_home_of(held >> _U_VALUE_BITS, homes), free)
        # Without a branch, for none could be foretold: where nothing is held, nothing is put where nothing is.
        slots[slot] = held
        free = slot + np.int64(held != _EMPTY)
        place += 1
    done = bool(place == stop)
    place = _next_held(former, place)
    table.progress[0] = place
    table.progress[1] = former[place] >> _U_VALUE_BITS if place < former.size else ALL_MOVED
    return done


@compiled
def _next_held(slots: Words, place: int | np.int64) -> int | np.int64:
    """Return the first slot from a place on that is not free."""
    while place < slots.size and slots[place] == _EMPTY:
        place += 1
    return place


@compiled
def _fetch(begin: int, end: int, hashes: Hashes, table: Slots, room: Room) -> np.int64:
    """Write down which of the hashes make the sketch, and return how many.

    Their slots are read here for no other purpose than to have them in the cache: one after the other, without a
    branch between, so that the processor waits for many at a time and not for each.
    """
    apart = np.uint64(scale_of(end - begin) - 1)
    count = np.int64(0)
    for place in range(begin, end):
        room.sketch[count] = place
        count += np.int64(place < begin + LEAD or hashes[place] & apart == _EMPTY)
    slots, former, bound = table.slots, table.former, table.progress[1]
    for place in range(count):
        kept = hashes[room.sketch[place]] >> _U_VALUE_BITS
        if kept < bound:
            room.seen[place] = slots[_home_of(kept, table.homes)]
        else:
            room.seen[place] = former[_home_of(kept, table.former_homes)]
    return count


@compiled
def _fetch_marked(
    begin: int, ends: Numbers, drawn: Drawn, bit: int, left: Counts, hashes: Hashes, table: Slots, room: Room
) -> np.int64:
    """Write down which hashes of the texts' sketches a segment may hold, and return how many; else as `_fetch`.

    Those of text i end at `ends[i]`; those of which no posting may be looked at any more are left out. All texts at
    once, so that the processor never waits for the last of one text before it asks for the first of the next.
    """
    end = np.int64(0)
    for text in range(begin, ends.size):
        for one in range(drawn.starts[text], drawn.starts[text + 1]):
            room.sketch[end] = drawn.places[one]
            end += np.int64((bit == 0 or drawn.marks[one] & bit != 0) and left[drawn.places[one]] > 0)
        ends[text] = end
    slots, former, bound = table.slots, table.former, table.progress[1]
    for one in range(end):
        kept = hashes[room.sketch[one]] >> _U_VALUE_BITS
        if kept < bound:
            home = _home_of(kept, table.homes)
            room.seen[one] = slots[home] ^ slots[home + _FURTHER]
        else:
            home = _home_of(kept, table.former_homes)
            room.seen[one] = former[home] ^ former[home + _FURTHER]
    return end


@compiled
def _fetch_newest(
    end: int | np.int64, hashes: Hashes, table: Slots, nodes: Words, starts: Numbers, superseded: Numbers, room: Room
) -> None:
    """Write down what the slots hold for the hashes of `_fetch_marked`.

    What is known of the newest entry of each is read for no other purpose than to have it in the cache, in loops of
    its own without a branch, as in `_fetch`.
    """
    # Taken out of the table once: where that is done for each hash, the search takes a third longer.
    slots, homes, former, former_homes, progress = table
    bound = progress[1]
    for one in range(end):
        kept = hashes[room.sketch[one]] >> _U_VALUE_BITS
        room.seen[one] = _value_in(slots, homes, kept) if kept < bound else _value_in(former, former_homes, kept)
    for one in range(end):
        # What is not held stands for the entry 0 here.
        held = room.seen[one]
        entry = held - np.uint64(held != _EMPTY)
        if nodes.size:
            is_node = np.uint64(held & _IS_NODE != _EMPTY)
            entry += is_node * ((nodes[np.int64((held & _NODE) * is_node)] >> _OLDER) - entry)
        room.ahead[one] = entry
    for one in range(end):
        entry = np.int64(room.ahead[one])
        room.ahead[one] = np.uint64(superseded[entry] ^ starts[entry] ^ room.counts[entry])


@compiled
def draw(texts: Numbers, hashes: Hashes, places: Counts, starts: Numbers) -> None:
    """Write down the places of the hashes that make sketches: text i has `places[starts[i]:starts[i + 1]]`."""
    end = np.int64(0)
    for text in range(texts.size - 1):
        begin, stop = texts[text], texts[text + 1]
        apart = np.uint64(scale_of(stop - begin) - 1)
        for place in range(begin, stop):
            places[end] = place
            end += np.int64(place < begin + LEAD or hashes[place] & apart == _EMPTY)
        starts[text + 1] = end


@compiled
def _promising(
    text: int,
    size: int,
    met: int,
    room: Room,
    first: int,
    starts: Numbers,
    least_share: float,
    candidates: Candidates,
    end: int,
) -> int:
    """Write down which of the entries met may share enough (see `LOOSE`), forget the counts, and return the new end."""
    scale = scale_of(size)
    for place in range(met):
        entry = room.met[place]
        count = room.counts[entry]
        room.counts[entry] = 0
        other = starts[entry + 1] - starts[entry]
        thinner = max(scale, scale_of(other))
        least = least_share * min(size, other)
        missing = least - count * thinner
        if missing <= LOOSE * least or missing * missing <= DEVIATIONS * DEVIATIONS * least * (thinner - 1):
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
    table: Slots,
    nodes: Words,
    first: int,
    entries: int,
    starts: Numbers,
    superseded: Numbers,
    least_share: float,
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
        bit: how the cells of the hashes that the segment has are marked; 0 where they are not.
        table: the segment's.
        nodes: the segment's.
        first: number of the segment's first entry.
        entries: how many it has.
        starts: its entry e has the shingles from `starts[e]` to `starts[e + 1]` in the segment's file.
        superseded: by which number each entry was superseded.
        least_share: what must be shared of the smaller of two texts.
        room: working memory.
        candidates: where they are written, all but `file`, from `end` on.
        end: the first free place in it.

    Returns:
        The first text that was not looked at, because `candidates` may not hold what it meets, and their new end.
    """
    if entries == 0:
        return texts.size - 1, end
    ends = np.empty(texts.size - 1, np.int64)
    sought = _fetch_marked(begin, ends, drawn, bit, left, hashes, table, room)
    _fetch_newest(sought, hashes, table, nodes, starts, superseded, room)
    one = np.int64(0)
    for text in range(begin, texts.size - 1):
        if candidates.text.size - end < entries:
            return text, end
        met = 0
        while one < ends[text]:
            place = room.sketch[one]
            met = _meet(room.seen[one], nodes, place, numbers[text], first, superseded, left, room, met)
            one += 1
        size = texts[text + 1] - texts[text]
        end = _promising(text, size, met, room, first, starts, least_share, candidates, end)
    return texts.size - 1, end


@compiled
def _enter(
    count: np.int64,
    hashes: Hashes,
    slots: Words,
    homes: int,
    least: np.uint64,
    bound: np.uint64,
    nodes: Words,
    chained: int,
    number: int,
    first: int,
    superseded: Numbers,
    left: Counts,
    room: Room,
    met: int,
) -> tuple[int, int, int]:
    """Put the hashes of an entry's sketch that stand in some slots there, and count the entries that have them, too.

    The sketch has `count` hashes, see `_fetch`; the kept bits of those that stand there are at least `least` and less
    than `bound`. Return how many are new to the slots, and how many nodes are used and entries met by now.
    """
    entry = number - first
    new = 0
    for drawn in range(count):
        place = room.sketch[drawn]
        kept = hashes[place] >> _U_VALUE_BITS
        if kept < least or kept >= bound:
            continue
        slot = _find(slots, homes, kept)
        held = slots[slot]
        if held == _EMPTY or held >> _U_VALUE_BITS != kept:
            _put(slots, slot, (kept << _U_VALUE_BITS) | np.uint64(entry + 1))
            new += 1
            continue
        newest = held & _VALUE
        met = _meet(newest, nodes, place, number, first, superseded, left, room, met)
        nodes[chained] = (np.uint64(entry) << _OLDER) | newest
        slots[slot] = (kept << _U_VALUE_BITS) | _IS_NODE | np.uint64(chained)
        chained += 1
    return new, chained, met


@compiled
def take(
    begin: int,
    texts: Numbers,
    hashes: Hashes,
    numbers: Numbers,
    left: Counts,
    table: Slots,
    nodes: Words,
    used: int,
    chained: int,
    first: int,
    starts: Numbers,
    superseded: Numbers,
    least_share: float,
    room: Room,
    candidates: Candidates,
    end: int,
) -> tuple[int, int, int, int]:
    """Take texts into their segment, one after the other, finding for each which before it may share enough with it.

    Arguments as of `look_up`, with `used` slots of the table and `chained` nodes. `starts` and `superseded` hold the
    batch's texts already; text i becomes entry `numbers[i] - first`. A table that is being moved is moved on.

    Returns:
        The first text that was not taken, because the table, the nodes or `candidates` may have no room for it or the
        segment is full; and what is used of the slots, the nodes and `candidates`.
    """
    for text in range(begin, texts.size - 1):
        count = _fetch(texts[text], texts[text + 1], hashes, table, room)
        if (
            used + count > FULLEST * table.homes
            or chained + count > nodes.size
            or candidates.text.size - end < numbers[text] - first
            or used + chained >= MOST_IN_A_SEGMENT
            or (table.progress[1] < ALL_MOVED and not move(table, _MOVED_FOR_EACH * count))
            or not has_room(table.slots, table.homes, count)
            or (table.progress[1] < ALL_MOVED and not has_room(table.former, table.former_homes, count))
        ):
            return text, used, chained, end
        bound = table.progress[1]
        new, chained, met = _enter(
            count, hashes, table.slots, table.homes, _EMPTY, bound, nodes, chained, numbers[text], first, superseded,
            left, room, 0,
        )  # fmt: skip
        used += new
        if bound < ALL_MOVED:
            new, chained, met = _enter(
                count, hashes, table.former, table.former_homes, bound, ALL_MOVED, nodes, chained, numbers[text], first,
                superseded, left, room, met,
            )  # fmt: skip
            used += new
        size = texts[text + 1] - texts[text]
        end = _promising(text, size, met, room, first, starts, least_share, candidates, end)
    return texts.size - 1, used, chained, end

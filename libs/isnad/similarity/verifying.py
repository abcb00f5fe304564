"""Counting on all shingles what a text shares with the entries that may share enough: the last step of a match.

The shingles of entries are on disk. Most of what is asked for is in the system's memory, and is counted in a first go.
Of all else that a batch asks for the system is told before any of it is waited for, so that the disk works on many
places at once. What is asked for is read into memory of our own and not mapped: to map a page costs more than to copy
what is needed of it, and a disk that fails is an error and not the end of the process.
"""

import os
from typing import Any, NamedTuple

import numpy as np
from numba import types

from isnad.errors import StorageUnavailable
from isnad.similarity.columns import Candidates, Found, Marks, Numbers, Words
from isnad.similarity.compiled import compiled
from isnad.similarity.shingles import Hashes, Shingled

HASH_BYTES = 8

_WILL_NEED = 3
"""POSIX_FADV_WILLNEED, on Linux and elsewhere."""

_TELLS = hasattr(os, "posix_fadvise")  # not on macOS

_NOT_WAITING: int = getattr(os, "RWF_NOWAIT", 0)  # not on macOS

# Of the C library: file, address, bytes, offset; file, addresses and bytes, how many of them, offset, flags; file,
# offset, bytes, advice. A function that is not there may be named, but not be called by what is compiled.
_pread: Any = types.ExternalFunction("pread", types.intp(types.intc, types.uintp, types.uintp, types.int64))
_preadv2: Any = types.ExternalFunction(
    "preadv2", types.intp(types.intc, types.uintp, types.intc, types.int64, types.intc)
)
_posix_fadvise: Any = types.ExternalFunction(
    "posix_fadvise", types.intc(types.intc, types.int64, types.int64, types.intc)
)

_SLOTS_PER_HASH = 4
"""At least; a search ends in its first slot, as a rule."""

_CELLS_PER_SLOT = 4
"""Of what is not in the set one hash in sixteen at most meets a cell that is marked."""

_CELL_BITS = np.uint64(32)
_EMPTY = np.uint64(0)
_U_ONE = np.uint64(1)


class _Work(NamedTuple):
    """Working memory of `_verify`."""

    slots: Words
    """The hashes of the present text as a set (open addressing), the hash 0 as 1."""
    cells: Marks
    """Which of the cells have a hash of that set."""
    other: Hashes
    """What is read of an entry."""
    likely: Hashes
    """Of these, what may be in the set."""
    vector: Words
    """Where `preadv2` is to write to, and how many bytes."""
    waiting: Numbers
    """The candidates that were left out."""


def read(descriptor: int, place: int, count: int) -> Hashes:
    """Return so many shingles of a file from a place on, counted in shingles.

    Raises:
        StorageUnavailable: the disk does not give them.
    """
    hashes = np.empty(count, np.uint64)
    if not _read_all(descriptor, place, count, hashes):
        raise _unreadable()
    return hashes


def verify(batch: Shingled, first: int, candidates: Candidates, least_share: float) -> Found:
    """Return which of the candidates share enough with their texts.

    Args:
        batch: the texts; those that are entries themselves are numbered from `first` on.
        first: every entry of a lower number has its shingles on disk.
        candidates: in any order.
        least_share: what must be shared of the smaller of two texts.

    Raises:
        StorageUnavailable: the disk does not give the shingles.
    """
    most = candidates.text.size
    found = Found(
        np.empty(most, np.int32), np.empty(most, np.int64), np.empty(most, np.int32), np.empty(most, np.int32)
    )
    if not most:
        return found
    slots = _slots_for(int(np.diff(batch.starts).max()))
    largest = int(candidates.size.max())
    work = _Work(
        slots=np.empty(slots, np.uint64),
        cells=np.empty(slots * _CELLS_PER_SLOT, np.uint8),
        other=np.empty(largest, np.uint64),
        likely=np.empty(largest, np.uint64),
        vector=np.empty(2, np.uint64),
        waiting=np.empty(most, np.int64),
    )
    order, end = np.argsort(candidates.text, kind="stable"), 0
    for flags in (_NOT_WAITING, 0):
        end, left = _verify(batch.starts, batch.hashes, first, order, candidates, least_share, flags, work, found, end)
        if not left:
            break
        if not flags:
            raise _unreadable()
        order = work.waiting[:left]
        if _TELLS:
            _tell(candidates, order)
    return Found(found.text[:end], found.number[:end], found.shared[:end], found.size[:end])


def _unreadable() -> StorageUnavailable:
    return StorageUnavailable("The index can't read its own file of shingles. Look whether the disk is sound")


@compiled
def _tell(candidates: Candidates, which: Numbers) -> None:
    """Tell the system which shingles will be read soon."""
    for one in which:
        begin, size = candidates.place[one] * HASH_BYTES, candidates.size[one] * HASH_BYTES
        _posix_fadvise(candidates.file[one], begin, size, _WILL_NEED)


@compiled
def _read_all(descriptor: int, place: int, count: int, into: Hashes) -> bool:
    done, end = 0, count * HASH_BYTES
    while done < end:
        got = _pread(descriptor, into.ctypes.data + done, end - done, place * HASH_BYTES + done)
        if got <= 0:
            return False
        done += got
    return True


if _NOT_WAITING:

    @compiled
    def _read(descriptor: int, place: int, count: int, flags: int, work: _Work) -> bool:
        """Read what is in the system's memory, without flags also what is not, and return whether that is all."""
        if not flags:
            return _read_all(descriptor, place, count, work.other)
        work.vector[0], work.vector[1] = work.other.ctypes.data, count * HASH_BYTES
        got = _preadv2(descriptor, work.vector.ctypes.data, 1, place * HASH_BYTES, flags)
        return bool(got == count * HASH_BYTES)

else:

    @compiled
    def _read(descriptor: int, place: int, count: int, flags: int, work: _Work) -> bool:  # noqa: ARG001
        return _read_all(descriptor, place, count, work.other)


@compiled
def _verify(
    texts: Numbers,
    hashes: Hashes,
    first: int,
    order: Numbers,
    candidates: Candidates,
    least_share: float,
    flags: int,
    work: _Work,
    found: Found,
    end: int,
) -> tuple[int, int]:
    """Write down what is found, from `end` on, and the candidates whose shingles can't be had, or not without waiting.

    Without flags it waits. Return the new end, and how many these are. `order` may be `work.waiting`.
    """
    left = 0
    present = -1
    slots = 0
    for one in order:
        text = candidates.text[one]
        if text != present:
            present = text
            slots = _gather(work, hashes[texts[text] : texts[text + 1]])
        mate = candidates.number[one] - first
        file, place, size = candidates.file[one], candidates.place[one], candidates.size[one]
        if mate >= 0:
            shared = _shared(work, slots, hashes[texts[mate] : texts[mate + 1]])
        elif _read(file, place, size, flags, work):
            shared = _shared(work, slots, work.other[:size])
        else:
            work.waiting[left] = one
            left += 1
            continue
        if shared > 0 and shared >= least_share * min(texts[text + 1] - texts[text], size):
            found.text[end] = text
            found.number[end] = candidates.number[one]
            found.shared[end] = shared
            found.size[end] = size
            end += 1
    return end, left


@compiled
def _slots_for(hashes: int) -> int:
    """Return how many slots the set of so many hashes has, a power of two."""
    slots = 16
    while slots < _SLOTS_PER_HASH * hashes:
        slots *= 2
    return slots


@compiled
def _slot_of(slots: Words, count: int, value: np.uint64) -> np.uint64:
    """Return the slot, of so many, where a value stands, or where it would."""
    ones = np.uint64(count - 1)
    slot = value & ones
    while slots[slot] != value and slots[slot] != _EMPTY:
        slot = (slot + _U_ONE) & ones
    return slot


@compiled
def _cell_of(value: np.uint64, slots: int) -> np.uint64:
    return np.uint64((value >> _CELL_BITS) & np.uint64(slots * _CELLS_PER_SLOT - 1))


@compiled
def _gather(work: _Work, hashes: Hashes) -> int:
    """Make the set of a text's hashes, and return how many slots it has."""
    slots = _slots_for(hashes.size)
    work.slots[:slots] = _EMPTY
    work.cells[: slots * _CELLS_PER_SLOT] = 0
    for place in range(hashes.size):
        value = max(hashes[place], _U_ONE)
        work.slots[_slot_of(work.slots, slots, value)] = value
        work.cells[_cell_of(value, slots)] = 1
    return slots


@compiled
def _shared(work: _Work, slots: int, hashes: Hashes) -> np.int64:
    """Return how many of the distinct hashes are in the set of so many slots."""
    # What may be in it first, without a branch, for none could be foretold; then hardly a search is in vain.
    end = np.int64(0)
    for place in range(hashes.size):
        value = max(hashes[place], _U_ONE)
        work.likely[end] = value
        end += np.int64(work.cells[_cell_of(value, slots)])
    count = np.int64(0)
    for place in range(end):
        value = work.likely[place]
        count += np.int64(work.slots[_slot_of(work.slots, slots, value)] == value)
    return count

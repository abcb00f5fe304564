"""Counting on all shingles what a text shares with the entries that may share enough: the last step of a match.

The shingles of entries are on disk, and most entries were not looked at for long. So the system is told of all that a
batch will ask for before anything is read, and the disk works on many places at once. What is asked for is read into
memory of our own and not mapped: to map a page costs more than to copy what is needed of it, and a disk that fails is
an error and not the end of the process.
"""

import os
from typing import Any

import numpy as np
from numba import types

from isnad.errors import StorageUnavailable
from isnad.similarity.columns import Candidates, Counts, Found, Numbers, Words
from isnad.similarity.compiled import compiled
from isnad.similarity.shingles import Hashes, Shingled

HASH_BYTES = 8

_WILL_NEED = 3
"""POSIX_FADV_WILLNEED, on Linux and elsewhere."""

_TELLS = hasattr(os, "posix_fadvise")  # not on macOS

# Of the C library: file, address, bytes, offset; file, offset, bytes, advice.
_pread: Any = types.ExternalFunction("pread", types.intp(types.intc, types.uintp, types.uintp, types.int64))
_posix_fadvise: Any = types.ExternalFunction(
    "posix_fadvise", types.intc(types.intc, types.int64, types.int64, types.intc)
)

_SPREAD = np.uint64(28)
_EMPTY = np.uint64(0)
_U_ONE = np.uint64(1)


def will_read(descriptor: int, places: Numbers, sizes: Counts) -> None:
    """Tell the system which shingles of a file will be read soon; where it can't be told, that is all the same.

    Args:
        descriptor: the file's.
        places: where they begin, counted in shingles.
        sizes: how many they are.
    """
    if _TELLS and places.size:
        _tell(descriptor, places, sizes)


def read(descriptor: int, place: int, count: int) -> Hashes:
    """Return so many shingles of a file from a place on, counted in shingles.

    Raises:
        StorageUnavailable: the disk does not give them.
    """
    hashes = np.empty(count, np.uint64)
    if not _read(descriptor, place, count, hashes):
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
    order = np.argsort(candidates.text, kind="stable")
    longest = int(np.diff(batch.starts).max())
    # At most half of the set is used, and its slots are a power of two.
    own = np.empty(max(16, 4 * longest), np.uint64)
    other = np.empty(int(candidates.size.max()), np.uint64)
    end = _verify(batch.starts, batch.hashes, first, order, candidates, least_share, own, other, found)
    if end < 0:
        raise _unreadable()
    return Found(found.text[:end], found.number[:end], found.shared[:end], found.size[:end])


def _unreadable() -> StorageUnavailable:
    return StorageUnavailable("The index can't read its own file of shingles. Look whether the disk is sound")


@compiled
def _tell(descriptor: int, places: Numbers, sizes: Counts) -> None:
    for one in range(places.size):
        _posix_fadvise(descriptor, places[one] * HASH_BYTES, sizes[one] * HASH_BYTES, _WILL_NEED)


@compiled
def _read(descriptor: int, place: int, count: int, into: Hashes) -> bool:
    done, end = 0, count * HASH_BYTES
    while done < end:
        got = _pread(descriptor, into.ctypes.data + done, end - done, place * HASH_BYTES + done)
        if got <= 0:
            return False
        done += got
    return True


@compiled
def _verify(
    texts: Numbers,
    hashes: Hashes,
    first: int,
    order: Numbers,
    candidates: Candidates,
    least_share: float,
    own: Words,
    other: Hashes,
    found: Found,
) -> int:
    """Write down what is found and return how much it is; -1 where a file can't be read."""
    end = 0
    present = -1
    mask = np.int64(0)
    for one in order:
        text = candidates.text[one]
        if text != present:
            present = text
            mask = _gather(own, hashes[texts[text] : texts[text + 1]])
        mate = candidates.number[one] - first
        size = candidates.size[one]
        if mate >= 0:
            shared = _shared(own, mask, hashes[texts[mate] : texts[mate + 1]])
        elif _read(candidates.file[one], candidates.place[one], size, other):
            shared = _shared(own, mask, other[:size])
        else:
            return -1
        if shared > 0 and shared >= least_share * min(texts[text + 1] - texts[text], size):
            found.text[end] = text
            found.number[end] = candidates.number[one]
            found.shared[end] = shared
            found.size[end] = size
            end += 1
    return end


@compiled
def _gather(own: Words, hashes: Hashes) -> np.int64:
    """Make a hash set of the hashes in the first slots of `own`, and return its mask."""
    slots = 16
    while slots < 2 * hashes.size:
        slots *= 2
    own[:slots] = _EMPTY
    mask = np.uint64(slots - 1)
    for place in range(hashes.size):
        value = max(hashes[place], _U_ONE)
        slot = (value >> _SPREAD) & mask
        while own[slot] != _EMPTY:
            slot = (slot + _U_ONE) & mask
        own[slot] = value
    return np.int64(mask)


@compiled
def _shared(own: Words, mask: np.int64, hashes: Hashes) -> int:
    """Return how many of the distinct hashes are in the set."""
    ones = np.uint64(mask)
    count = 0
    for place in range(hashes.size):
        value = max(hashes[place], _U_ONE)
        slot = (value >> _SPREAD) & ones
        while own[slot] != _EMPTY:
            if own[slot] == value:
                count += 1
                break
            slot = (slot + _U_ONE) & ones
    return count

"""Shingles: what a text is made of when texts are compared (pure).

A shingle is five consecutive normalised words; a text counts each of its shingles once (Broder 1997, "On the
resemblance and containment of documents"). It is kept as a 64-bit hash that is the same on every machine and in every
run. Two different shingles among those of a million articles get the same hash with a chance of about one in a
thousand, so a count of shared hashes is taken for the count of shared shingles.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

SHINGLE_WORDS = 5

HASH_VERSION = 1
"""Grows whenever the same text would get other hashes: hashes of two versions can't be compared."""

Hashes = NDArray[np.uint64]

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xFF51AFD7ED558CCD)
_MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT = np.uint64(33)


_REMEMBERED_WORDS = 1 << 18


class _WordHashes(dict[str, int]):
    """Hashes of words met before; emptied when full, which costs time and changes nothing."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _REMEMBERED_WORDS:
            self.clear()
        value = self[word] = word_hash(word)
        return value


_word_hashes = _WordHashes()


def word_hash(word: str) -> int:
    """Return the 64-bit hash of a word: BLAKE2b with 8 bytes of digest over its UTF-8, read as little-endian."""
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")


def shingle_hashes(words: Sequence[str]) -> Hashes:
    """Return the hash of each shingle in the order of the text: n words give n - 4 hashes, fewer than five give none.

    The words' hashes are the coefficients of a polynomial modulo 2^64, whose value the finalizer of MurmurHash3
    (Appleby, public domain) mixes, so that every bit depends on every word and on their order.
    """
    count = len(words) - SHINGLE_WORDS + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    hashes = np.fromiter(map(_word_hashes.__getitem__, words), np.uint64, len(words))
    mixed = hashes[:count].copy()
    for place in range(1, SHINGLE_WORDS):
        mixed *= _MULTIPLIER
        mixed += hashes[place : place + count]
    mixed ^= mixed >> _SHIFT
    mixed *= _MIX_1
    mixed ^= mixed >> _SHIFT
    mixed *= _MIX_2
    mixed ^= mixed >> _SHIFT
    return mixed


def distinct(hashes: Hashes) -> Hashes:
    """Return each hash once, in rising order: the text as a set of shingles."""
    ordered = np.sort(hashes)
    first = np.ones(ordered.size, np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def shared(some: Hashes, others: Hashes) -> int:
    """Return how many hashes two sets have in common; both are distinct and in rising order."""
    if not some.size or not others.size:
        return 0
    if some.size > others.size:
        some, others = others, some
    places = others.searchsorted(some)
    places[places == others.size] = 0
    return int(np.count_nonzero(others[places] == some))

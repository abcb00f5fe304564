"""Shingles: what a text is made of when texts are compared (pure).

A shingle is five consecutive normalised words; a text counts each of its shingles once (Broder 1997, "On the
resemblance and containment of documents"). It is kept as a 64-bit hash that is the same on every machine and in every
run. Two different shingles among those of a million articles get the same hash with a chance of about one in a
thousand, so a count of shared hashes is taken for the count of shared shingles.

The hash, version 2, exactly (all numbers are whole, without sign and modulo 2^64; `^` is exclusive or):

- `mix(x)` is the finalizer of MurmurHash3 (Appleby, public domain): `x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCD`, then
  `x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53`, then `x ^ (x >> 33)`.
- A *word*, as `isnad.text.words.words` gives it: `h = 0xCBF29CE484222325`; for each of its code points c, in order,
  `h = (h ^ c) * 0x9E3779B97F4A7C15`; its hash is `mix(h)`.
- A *shingle* of words with the hashes a, b, c, d, e, in the order of the text: `s = a`; for each x of b, c, d, e,
  `s = s * 0x9E3779B97F4A7C15 + x`; its hash is `mix(s)`. So every bit depends on every word and on their order.

Which characters are letters and digits is what the Unicode data of the running Python says. Two versions of it differ
in characters that the later one has added; until a text uses one of those, it has the same hashes with both.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.folding import nothing_known
from isnad.similarity.hashing import (
    MIX_1,
    MIX_2,
    MIX_SHIFT,
    MULTIPLIER,
    SEED,
    SHINGLE_WORDS,
    hash_shingles,
    hash_texts,
    hash_words,
)

__all__ = [
    "HASH_VERSION",
    "SHINGLE_WORDS",
    "Hashes",
    "Placed",
    "Shingled",
    "placed",
    "shingle_hashes",
    "shingled",
    "word_hash",
]

HASH_VERSION = 2
"""Grows whenever the same text would get other hashes: hashes of two versions can't be compared."""

Hashes = NDArray[np.uint64]

_STRETCH = 1 << 16
"""Code points worked on at once: as much as stays in a core's cache."""

_ALL_BITS = 0xFFFF_FFFF_FFFF_FFFF


@dataclass(frozen=True, slots=True)
class Shingled:
    """The distinct shingle hashes of some texts.

    Attributes:
        hashes: those of each text in the order in which they first occur in it, text after text.
        starts: text i has `hashes[starts[i]:starts[i + 1]]`; one more than there are texts.
    """

    hashes: Hashes
    starts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Placed:
    """The shingles of one text and the places of its words.

    Attributes:
        hashes: of each shingle in the order of the text, *not* distinct: n words give n - 4, fewer than five give none.
        starts: of each word, the place in the text of its first code point.
        ends: of each word, the place behind its last code point.
    """

    hashes: Hashes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def shingled(texts: Sequence[str]) -> Shingled:
    """Return the distinct shingle hashes of each text, in one compiled pass over their code points."""
    counts = np.zeros(len(texts), np.int64)
    hashes = [np.empty(0, np.uint64)]
    done = 0
    for stretch in _stretches(texts):
        codes = _code_points(stretch)
        lengths = np.fromiter(map(len, stretch), np.int64, len(stretch))
        kept = np.empty(codes.size // 2, np.uint64)
        total = _run(hash_texts, codes, lengths, kept, counts[done : done + len(stretch)])
        hashes.append(kept[:total])
        done += len(stretch)
    return Shingled(np.concatenate(hashes), np.concatenate([[0], counts.cumsum()]))


def placed(text: str) -> Placed:
    """Return the shingles of a text in its order, and where its words stand (the places that `words.tokens` gives)."""
    codes = _code_points([text])
    words = np.empty(codes.size // 2 + 1, np.uint64)
    starts, ends = np.empty((2, words.size), np.int64)
    count = _run(hash_words, codes, words, starts, ends)
    hashes = np.empty(max(count - SHINGLE_WORDS + 1, 0), np.uint64)
    hash_shingles(words, hashes)
    return Placed(hashes, starts[:count], ends[:count])


class _Known:
    """What the code points met so far count as; kept to be quick, it changes no answer."""

    folding = nothing_known()


def _run(compiled_pass: Callable[..., int], codes: NDArray[np.uint32], *others: NDArray[Any]) -> int:
    """Return what a compiled pass over `codes` returns, once all of their letters are known."""
    folding = _Known.folding
    while (count := compiled_pass(codes, folding.folded, folding.letters, *others)) < 0:
        folding = _Known.folding = folding.knowing(codes)
    return count


def _stretches(texts: Sequence[str]) -> Iterator[list[str]]:
    stretch: list[str] = []
    size = 0
    for text in texts:
        stretch.append(text)
        size += len(text)
        if size >= _STRETCH:
            yield stretch
            stretch, size = [], 0
    if stretch:
        yield stretch


def _code_points(texts: Sequence[str]) -> NDArray[np.uint32]:
    # A writable buffer: arrays that can't be written to are passed to compiled code the slow way.
    encoded = bytearray().join([text.encode("utf-32-le", "surrogatepass") for text in texts])
    return np.frombuffer(encoded, "<u4")


def word_hash(word: str) -> int:
    """Return the hash of a normalised word, in plain Python: what the compiled pass is held to."""
    value = SEED
    for character in word:
        value = ((value ^ ord(character)) * MULTIPLIER) & _ALL_BITS
    return _mixed(value)


def shingle_hashes(words: Sequence[str]) -> Hashes:
    """Return the hash of each shingle in the order of the text, in plain Python: what the compiled pass is held to.

    n normalised words give n - 4 hashes, fewer than five give none.
    """
    hashes = [word_hash(word) for word in words]
    return np.array([_shingle(hashes[n : n + SHINGLE_WORDS]) for n in range(len(words) - SHINGLE_WORDS + 1)], np.uint64)


def _shingle(words: Sequence[int]) -> int:
    value = 0
    for word in words:
        value = (value * MULTIPLIER + word) & _ALL_BITS
    return _mixed(value)


def _mixed(value: int) -> int:
    value = ((value ^ (value >> MIX_SHIFT)) * MIX_1) & _ALL_BITS
    value = ((value ^ (value >> MIX_SHIFT)) * MIX_2) & _ALL_BITS
    return value ^ (value >> MIX_SHIFT)

"""From code points to word hashes and shingle hashes: the compiled passes (pure).

What the hashes are is written in `isnad.similarity.shingles`; how the folding table is filled, in
`isnad.similarity.folding`.
"""

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.compiled import compiled

SHINGLE_WORDS = 5

SEED = 0xCBF29CE484222325
MULTIPLIER = 0x9E3779B97F4A7C15
MIX_1 = 0xFF51AFD7ED558CCD
MIX_2 = 0xC4CEB9FE1A85EC53
MIX_SHIFT = 33

# What the folding table says of a code point: up to LAST_CODE_POINT it is the one letter or digit that it counts as.
# With SEVERAL set, those are several: the bits below COUNT_BITS say how many, the others where the first one stands.
LAST_CODE_POINT = 0x10FFFF
SEVERAL = 0x4000_0000
COUNT_BITS = 8
SEPARATOR = 0x8000_0000
IGNORED = 0x8000_0001
UNKNOWN = 0x8000_0002
PAGE_BITS = 8

_SEED = np.uint64(SEED)
_MULTIPLIER = np.uint64(MULTIPLIER)
_MIX_1 = np.uint64(MIX_1)
_MIX_2 = np.uint64(MIX_2)
_MIX_SHIFT = np.uint64(MIX_SHIFT)
_NO_HASH = np.uint64(0)


@compiled
def _mixed(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> _MIX_SHIFT)) * _MIX_1
    value = (value ^ (value >> _MIX_SHIFT)) * _MIX_2
    return value ^ (value >> _MIX_SHIFT)


@compiled
def hash_words(
    codes: NDArray[np.uint32],
    pages: NDArray[np.uint16],
    folded: NDArray[np.uint32],
    letters: NDArray[np.uint32],
    hashes: NDArray[np.uint64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> int:
    """Write the hash of each word of one text and where it stands; return how many, or -1 where the table has a gap.

    Args:
        codes: the text's code points.
        pages: for each 256 code points, which row of `folded` is theirs.
        folded: [rows, 256], what each code point counts as.
        letters: the code points of those that count as several.
        hashes: written; room for half of `codes`, rounded up.
        starts: written, the place in `codes` of each word's first code point.
        ends: written, the place behind its last.
    """
    count = 0
    inside = False
    word = _SEED
    end = 0
    for place in range(codes.size):
        code = codes[place]
        letter = folded[pages[code >> PAGE_BITS], code & 0xFF]
        if letter > LAST_CODE_POINT:
            if letter == IGNORED:
                continue
            if letter == SEPARATOR:
                if inside:
                    hashes[count] = _mixed(word)
                    ends[count] = end
                    count += 1
                    inside = False
                continue
            if letter == UNKNOWN:
                return -1
        if not inside:
            inside = True
            word = _SEED
            starts[count] = place
        end = place + 1
        if letter <= LAST_CODE_POINT:
            word = (word ^ np.uint64(letter)) * _MULTIPLIER
        else:
            first = (letter & (SEVERAL - 1)) >> COUNT_BITS
            for n in range(first, first + (letter & 0xFF)):
                word = (word ^ np.uint64(letters[n])) * _MULTIPLIER
    if inside:
        hashes[count] = _mixed(word)
        ends[count] = end
        count += 1
    return count


@compiled
def hash_shingles(words: NDArray[np.uint64], hashes: NDArray[np.uint64]) -> None:
    """Write the hash of each shingle, in the order of the text.

    Args:
        words: the hashes of the words, n of them.
        hashes: written; n - 4 of them.
    """
    for place in range(hashes.size):
        value = words[place]
        for n in range(1, SHINGLE_WORDS):
            value = value * _MULTIPLIER + words[place + n]
        hashes[place] = _mixed(value)


@compiled
def _keep_first(hashes: NDArray[np.uint64], seen: NDArray[np.uint64], kept: NDArray[np.uint64]) -> int:
    """Write each hash once, in the order in which they first occur, and return how many these are.

    `seen` is scratch: a power of two of slots, more than there are hashes.
    """
    seen[:] = _NO_HASH
    mask = np.uint64(seen.size - 1)
    count = 0
    met_zero = False
    for value in hashes:
        if value == _NO_HASH:
            if not met_zero:
                met_zero = True
                kept[count] = value
                count += 1
            continue
        slot = value & mask
        while seen[slot] != _NO_HASH and seen[slot] != value:
            slot = (slot + np.uint64(1)) & mask
        if seen[slot] == _NO_HASH:
            seen[slot] = value
            kept[count] = value
            count += 1
    return count


@compiled
def hash_texts(
    codes: NDArray[np.uint32],
    lengths: NDArray[np.int64],
    pages: NDArray[np.uint16],
    folded: NDArray[np.uint32],
    letters: NDArray[np.uint32],
    kept: NDArray[np.uint64],
    counts: NDArray[np.int64],
) -> int:
    """Write the distinct shingle hashes of each text, text after text; return how many, or -1 as `hash_words` does.

    Args:
        codes: the code points of all texts, one after the other.
        lengths: how many of them each text has.
        pages: see `hash_words`.
        folded: see `hash_words`.
        letters: see `hash_words`.
        kept: written; room for half of `codes`.
        counts: written, how many hashes each text has.
    """
    most_words = (lengths.max() + 1) // 2
    words = np.empty(most_words, np.uint64)
    starts = np.empty(most_words, np.int64)
    ends = np.empty(most_words, np.int64)
    shingles = np.empty(most_words, np.uint64)
    slots = 1
    while slots < 2 * most_words:
        slots *= 2
    seen = np.empty(slots, np.uint64)
    begin = 0
    total = 0
    for text in range(lengths.size):
        here = codes[begin : begin + lengths[text]]
        begin += lengths[text]
        found = hash_words(here, pages, folded, letters, words, starts, ends)
        if found < 0:
            return -1
        counts[text] = 0
        if found < SHINGLE_WORDS:
            continue
        of_text = shingles[: found - SHINGLE_WORDS + 1]
        hash_shingles(words, of_text)
        slots = 1
        while slots < 2 * of_text.size:
            slots *= 2
        counts[text] = _keep_first(of_text, seen[:slots], kept[total:])
        total += counts[text]
    return total

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

# What the folding table says of a code point. Below SEPARATOR it is the one letter or digit that it counts as. With
# SEVERAL set, those are several: the bits below COUNT_BITS say how many, the others where the first of them stands.
# What is common in news is below what is rare, so that one comparison tells them apart.
SEPARATOR = 0x11_0000
IGNORED = 0x11_0001
UNKNOWN = 0x11_0002
SEVERAL = 0x4000_0000
COUNT_BITS = 8

_SEED = np.uint64(SEED)
_MULTIPLIER = np.uint64(MULTIPLIER)
_MIX_1 = np.uint64(MIX_1)
_MIX_2 = np.uint64(MIX_2)
_MIX_SHIFT = np.uint64(MIX_SHIFT)


@compiled
def _mixed(value: np.uint64) -> np.uint64:
    value = (value ^ (value >> _MIX_SHIFT)) * _MIX_1
    value = (value ^ (value >> _MIX_SHIFT)) * _MIX_2
    return value ^ (value >> _MIX_SHIFT)


@compiled
def hash_words(
    codes: NDArray[np.uint32],
    folded: NDArray[np.uint32],
    letters: NDArray[np.uint32],
    hashes: NDArray[np.uint64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> int:
    """Write the hash of each word of a text and where it stands; return how many, or -1 where a code point is unknown.

    The usual case has no branch that depends on the text, since a processor guesses wrong at the end of every second
    word: what is written for a word is written again at each of its letters, and is left behind when the word is over.

    Args:
        codes: the text's code points.
        folded: [0x110000], what each code point counts as.
        letters: the code points of those that count as several.
        hashes: written; room for one more than half of `codes`.
        starts: written, the place in `codes` of each word's first code point; as much room.
        ends: written, the place behind its last; as much room.
    """
    count = 0
    inside = False
    start = 0
    word = _SEED
    for place in range(codes.size):
        letter = folded[codes[place]]
        if letter > SEPARATOR:
            if letter == IGNORED:
                continue
            if letter == UNKNOWN:
                return -1
            first = (letter & (SEVERAL - 1)) >> COUNT_BITS
            for n in range(first, first + (letter & 0xFF)):
                word = (word ^ np.uint64(letters[n])) * _MULTIPLIER
            is_letter = True
        else:
            is_letter = letter < SEPARATOR
            count += int(inside and not is_letter)
            longer = (word ^ np.uint64(letter)) * _MULTIPLIER
            word = longer if is_letter else _SEED
        start = start if inside else place
        hashes[count] = word
        starts[count] = start
        ends[count] = place + 1
        inside = is_letter
    count += int(inside)
    for n in range(count):
        hashes[n] = _mixed(hashes[n])
    return count


@compiled
def hash_shingles(words: NDArray[np.uint64], hashes: NDArray[np.uint64]) -> None:
    """Write the hash of each shingle, in the order of the text.

    Args:
        words: the hashes of the words, at least four more than there are shingles.
        hashes: written; one for each shingle.
    """
    for place in range(hashes.size):
        value = words[place]
        for n in range(1, SHINGLE_WORDS):
            value = value * _MULTIPLIER + words[place + n]
        hashes[place] = _mixed(value)


@compiled
def hash_texts(
    codes: NDArray[np.uint32],
    folded: NDArray[np.uint32],
    letters: NDArray[np.uint32],
    lengths: NDArray[np.int64],
    kept: NDArray[np.uint64],
    counts: NDArray[np.int64],
) -> int:
    """Write the distinct shingle hashes of each text, text after text; return how many, or -1 as `hash_words` does.

    Args:
        codes: the code points of all texts, one after the other.
        folded: see `hash_words`.
        letters: see `hash_words`.
        lengths: how many code points each text has; one text at least.
        kept: written, each text's hashes in the order in which they first occur; room for half of `codes`.
        counts: written, how many hashes each text has.
    """
    most_words = lengths.max() // 2 + 1
    words = np.empty(most_words, np.uint64)
    starts = np.empty(most_words, np.int64)
    ends = np.empty(most_words, np.int64)
    shingles = np.empty(most_words, np.uint64)
    slots = np.empty(_slots_for(most_words), np.int32)
    begin = 0
    total = 0
    for text in range(lengths.size):
        end = begin + lengths[text]
        found = hash_words(codes[begin:end], folded, letters, words, starts, ends)
        if found < 0:
            return -1
        of_text = shingles[: max(found - SHINGLE_WORDS + 1, 0)]
        hash_shingles(words, of_text)
        counts[text] = _keep_first(of_text, slots[: _slots_for(of_text.size)], kept[total:])
        total += counts[text]
        begin = end
    return total


@compiled
def _slots_for(hashes: int) -> int:
    slots = 1
    while slots < 2 * hashes:
        slots *= 2
    return slots


@compiled
def _keep_first(hashes: NDArray[np.uint64], slots: NDArray[np.int32], kept: NDArray[np.uint64]) -> int:
    """Write each hash once, in the order in which they first occur, and return how many these are.

    `slots` is scratch, a power of two of them and more than there are hashes: where in `kept` a hash stands, plus one.
    """
    slots[:] = 0
    mask = np.uint64(slots.size - 1)
    count = 0
    for value in hashes:
        slot = value & mask
        while slots[slot] and kept[slots[slot] - 1] != value:
            slot = (slot + np.uint64(1)) & mask
        if not slots[slot]:
            kept[count] = value
            count += 1
            slots[slot] = count
    return count

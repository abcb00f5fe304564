"""Where the words of a text stand and what lies between them, in one compiled pass over its characters (pure).

The same words as `isnad.text.words.tokens` finds, in arrays in place of an object for each: objects by the hundred
thousand cost more to make, and to be looked through for garbage, than to find the words.
"""

import re
import sys
from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.compiled import compiled
from isnad.text.words import fold

_CHARACTERS = 0x110000
_FOLDED = 0x10000
"""Characters from here on are never folded to nothing."""

_LETTER, _PASSED, _IGNORED, _SPACE, _LINE, _STOP, _QUOTE, _JOINT = (1 << bit for bit in range(8))
"""What a character can be: a letter or digit; nothing within a word (vowel marks); and, between words, nothing, a
space, the end of a line, of a sentence, a quotation mark or bracket, a mark that joins where it stands alone."""

_KINDS = {
    _IGNORED: "ـ\u200b\u200c\u200d\u200e\u200f\ufeff_",
    _LINE: "\n\r",
    _STOP: ".!?؟:؛;…\n\r۔|",
    _QUOTE: "«»\"“”„‟'‘’()[]{}‹›<>*+",
    _JOINT: "-‐‑.'’",
}


class Gap(IntEnum):
    """What stands between a word and the one before it, the loosest wins."""

    SPACE = 0
    JOINT = 1
    """A hyphen, a full stop or an apostrophe without spaces: «جان-ايف», «أ.ف.ب»."""
    QUOTE = 2
    """Quotation marks or brackets."""
    COMMA = 3
    """Commas, dashes, slashes."""
    STOP = 4
    """The end of a sentence or a paragraph, a colon."""


def places(text: str) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
    """Return the start and the end of each word (code points, end exclusive), and the `Gap` before it.

    The gap before the first word is a STOP, whatever stands there.
    """
    characters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return _places(characters, _kinds())


def normalised(written: str) -> str:
    """Return a word that is written so as all its writings are; equal words are one object, quick to look up."""
    return sys.intern(fold(written))


@cache
def _kinds() -> NDArray[np.uint8]:
    """What each character is, by its code point."""
    kinds = np.zeros(_CHARACTERS, np.uint8)
    every = np.arange(_CHARACTERS, dtype=np.uint32).tobytes().decode("utf-32-le", "surrogatepass")
    for kind, pattern in ((_LETTER, r"[^\W_]+"), (_SPACE, r"\s+")):
        for run in re.finditer(pattern, every):
            kinds[run.start() : run.end()] |= kind
    for code in range(_FOLDED):
        if not fold(every[code]):
            kinds[code] = _PASSED
    for kind, characters in _KINDS.items():
        for character in characters:
            kinds[ord(character)] |= kind
    return kinds


@compiled
def _places(
    characters: NDArray[np.uint32], kinds: NDArray[np.uint8]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]:
    size = len(characters)
    starts = np.empty(size // 2 + 1, np.int32)
    ends = np.empty(size // 2 + 1, np.int32)
    gaps = np.empty(size // 2 + 1, np.uint8)
    count, behind, at = 0, 0, 0
    while at < size:
        if not kinds[characters[at]] & _LETTER:
            at += 1
            continue
        start, end = at, at + 1
        at += 1
        while at < size:
            kind = kinds[characters[at]]
            if kind & _LETTER:
                end = at + 1
            elif not kind & _PASSED:
                break
            at += 1
        gap = 4
        if count:
            seen, strange, bare = 0, False, False
            for between in range(behind, start):
                kind = kinds[characters[between]]
                if kind & _IGNORED:
                    continue
                seen |= kind
                if not kind & _SPACE:
                    bare = True
                    strange = strange or not kind & _QUOTE
            if not bare:
                gap = 4 if seen & _LINE else 0
            elif start - behind == 1 and seen & _JOINT:
                gap = 1
            elif seen & _STOP:
                gap = 4
            else:
                gap = 3 if strange else 2
        starts[count], ends[count], gaps[count] = start, end, gap
        count += 1
        behind = end
    return starts[:count].copy(), ends[:count].copy(), gaps[:count].copy()

"""What each code point counts as in a word, as flat arrays for compiled code (pure).

They are made from `isnad.text.words.letters_of` and grow as code points are met, 256 at a time: what ordinary news
needs is there within a few milliseconds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.hashing import COUNT_BITS, IGNORED, SEPARATOR, SEVERAL, UNKNOWN
from isnad.text.words import letters_of

CODE_POINTS = 0x11_0000
_PAGE = 256


@dataclass(frozen=True, slots=True)
class Folding:
    """What the code points met so far count as; never changed, so any thread may read it while another makes the next.

    Attributes:
        folded: [0x110000], what each code point counts as: see `isnad.similarity.hashing`.
        letters: the code points of those that count as several.
    """

    folded: NDArray[np.uint32]
    letters: NDArray[np.uint32]

    def knowing(self, codes: NDArray[np.uint32]) -> "Folding":
        """Return a folding that also knows these code points, and the others of their pages."""
        folded = self.folded.copy()
        letters = self.letters.tolist()
        for page in np.unique(codes // _PAGE).tolist():
            first = page * _PAGE
            if folded[first] == UNKNOWN:
                folded[first : first + _PAGE] = [_folded(chr(code), letters) for code in range(first, first + _PAGE)]
        return Folding(folded, np.array(letters, np.uint32))


def nothing_known() -> Folding:
    """Return the folding to begin with."""
    return Folding(np.full(CODE_POINTS, UNKNOWN, np.uint32), np.empty(0, np.uint32))


def _folded(character: str, letters: list[int]) -> int:
    counts_as = letters_of(character)
    if counts_as is None:
        return SEPARATOR
    if not counts_as:
        return IGNORED
    if len(counts_as) == 1:
        return ord(counts_as)
    start = len(letters)
    letters.extend(map(ord, counts_as))
    return SEVERAL | start << COUNT_BITS | len(counts_as)

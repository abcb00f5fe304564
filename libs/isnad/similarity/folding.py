"""What each code point counts as in a word, as flat tables for compiled code (pure).

The tables are made from `isnad.text.words.letters_of` and grow as code points are met, 256 at a time: all that
ordinary news needs is there within a few milliseconds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.hashing import COUNT_BITS, IGNORED, LAST_CODE_POINT, PAGE_BITS, SEPARATOR, SEVERAL, UNKNOWN
from isnad.text.words import letters_of

_PAGE = 1 << PAGE_BITS


@dataclass(frozen=True, slots=True)
class Folding:
    """What the code points met so far count as; never changed, so any thread may read it while another makes the next.

    Attributes:
        pages: [4352], for each 256 code points the row of `folded` that is theirs; row 0 where they are unknown yet.
        folded: [rows, 256], what each counts as: see `isnad.similarity.hashing`.
        letters: the code points of those that count as several.
    """

    pages: NDArray[np.uint16]
    folded: NDArray[np.uint32]
    letters: NDArray[np.uint32]

    def knowing(self, codes: NDArray[np.uint32]) -> "Folding":
        """Return a folding that knows these code points, and the others of their pages, too."""
        met = np.unique(codes >> PAGE_BITS)
        pages = self.pages.copy()
        rows = [self.folded]
        letters = self.letters.tolist()
        for page in met[pages[met] == 0].tolist():
            pages[page] = len(self.folded) + len(rows) - 1
            rows.append(np.array([_folded_page(page, letters)], np.uint32))
        return Folding(pages, np.concatenate(rows), np.array(letters, np.uint32))


def _folded_page(page: int, letters: list[int]) -> list[int]:
    return [_folded(chr(code), letters) for code in range(page * _PAGE, (page + 1) * _PAGE)]


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


NOTHING_KNOWN = Folding(
    np.zeros((LAST_CODE_POINT + 1) // _PAGE, np.uint16),
    np.full((1, _PAGE), UNKNOWN, np.uint32),
    np.zeros(0, np.uint32),
)

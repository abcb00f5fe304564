"""Where listed names stand in a passage, as a row of yes and no for each word (pure).

Every match counts, those that overlap too: which of them is meant, the network judges by what stands around.
"""

import numpy as np
from numpy.typing import NDArray

from isnad_entities.lists.lexicon import Lexicon
from isnad_entities.tagging.labels import TYPES
from isnad_entities.words.passage import Passage

_FIRST, _LATER, _LAST = 0, 1, 2
"""Of a name's words, added to three times its type: the first, those after it, and the last of several."""
_FRAMED, _MINOR, _CUT, _LONG, _LONGER, _SILENT = 12, 16, 17, 18, 19, 22
COLUMNS = 23
"""Columns of a row (20 and 21 are free)."""


def listed(passage: Passage, lexicon: Lexicon) -> NDArray[np.float32]:
    """Return a row of `COLUMNS` for each word of a passage."""
    found = np.zeros((len(passage), COLUMNS), np.float32)
    for place, token in enumerate(passage.tokens):
        if not lexicon.starts(token.word):
            continue
        for match in lexicon.match(passage, place):
            pattern, words = match.pattern, slice(match.first, match.last + 1)
            if pattern.silent:
                found[words, _SILENT] = 1
                continue
            kind = TYPES.index(match.entity.type)
            if pattern.framed:
                found[words, _FRAMED + kind] = 1
            else:
                found[match.first, 3 * kind + _FIRST] = 1
                if match.length > 1:
                    found[match.first + 1 : match.last + 1, 3 * kind + _LATER] = 1
                    found[match.last, 3 * kind + _LAST] = 1
            if pattern.minor:
                found[words, _MINOR] = 1
            if match.cut:
                found[match.first, _CUT] = 1
            for least, column in ((2, _LONG), (3, _LONGER)):
                if match.length >= least:
                    found[words, column] = 1
    return found

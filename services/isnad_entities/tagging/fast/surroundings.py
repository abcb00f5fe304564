"""What can be seen of a word where it stands: gaps, listed names, titles before it; each as a number (pure).

A column is one such number for each word, and each number has a row of weights. The columns of a row of words are what
makes its emissions, beside the weights of the word types.
"""

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.compiled import compiled
from isnad_entities.lists.vocabulary import Facts
from isnad_entities.tagging.fast.listed import CODES

_GAPS = 5
_STOP = 4
_LICENCES = 3
_NONE, _FAR, _NEAR = 0, 1, 2
_LONGEST_BRIDGE = 9
"""Words that may stand between a title and the name."""

OTHER, TITLE, ADJECTIVE, BETWEEN = 0, 1, 2, 3
"""What a word is to a title before it: the end of its reach, the next title, its adjective («الرئيس الروسي»), or what
may stand between («الرئيس السابق لدولة …»)."""

_BACK, _AHEAD = 2, 2
COLUMNS = 9


def bridge(word: str, facts: Facts) -> int:
    """Return what a normalised word is to a title before it."""
    if facts.title:
        return TITLE
    if facts.nationality or (word.startswith("ال") and not facts.verb):
        return ADJECTIVE
    if facts.between or (facts.ordinary and not facts.verb and word.startswith(("ل", "و", "ب"))):
        return BETWEEN
    return OTHER


def width(profiles: int) -> int:
    """Return how many different numbers the columns have, so many profiles given."""
    return _GAPS * _GAPS + (_BACK + 1 + _AHEAD) * CODES + CODES * _GAPS + _LICENCES * profiles + _LICENCES


@compiled
def columns(
    gaps: NDArray[np.uint8],
    listed: NDArray[np.uint8],
    bridges: NDArray[np.uint8],
    profiles: NDArray[np.uint16],
    profile_count: int,
    codes: int,
) -> NDArray[np.int32]:
    """Return the numbers of each word, `[words, COLUMNS]`; those of a column begin where those of the one before end.

    Args:
        gaps: what stands before each word.
        listed: `NameTrie.codes`.
        bridges: `bridge` of each word.
        profiles: the number of each word's profile, below `profile_count`.
        profile_count: how many profiles there are.
        codes: `listed.CODES`.
    """
    size = len(gaps)
    found = np.empty((size, COLUMNS), np.int32)
    title_at, near, licence_before = -1, False, _NONE
    for place in range(size):
        if gaps[place] == _STOP:
            title_at = -1
        licence = _NONE if title_at < 0 else _NEAR if near else _FAR
        kind = bridges[place]
        if kind == TITLE:
            title_at, near = place, True
        elif title_at >= 0:
            if kind == OTHER or place - title_at >= _LONGEST_BRIDGE:
                title_at = -1
            near = kind == ADJECTIVE
        gap = gaps[place] if place else _STOP
        behind = gaps[place + 1] if place + 1 < size else _STOP
        found[place, 0] = gap * _GAPS + behind
        start = _GAPS * _GAPS
        for step in range(-_BACK, _AHEAD + 1):
            at = place + step
            found[place, 1 + _BACK + step] = start + (listed[at] if 0 <= at < size else 0)
            start += codes
        column = 2 + _BACK + _AHEAD
        found[place, column] = start + listed[place] * _GAPS + gap
        start += codes * _GAPS
        found[place, column + 1] = start + licence * profile_count + profiles[place]
        start += _LICENCES * profile_count
        found[place, column + 2] = start + licence_before
        licence_before = licence
    return found

"""The labels that stand for names in a row of words: O, and B- and I- of each type (pure).

A row of labels is a row of numbers: 0 is O, odd ones begin a name and the even one after goes on with it. So whether
one label may follow another can be seen from the numbers, for any set of types.
"""

from collections.abc import Iterable
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from isnad.messages import EntityType

TYPES: tuple[EntityType, ...] = get_args(EntityType)

LABELS: tuple[str, ...] = ("O", *(f"{mark}-{kind}" for kind in TYPES for mark in "BI"))


def opening(kind: EntityType) -> int:
    """Return the number of the label that begins a name of this type."""
    return 2 * TYPES.index(kind) + 1


def type_of(label: int) -> EntityType:
    """Return the type of a label's name; the label must not be O."""
    return TYPES[(label - 1) // 2]


def label_row(size: int, spans: Iterable[tuple[int, int, EntityType]]) -> NDArray[np.int8]:
    """Return the labels of so many words, of which the spans (first word, last word, type) are names."""
    row = np.zeros(size, np.int8)
    for first, last, kind in spans:
        row[first] = opening(kind)
        row[first + 1 : last + 1] = opening(kind) + 1
    return row

"""From a model's numbers for pieces to names of words, whatever its labels are written like (pure).

The probabilities of labels that are one type to us are added up, so that a model that hesitates between TOWN and
COUNTRY still names a place. Where the labels contradict each other they are repaired as the CoNLL evaluation reads them
(Tjong Kim Sang and Buchholz 2000): a name begins where its type does, whether or not the label says so.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isnad_entities.pretrained.labels import TYPES, Labels
from isnad_entities.tagging.tagger import Tagged


def probabilities(logits: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the softmax of each row."""
    shifted = logits.astype(np.float32) - logits.max(axis=-1, keepdims=True)
    powers = np.exp(shifted)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def spans(rows: NDArray[np.float32], places: Sequence[int], starts: Sequence[bool], labels: Labels) -> list[Tagged]:
    """Return the names of one passage.

    A name's score is the product of its words' probabilities: of the first, that it is of the type; of each other one,
    that it carries the name on. Words are taken as independent: long names come out a little less sure than they are.

    Args:
        rows: the probability of each label, for each piece that is to be judged.
        places: which word of the passage each piece is; below 0 it is a mark, which is part of no name's end.
        starts: whether a sentence begins with the piece; no name goes on there.
        labels: what the columns are.
    """
    if not len(rows):
        return []
    kinds, begins, ends, first, further = _judge(rows, labels)
    goes_on = np.zeros(len(rows), bool)
    goes_on[1:] = (kinds[1:] > 0) & (kinds[1:] == kinds[:-1]) & ~begins[1:] & ~ends[:-1]
    goes_on &= ~np.asarray(starts, bool)
    found: list[Tagged] = []
    for start in np.flatnonzero((kinds > 0) & ~goes_on):
        stop = start + 1
        while stop < len(rows) and goes_on[stop]:
            stop += 1
        words = [piece for piece in range(start, stop) if places[piece] >= 0]
        if words:
            score = float(first[words[0]] * np.prod(further[words[1:]]))
            found.append(Tagged(places[words[0]], places[words[-1]], TYPES[kinds[start] - 1], min(1.0, score)))
    return found


class _Judged(NamedTuple):
    """What the model says of each piece."""

    kinds: NDArray[np.int64]
    begins: NDArray[np.bool_]
    ends: NDArray[np.bool_]
    first: NDArray[np.float32]
    """How probable the type is."""
    further: NDArray[np.float32]
    """How probable it is that a name of the type goes on with it."""


def _judge(rows: NDArray[np.float32], labels: Labels) -> _Judged:
    types = np.arange(len(TYPES) + 1)
    columns = labels.kinds[:, None] == types
    totals = rows @ columns.astype(np.float32)
    kinds = totals.argmax(axis=1)
    pieces = np.arange(len(rows))
    first = totals[pieces, kinds]
    if not labels.prefixed:
        best = np.where(columns[:, kinds].T, rows, -1).argmax(axis=1)
        begins = np.ones(len(rows), bool)
        begins[1:] = best[1:] != best[:-1]
        return _Judged(kinds, begins, np.zeros(len(rows), bool), first, first)
    beginning = (rows @ (columns & labels.begins[:, None]).astype(np.float32))[pieces, kinds]
    ending = (rows @ (columns & labels.ends[:, None]).astype(np.float32))[pieces, kinds]
    further = first - beginning
    return _Judged(kinds, beginning > further, ending > first - ending, first, further)

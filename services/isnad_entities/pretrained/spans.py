"""From a model's numbers for pieces to names of words, whatever its labels are written like (pure).

The probabilities of labels that are one type to us are added up, so that a model that hesitates between TOWN and
COUNTRY still names a place. Where the labels contradict each other they are repaired as the CoNLL evaluation reads them
(Tjong Kim Sang and Buchholz 2000): a name begins where its type does, whether or not the label says so.
"""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the pieces that are judged stand, one after the other."""

    passages: NDArray[np.int64]
    """Which passage each is of, ascending."""
    words: NDArray[np.int64]
    """Which word of its passage each is; below 0 it is a mark, with which no name begins or ends."""
    starts: NDArray[np.bool_]
    """Whether a sentence begins with it; no name goes on there."""


def spans(rows: NDArray[np.float32], standing: Standing, labels: Labels, passages: int) -> list[list[Tagged]]:
    """Return the names of each passage.

    A name's score is the product of its words' probabilities: of the first, that it is of the type; of each other one,
    that it carries the name on. Words are taken as independent: long names come out a little less sure than they are.

    Args:
        rows: the probability of each label, for each piece.
        standing: where the pieces stand.
        labels: what the columns are.
        passages: how many there are.
    """
    found: list[list[Tagged]] = [[] for _ in range(passages)]
    if not len(rows):
        return found
    judged = _judge(rows, labels)
    named = judged.kinds > 0
    goes_on = np.zeros(len(rows), bool)
    goes_on[1:] = (
        (judged.kinds[1:] == judged.kinds[:-1])
        & ~judged.begins[1:]
        & ~judged.ends[:-1]
        & ~standing.starts[1:]
        & (standing.passages[1:] == standing.passages[:-1])
    )
    words = np.flatnonzero(named & (standing.words >= 0))
    if not len(words):
        return found
    names = np.cumsum(named & ~goes_on)[words]
    heads = np.flatnonzero(np.diff(names, prepend=-1))
    tails = np.append(heads[1:], len(words)) - 1
    chances = judged.further[words]
    chances[heads] = judged.first[words[heads]]
    scores = np.minimum(np.multiply.reduceat(chances, heads), 1)
    first, last = words[heads], words[tails]
    columns = (standing.passages[first], standing.words[first], standing.words[last], judged.kinds[first], scores)
    for passage, start, end, kind, score in zip(*(column.tolist() for column in columns), strict=True):
        found[passage].append(Tagged(start, end, TYPES[kind - 1], score))
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

"""The linear-chain CRF over a row of words: its best labels, its marginals, the probability of each name (pure).

Lafferty, McCallum, Pereira 2001. A row of labels scores the sum of its words' emissions and of the transitions between
them; a transition's weight depends on what stands between the two words (`passage.Gap`). Before the first word lies an
O and a stop. A label that goes on with a name follows one of the same name only (`labels`): other rows have no score.

It does not matter what makes the emissions: tables (`fast`) or a network.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.compiled import compiled

Floats = NDArray[np.float32]

STOP = 4
"""`Gap.STOP`, as compiled code may read what stands in its own file only."""

GAPS = 5
"""Kinds of gaps."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names in a row of words, in order: first word, last word, number of the opening label, probability."""

    first: NDArray[np.int32]
    last: NDArray[np.int32]
    label: NDArray[np.int32]
    probability: Floats
    """Of exactly these words with exactly this type, by the model; not calibrated."""


class Lattice:
    """Decodes rows of emissions with one set of transitions."""

    def __init__(self, transitions: Floats) -> None:
        """Take the weights of transitions: one for each gap, label before and label, `[5, labels, labels]`."""
        self.weights = without_forbidden(transitions.astype(np.float32))
        self._factors = np.exp(self.weights)

    def decode(self, emissions: Floats, gaps: NDArray[np.uint8]) -> Names:
        """Return the names on the best path.

        Args:
            emissions: `[words, labels]`.
            gaps: what stands before each word, `[words]`; the first counts as a stop.
        """
        if not len(emissions):
            nothing = np.empty(0, np.int32)
            return Names(nothing, nothing, nothing, np.empty(0, np.float32))
        labels = best_path(emissions, gaps, self.weights)
        return Names(*names_on_path(labels, emissions, gaps, self._factors))

    def marginals(self, emissions: Floats, gaps: NDArray[np.uint8]) -> Floats:
        """Return the probability of each label of each word, `[words, labels]`."""
        if not len(emissions):
            return np.empty_like(emissions)
        forward, backward, _, _ = forward_backward(emissions, gaps, self._factors)
        return forward * backward


def without_forbidden(transitions: Floats) -> Floats:
    """Return the weights, minus infinity where a label goes on with what is not the same name."""
    before, label = np.indices(transitions.shape[1:])
    allowed = (label % 2 == 1) | (label == 0) | (before == label) | (before == label - 1)
    return np.where(allowed, transitions, np.float32(-np.inf))


@compiled
def best_path(emissions: Floats, gaps: NDArray[np.uint8], transitions: Floats) -> NDArray[np.int8]:
    """Return the labels of the highest score (Viterbi 1967)."""
    size, labels = emissions.shape
    came_from = np.empty((size, labels), np.int8)
    score = np.empty(labels, np.float32)
    behind = np.empty(labels, np.float32)
    for label in range(labels):
        score[label] = emissions[0, label] + transitions[STOP, 0, label]
    for place in range(1, size):
        gap = gaps[place]
        for label in range(labels):
            best, best_before = np.float32(-np.inf), 0
            for before in range(labels):
                value = score[before] + transitions[gap, before, label]
                if value > best:
                    best, best_before = value, before
            behind[label] = best + emissions[place, label]
            came_from[place, label] = best_before
        score[:] = behind
    path = np.empty(size, np.int8)
    label = int(np.argmax(score))
    for place in range(size - 1, -1, -1):
        path[place] = label
        if place:
            label = came_from[place, label]
    return path


@compiled
def forward_backward(
    emissions: Floats, gaps: NDArray[np.uint8], factors: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return scaled forward and backward sums, the scale of each word, and its emissions as factors (Rabiner 1989).

    The product of the first two is the marginal of each label of each word.

    Args:
        emissions: `[words, labels]`.
        gaps: `[words]`.
        factors: the exponentials of the transitions.
    """
    size, labels = emissions.shape
    forward = np.empty((size, labels), np.float32)
    backward = np.empty((size, labels), np.float32)
    scale = np.empty(size, np.float32)
    factor = np.empty((size, labels), np.float32)
    for place in range(size):
        greatest = emissions[place].max()
        for label in range(labels):
            factor[place, label] = np.exp(emissions[place, label] - greatest)
    for place in range(size):
        total = np.float32(0)
        for label in range(labels):
            if place == 0:
                value = factors[STOP, 0, label]
            else:
                value = np.float32(0)
                for before in range(labels):
                    value += forward[place - 1, before] * factors[gaps[place], before, label]
            value *= factor[place, label]
            forward[place, label] = value
            total += value
        scale[place] = total
        for label in range(labels):
            forward[place, label] /= total
    for label in range(labels):
        backward[size - 1, label] = 1
    for place in range(size - 2, -1, -1):
        for before in range(labels):
            value = np.float32(0)
            for label in range(labels):
                value += factors[gaps[place + 1], before, label] * factor[place + 1, label] * backward[place + 1, label]
            backward[place, before] = value / scale[place + 1]
    return forward, backward, scale, factor


@compiled
def names_on_path(
    path: NDArray[np.int8], emissions: Floats, gaps: NDArray[np.uint8], factors: Floats
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], Floats]:
    """Return the names on a path: first word, last word, opening label, and the probability of just this name.

    That is the weight of all rows of labels that have it, whatever the other words are, over the weight of all rows.
    """
    size, labels = emissions.shape
    count = 0
    for place in range(size):
        count += path[place] % 2
    first = np.empty(count, np.int32)
    last = np.empty(count, np.int32)
    kind = np.empty(count, np.int32)
    probability = np.empty(count, np.float32)
    if count == 0:
        return first, last, kind, probability
    forward, backward, scale, factor = forward_backward(emissions, gaps, factors)
    at = 0
    for place in range(size):
        label = path[place]
        if label % 2 == 0:
            continue
        end = place
        while end + 1 < size and path[end + 1] == label + 1:
            end += 1
        value = forward[place, label]
        before = label
        for inside in range(place + 1, end + 1):
            value *= factors[gaps[inside], before, label + 1] * factor[inside, label + 1] / scale[inside]
            before = label + 1
        if end + 1 < size:
            outside = np.float32(0)
            for behind in range(labels):
                if behind != label + 1:
                    outside += (
                        factors[gaps[end + 1], before, behind] * factor[end + 1, behind] * backward[end + 1, behind]
                    )
            value *= outside / scale[end + 1]
        first[at], last[at], kind[at], probability[at] = place, end, label, value
        at += 1
    return first, last, kind, probability

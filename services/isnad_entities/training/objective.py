"""What training makes small: minus the log likelihood of a corpus under a linear-chain CRF, and its gradient (pure).

Lafferty, McCallum, Pereira 2001, with an L2 penalty. The weights of a word's features enter through rows of its type
only, so that sums over features are done once for each type and not once for each word of the corpus.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.compiled import compiled

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Features:
    """The features of word types, type by type; type 0 is what stands outside a sentence."""

    starts: NDArray[np.int64]
    """Where the features of each type begin in `numbers`, and where the last one's end."""
    numbers: NDArray[np.int64]
    count: int
    """How many different features there are."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Sentences, one behind the other."""

    starts: NDArray[np.int64]
    """Where each sentence begins, and where the last one ends."""
    types: NDArray[np.int64]
    """Of each word."""
    columns: NDArray[np.int32]
    """`surroundings.columns` of each word."""
    gaps: NDArray[np.uint8]
    labels: NDArray[np.int8]
    """What is right."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of a CRF; views into one vector."""

    features: Doubles
    """`[features, offsets × labels]`."""
    columns: Doubles
    """`[columns' numbers, labels]`."""
    transitions: Doubles
    """`[gaps, labels, labels]`."""


class Objective:
    """The penalised negative log likelihood as a function of one vector."""

    def __init__(
        self, features: Features, examples: Examples, shape: tuple[int, int, int, int], penalty: float
    ) -> None:
        """Take what is to be learnt.

        Args:
            features: the features of the types in the examples.
            examples: the corpus.
            shape: number of offsets, of columns' numbers, of gaps, of labels.
            penalty: half of it times the squared length of the vector is added.
        """
        self._features = features
        self._examples = examples
        offsets, columns, gaps, labels = shape
        self._shapes = ((features.count, offsets * labels), (columns, labels), (gaps, labels, labels))
        self._penalty = penalty
        self._rows = np.zeros((len(features.starts) - 1, offsets * labels))

    @property
    def size(self) -> int:
        """Length of the vector."""
        return sum(int(np.prod(shape)) for shape in self._shapes)

    def weights(self, vector: Doubles) -> Weights:
        """Return the parts of a vector."""
        ends = np.cumsum([int(np.prod(shape)) for shape in self._shapes])
        parts = np.split(vector, ends[:-1])
        return Weights(*(part.reshape(shape) for part, shape in zip(parts, self._shapes, strict=True)))

    def __call__(self, vector: Doubles) -> tuple[float, Doubles]:
        """Return the value and its gradient."""
        gradient = self._penalty * vector
        weights, slopes = self.weights(vector), self.weights(gradient)
        features, examples = self._features, self._examples
        _gather(features.starts, features.numbers, weights.features, self._rows)
        row_slopes = np.zeros_like(self._rows)
        value = _likelihood(
            examples.starts,
            examples.types,
            examples.columns,
            examples.gaps,
            examples.labels,
            self._rows,
            weights.columns,
            weights.transitions,
            row_slopes,
            slopes.columns,
            slopes.transitions,
        )
        _scatter(features.starts, features.numbers, slopes.features, row_slopes)
        return value + self._penalty / 2 * float(vector @ vector), gradient


@compiled
def _gather(starts: NDArray[np.int64], numbers: NDArray[np.int64], weights: Doubles, rows: Doubles) -> None:
    """Sum the weights of each type's features."""
    for row in range(len(starts) - 1):
        for column in range(weights.shape[1]):
            rows[row, column] = 0
        for at in range(starts[row], starts[row + 1]):
            number = numbers[at]
            for column in range(weights.shape[1]):
                rows[row, column] += weights[number, column]


@compiled
def _scatter(starts: NDArray[np.int64], numbers: NDArray[np.int64], slopes: Doubles, rows: Doubles) -> None:
    """Add each type's slopes to those of its features."""
    for row in range(len(starts) - 1):
        for at in range(starts[row], starts[row + 1]):
            number = numbers[at]
            for column in range(slopes.shape[1]):
                slopes[number, column] += rows[row, column]


@compiled
def _likelihood(
    starts: NDArray[np.int64],
    types: NDArray[np.int64],
    columns: NDArray[np.int32],
    gaps: NDArray[np.uint8],
    gold: NDArray[np.int8],
    rows: Doubles,
    column_weights: Doubles,
    transitions: Doubles,
    row_slopes: Doubles,
    column_slopes: Doubles,
    transition_slopes: Doubles,
) -> float:
    """Return minus the log likelihood, and add its slopes to the last three arrays."""
    stop = 4
    labels = column_weights.shape[1]
    reach = rows.shape[1] // labels // 2
    longest = 0
    for sentence in range(len(starts) - 1):
        longest = max(longest, starts[sentence + 1] - starts[sentence])
    emissions = np.empty((longest, labels))
    forward = np.empty((longest, labels))
    backward = np.empty((longest, labels))
    scale = np.empty(longest)
    factors = np.zeros(transitions.shape)
    for gap in range(transitions.shape[0]):
        for before in range(labels):
            for label in range(labels):
                if label % 2 == 1 or label == 0 or before == label or before == label - 1:
                    factors[gap, before, label] = np.exp(transitions[gap, before, label])
    value = 0.0
    for sentence in range(len(starts) - 1):
        start, end = starts[sentence], starts[sentence + 1]
        size = end - start
        for place in range(size):
            for label in range(labels):
                emissions[place, label] = 0
            for step in range(-reach, reach + 1):
                at = place + step
                number = types[start + at] if 0 <= at < size else 0
                for label in range(labels):
                    emissions[place, label] += rows[number, (step + reach) * labels + label]
            for column in columns[start + place]:
                for label in range(labels):
                    emissions[place, label] += column_weights[column, label]
            right = gold[start + place]
            gap = gaps[start + place] if place else stop
            before = gold[start + place - 1] if place else 0
            value -= emissions[place, right] + transitions[gap, before, right]
            greatest = emissions[place].max()
            value += greatest
            for label in range(labels):
                emissions[place, label] = np.exp(emissions[place, label] - greatest)
        for place in range(size):
            total = 0.0
            for label in range(labels):
                weight = 0.0
                if place == 0:
                    weight = factors[stop, 0, label]
                else:
                    for before in range(labels):
                        weight += forward[place - 1, before] * factors[gaps[start + place], before, label]
                forward[place, label] = weight * emissions[place, label]
                total += forward[place, label]
            scale[place] = total
            value += np.log(total)
            for label in range(labels):
                forward[place, label] /= total
        for label in range(labels):
            backward[size - 1, label] = 1
        for place in range(size - 2, -1, -1):
            gap = gaps[start + place + 1]
            for before in range(labels):
                weight = 0.0
                for label in range(labels):
                    weight += factors[gap, before, label] * emissions[place + 1, label] * backward[place + 1, label]
                backward[place, before] = weight / scale[place + 1]
        for place in range(size):
            right = gold[start + place]
            gap = gaps[start + place] if place else stop
            before_right = gold[start + place - 1] if place else 0
            transition_slopes[gap, before_right, right] -= 1
            for label in range(labels):
                arriving = emissions[place, label] * backward[place, label] / scale[place]
                if place == 0:
                    transition_slopes[gap, 0, label] += factors[gap, 0, label] * arriving
                else:
                    for before in range(labels):
                        transition_slopes[gap, before, label] += (
                            forward[place - 1, before] * factors[gap, before, label] * arriving
                        )
                slope = forward[place, label] * backward[place, label] - (label == right)
                for column in columns[start + place]:
                    column_slopes[column, label] += slope
                for step in range(-reach, reach + 1):
                    at = place + step
                    number = types[start + at] if 0 <= at < size else 0
                    row_slopes[number, (step + reach) * labels + label] += slope
    return value

"""What training makes small: its value against all rows of labels, its slopes against small steps."""

from itertools import pairwise, product

import numpy as np
import pytest

from isnad_entities.training.objective import Examples, Features, Objective

LABELS, OFFSETS, COLUMNS, GAPS = 3, 5, 6, 5


@pytest.fixture
def examples():
    return Examples(
        starts=np.array([0, 3, 4]),
        types=np.array([1, 2, 1, 2]),
        columns=np.array([[0, 3], [1, 4], [2, 5], [1, 3]], np.int32),
        gaps=np.array([4, 0, 2, 4], np.uint8),
        labels=np.array([1, 2, 0, 1], np.int8),
    )


@pytest.fixture
def objective(examples):
    features = Features(starts=np.array([0, 1, 3, 5]), numbers=np.array([0, 1, 2, 2, 3]), count=4)
    return Objective(features, examples, (OFFSETS, COLUMNS, GAPS, LABELS), penalty=0.5)


@pytest.fixture
def vector(objective):
    return np.random.default_rng(3).normal(0, 0.7, objective.size)


def minus_log_likelihood(examples, weights):
    of_type = {0: [0], 1: [1, 2], 2: [2, 3]}
    value = 0.0
    for start, end in pairwise(examples.starts):
        types, gold = examples.types[start:end], examples.labels[start:end].tolist()

        def score(row, start=start, types=types):
            total, before = 0.0, 0
            for place, label in enumerate(row):
                if label == 2 and before == 0:
                    return -np.inf
                gap = examples.gaps[start + place] if place else 4
                total += weights.transitions[gap, before, label]
                total += weights.columns[examples.columns[start + place], label].sum()
                for step in range(-2, 3):
                    near = types[place + step] if 0 <= place + step < len(types) else 0
                    total += weights.features[of_type[near], (step + 2) * LABELS + label].sum()
                before = label
            return total

        value += np.log(sum(np.exp(score(row)) for row in product(range(LABELS), repeat=len(types)))) - score(gold)
    return value


def test_the_value_is_that_of_all_rows_of_labels_and_the_penalty(objective, examples, vector):
    wanted = minus_log_likelihood(examples, objective.weights(vector)) + 0.25 * float(vector @ vector)
    assert objective(vector)[0] == pytest.approx(wanted)


def test_the_slopes_are_those_of_small_steps(objective, vector):
    _, slopes = objective(vector)
    step = 1e-6
    for place in range(objective.size):
        there = np.zeros(objective.size)
        there[place] = step
        difference = (objective(vector + there)[0] - objective(vector - there)[0]) / (2 * step)
        assert slopes[place] == pytest.approx(difference, abs=1e-5)

"""The CRF's best path, marginals and probabilities of names, against all rows of labels of short sentences."""

from itertools import product

import numpy as np
import pytest

from isnad_entities.tagging.lattice import GAPS, STOP, Lattice
from isnad_entities.words.passage import Gap

TYPES = 2
LABELS = 2 * TYPES + 1


class Enumerated:
    """Every row of labels that the rules of BIO allow, with its weight."""

    def __init__(self, emissions, gaps, transitions):
        self.rows = []
        for row in product(range(LABELS), repeat=len(emissions)):
            before, score = 0, 0.0
            for place, label in enumerate(row):
                if label and label % 2 == 0 and before not in (label - 1, label):
                    break
                gap = gaps[place] if place else Gap.STOP
                score += float(emissions[place, label]) + float(transitions[gap, before, label])
                before = label
            else:
                self.rows.append((row, np.exp(score)))
        self.total = sum(weight for _, weight in self.rows)

    def share(self, condition):
        return sum(weight for row, weight in self.rows if condition(row)) / self.total

    @property
    def best(self):
        return max(self.rows, key=lambda one: one[1])[0]


def names_of(row):
    found, place = [], 0
    while place < len(row):
        last = place
        if row[place] % 2:
            while last + 1 < len(row) and row[last + 1] == row[place] + 1:
                last += 1
            found.append((place, last, row[place]))
        place = last + 1
    return found


@pytest.fixture(params=range(8))
def case(request):
    random = np.random.default_rng(request.param)
    size = 1 + request.param % 5
    emissions = random.normal(0, 2, (size, LABELS)).astype(np.float32)
    gaps = random.integers(0, GAPS, size).astype(np.uint8)
    transitions = random.normal(0, 1, (GAPS, LABELS, LABELS)).astype(np.float32)
    return emissions, gaps, transitions


def test_the_stop_of_compiled_code_is_that_of_passages():
    assert (Gap.STOP, len(Gap)) == (STOP, GAPS)


def test_the_names_are_those_of_the_row_that_weighs_most(case):
    names = Lattice(case[2]).decode(*case[:2])
    assert list(zip(names.first, names.last, names.label, strict=True)) == names_of(Enumerated(*case).best)


def test_a_name_is_as_probable_as_all_rows_that_have_it(case):
    names, every = Lattice(case[2]).decode(*case[:2]), Enumerated(*case)
    for one in zip(names.first, names.last, names.label, names.probability, strict=True):
        share = every.share(lambda row, name=one[:3]: name in names_of(row))
        assert one[3] == pytest.approx(share, abs=1e-5)


def test_marginals_are_the_shares_of_all_rows(case):
    marginals, every = Lattice(case[2]).marginals(*case[:2]), Enumerated(*case)
    for place, label in product(range(len(case[0])), range(LABELS)):
        share = every.share(lambda row, at=place, as_label=label: row[at] == as_label)
        assert marginals[place, label] == pytest.approx(share, abs=1e-5)


def test_a_long_row_with_large_scores_neither_overflows_nor_vanishes():
    random = np.random.default_rng(1)
    emissions = random.normal(0, 30, (20_000, LABELS)).astype(np.float32)
    gaps = np.zeros(20_000, np.uint8)
    lattice = Lattice(np.zeros((GAPS, LABELS, LABELS), np.float32))
    names = lattice.decode(emissions, gaps)
    assert len(names.first) > 1000
    assert np.isfinite(names.probability).all()
    assert lattice.marginals(emissions, gaps).sum(1) == pytest.approx(1, abs=1e-3)


def test_no_words_have_no_names():
    lattice = Lattice(np.zeros((GAPS, LABELS, LABELS), np.float32))
    assert len(lattice.decode(np.empty((0, LABELS), np.float32), np.empty(0, np.uint8)).first) == 0

"""What isnad says, against exact truth."""

import numpy as np
import pytest

from isnad_cli.bench.ours import Links
from isnad_cli.bench.truth import Truth


@pytest.fixture
def truth():
    """Texts of 10, 20, 20 shingles and one of none; 5 of the first stand in the second, 8 in the third."""
    return Truth(np.array([10, 20, 20, 0]), np.array([2, 1]), np.array([0, 0]), np.array([8, 5]))


def links(*rows):
    later, earlier, jaccard, containment = (np.array(column) for column in zip(*rows, strict=True))
    return Links(later, earlier, jaccard, containment)


def test_stated_shares_say_which_pairs_are_named(truth):
    """A containment of .8 is both >= .5 and >= .8; a jaccard of 8 / 22 is not >= .5."""
    found = links((1, 0, 5 / 25, 0.5), (2, 0, 8 / 22, 0.8))
    assert (
        found.stating(truth, "containment_0.5").tolist()
        == truth.pair_numbers(np.array([1, 2]), np.array([0, 0])).tolist()
    )
    assert found.stating(truth, "containment_0.8").tolist() == truth.pair_numbers(np.array([2]), np.array([0])).tolist()
    assert found.stating(truth, "jaccard_0.5").size == 0


@pytest.mark.parametrize(
    ("link", "inexact"),
    [
        ((1, 0, 5 / 25, 0.5), 0),
        ((1, 0, 5 / 25, 0.6), 1),
        ((1, 0, 6 / 25, 0.5), 1),
        # A pair that shares nothing.
        ((2, 1, 5 / 25, 0.5), 1),
        # The same words, too few for a shingle.
        ((3, 2, 1.0, 1.0), 0),
    ],
)
def test_shares_that_are_not_the_true_ones_are_counted(truth, link, inexact):
    """To the last digit but rounding."""
    assert links(link).inexact(truth) == inexact

"""The best stories in hindsight, on graphs of which the best division is plain."""

import numpy as np
import pytest

from isnad_cli.bench.hindsight import best_stories
from isnad_cli.bench.truth import Truth


def truth(count, *pairs, sizes=None):
    """Of pairs that share 60 of 100 shingles; others share nothing."""
    later, earlier = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    return Truth(np.array(sizes or [100] * count), later, earlier, np.full(later.size, 60))


def groups(stories):
    return sorted(sorted(place for place, one in enumerate(stories) if one == story) for story in set(stories))


TRIANGLES = [(1, 0), (2, 0), (2, 1), (4, 3), (5, 3), (5, 4)]


def test_what_is_all_alike_is_one_story():
    assert groups(best_stories(truth(7, *TRIANGLES), 1)) == [[0, 1, 2], [3, 4, 5], [6]]


def test_a_bridge_does_not_join_two_stories():
    """One true pair would cost eight false ones."""
    assert groups(best_stories(truth(6, *TRIANGLES, (3, 2)), 1)) == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(("price", "whole"), [(0.4, True), (1.2, False)])
def test_the_price_of_a_false_pair_decides_whether_a_chain_is_one_story(price, whole):
    """0 - 1 - 2: one story has two true pairs and one false one, two stories have one true pair."""
    assert (len(groups(best_stories(truth(3, (1, 0), (2, 1)), price))) == 1) is whole


def test_pairs_that_share_less_than_half_are_not_true():
    shares = Truth(np.array([100, 100]), np.array([1]), np.array([0]), np.array([49]))
    assert groups(best_stories(shares, 0.1)) == [[0], [1]]


def test_short_texts_stay_alone():
    assert groups(best_stories(truth(3, (1, 0), (2, 0), sizes=[100, 100, 19]), 0.1)) == [[0, 1], [2]]

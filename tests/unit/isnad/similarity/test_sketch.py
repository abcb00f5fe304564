"""A sketch is a part of the text's hashes that depends on nothing but the text."""

import numpy as np
import pytest

from isnad.similarity.sketch import scales, sketch


def made(count: int) -> np.ndarray:
    """Distinct hashes, spread like those of a text."""
    return np.unique(np.random.default_rng(count).integers(0, 2**64, count, np.uint64))


@pytest.mark.parametrize(
    ("size", "scale"), [(0, 1), (1, 1), (255, 1), (256, 2), (511, 2), (512, 4), (5_000, 4), (500_000, 4)]
)
def test_a_longer_text_is_sketched_more_thinly_and_never_below_a_quarter(size: int, scale: int):
    assert scales(np.array([size], np.int32)).tolist() == [scale]


def test_a_short_text_is_kept_whole():
    hashes = made(200)
    assert sketch(hashes).tolist() == hashes.tolist()


def test_a_long_text_is_kept_by_the_hashes_that_divide_by_four():
    hashes = made(2_000)
    assert sketch(hashes).tolist() == [h for h in hashes.tolist() if h % 4 == 0]


def test_a_text_without_shingles_has_an_empty_sketch():
    assert sketch(made(0)).size == 0

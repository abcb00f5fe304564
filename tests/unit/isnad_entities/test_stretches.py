"""What is tagged at once is bounded in words, however long or many the articles are."""

from itertools import count

import pytest

from isnad_entities.stretches import stretches


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([4, 5, 1, 9], [[4, 5, 1], [9]]),
        ([30, 30, 2], [[30], [30], [2]]),
        ([0] * 12, [[0] * 10, [0] * 2]),
        ([], []),
    ],
)
def test_a_stretch_ends_with_the_article_that_fills_it(sizes, expected):
    assert list(stretches(sizes, int, words_at_once=10)) == expected


def test_no_more_articles_are_taken_than_the_next_stretch_needs():
    articles = count(1)
    assert next(stretches(articles, int, words_at_once=10)) == [1, 2, 3, 4]
    assert next(articles) == 5

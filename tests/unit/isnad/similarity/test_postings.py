"""The table finds what a dictionary of lists would find."""

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isnad.similarity.postings import Postings

# Hashes that collide in their slots (the high bits choose it), hash 0 that marks a free slot, and any others.
some_hash = st.integers(0, 30) | st.integers(2**63, 2**63 + 30) | st.integers(0, 2**64 - 1)


def array(hashes: set[int]) -> np.ndarray:
    return np.array(sorted(hashes), np.uint64)


@given(st.lists(st.sets(some_hash, max_size=40), max_size=30), st.sets(some_hash, max_size=40), st.integers(1, 40))
def test_the_newest_articles_of_each_hash_are_found(articles: list[set[int]], wanted: set[int], most: int):
    postings = Postings()
    expected: defaultdict[int, list[int]] = defaultdict(list)
    for number, article in enumerate(articles):
        hashes = article - {2**63}  # as which the hash 0 is kept
        postings.add(array(hashes), number)
        for one in hashes:
            expected[one].insert(0, number)
    wanted -= {2**63}
    room = np.full(len(wanted), most, np.int32)
    found = postings.find(array(wanted), room)
    newest = {one: expected[one][:most] for one in wanted}
    assert sorted(found.tolist()) == sorted(number for numbers in newest.values() for number in numbers)
    assert room.tolist() == [most - len(newest[one]) for one in sorted(wanted)]


def test_nothing_is_lost_while_the_table_grows():
    postings = Postings()
    random = np.random.default_rng(1)
    articles = [np.unique(random.integers(0, 2**64, 300, np.uint64)) for _ in range(200)]
    for number, hashes in enumerate(articles):
        postings.add(hashes, number)
    for number in (0, 57, 199):
        found = postings.find(articles[number], np.full(articles[number].size, 9, np.int32))
        assert np.count_nonzero(found == number) == articles[number].size


def test_an_empty_text_is_no_trouble():
    postings = Postings()
    nothing = np.empty(0, np.uint64)
    postings.add(nothing, 0)
    assert postings.find(nothing, np.empty(0, np.int32)).size == 0

"""Shingles are the same on every machine, count once, and depend on every word and the order."""

import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isnad.similarity.shingles import distinct, shared, shingle_hashes

ALL_64_BITS = 2**64 - 1
WORDS = ["ا", "دمشق", "قال", "reuters", "2018"]


def hash_by_the_book(shingle: list[str]) -> int:
    """The documented hash of five words, in whole numbers of any size: no numpy, none of the code under test."""
    value = 0
    for word in shingle:
        digest = hashlib.blake2b(word.encode("utf-8"), digest_size=8).digest()
        number = sum(byte << (8 * place) for place, byte in enumerate(digest))
        value = (value * 0x9E3779B97F4A7C15 + number) % 2**64
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = (value ^ (value >> 33)) * multiplier % 2**64
    return value ^ (value >> 33)


def test_a_shingle_has_the_hash_that_snapshots_and_other_machines_expect():
    words = ["قال", "وزير", "الخارجيه", "ان", "الاجتماع", "سيعقد"]
    # Worked out once by `hash_by_the_book`; if these change, HASH_VERSION has to grow.
    expected = [8030795897442900963, 12913505367787262938]
    assert [hash_by_the_book(words[0:5]), hash_by_the_book(words[1:6])] == expected
    assert shingle_hashes(words).tolist() == expected


@given(st.lists(st.sampled_from(WORDS), max_size=30))
def test_every_place_has_the_hash_of_its_five_words(words: list[str]):
    assert shingle_hashes(words).tolist() == [hash_by_the_book(words[n : n + 5]) for n in range(len(words) - 4)]


def test_fewer_than_five_words_make_no_shingle():
    assert shingle_hashes(["a", "b", "c", "d"]).size == 0
    assert shingle_hashes([]).size == 0


def test_the_order_of_the_words_counts():
    assert shingle_hashes(list("abcde")) != shingle_hashes(list("bacde"))


def test_the_boundary_between_words_counts():
    assert shingle_hashes(["ab", "c", "d", "e", "f"]) != shingle_hashes(["a", "bc", "d", "e", "f"])


hashes = st.lists(st.integers(0, ALL_64_BITS) | st.integers(0, 5))


@given(hashes)
def test_distinct_keeps_each_hash_once_in_order(some: list[int]):
    assert distinct(np.array(some, np.uint64)).tolist() == sorted(set(some))


@given(hashes, hashes)
def test_shared_counts_what_two_sets_have_in_common(some: list[int], others: list[int]):
    one, other = (distinct(np.array(values, np.uint64)) for values in (some, others))
    assert shared(one, other) == len(set(some) & set(others))

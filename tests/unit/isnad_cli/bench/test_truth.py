"""The brute force, held to sets of tuples of words."""

from hypothesis import given
from hypothesis import strategies as st

from isnad.text.words import words
from isnad_cli.bench.truth import LEAST_SHARE, brute_force

# Few different words, so that shingles come again within and between texts.
texts = st.lists(st.lists(st.sampled_from("ابتث"), max_size=14).map(" ".join), max_size=8)


def shingles(text):
    """As tuples of words, which nothing can confuse."""
    all_words = words(text)
    return {tuple(all_words[place : place + 5]) for place in range(len(all_words) - 4)}


@given(texts)
def test_it_counts_what_sets_of_word_tuples_count(some):
    """Each pair with its shared shingles, the later text first; pairs that share less than a tenth are left out."""
    sets = [shingles(text) for text in some]
    expected = {
        (later, earlier): len(sets[later] & sets[earlier])
        for later in range(len(some))
        for earlier in range(later)
        if len(sets[later] & sets[earlier]) >= max(LEAST_SHARE * min(len(sets[later]), len(sets[earlier])), 1)
    }
    truth = brute_force(some)
    found = zip(truth.later.tolist(), truth.earlier.tolist(), truth.shared.tolist(), strict=True)
    assert {(later, earlier): shared for later, earlier, shared in found} == expected
    assert truth.sizes.tolist() == [len(one) for one in sets]


def test_shares_by_hand():
    """Six words are two shingles, seven are three; the first two of the three are shared: 2 of 2, and 2 of 3."""
    truth = brute_force(["ا ب ت ث ج ح", "ا ب ت ث ج ح خ", "كلمات أخرى لا تقول ذلك"])
    assert (truth.later.tolist(), truth.earlier.tolist()) == ([1], [0])
    assert truth.containment.tolist() == [1.0]
    assert truth.jaccard.tolist() == [2 / 3]


def test_progress_is_told_for_each_text():
    """Also for those that share nothing."""
    told = []
    brute_force(["ا", "ب", "ت"], lambda: told.append(1))
    assert len(told) == 3

"""A long passage is cut into windows at sentences, and each sub-word is judged once, where it has most around it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isnad_entities.pretrained.windows import Window, windows


def test_windows_end_with_sentences_and_share_a_whole_one():
    # Sentences of 4, 3, 2, 5 and 4 sub-words, each a word: 0-3, 4-6, 7-8, 9-13, 14-17.
    found = windows(18, range(18), [0, 4, 7, 9, 14], most=10, overlap=3)
    # 0-8 is all that fits whole; 7-8 is within three of its end. 7-13; none begins in 11-13, so nothing is shared.
    assert found == [Window(0, 9, 0), Window(7, 14, 8), Window(14, 18, 14)]


def test_a_sentence_longer_than_a_window_is_cut_at_words_and_overlaps():
    # Words of two sub-words; 10 fit, of which about 4 are shared. The middle of 6-9 is between 7 and 8.
    found = windows(16, range(0, 16, 2), [0], most=10, overlap=4)
    assert found == [Window(0, 10, 0), Window(6, 16, 8)]


def test_a_word_longer_than_a_window_is_cut_too():
    assert windows(7, [0], [0], most=3, overlap=1) == [Window(0, 3, 0), Window(2, 5, 3), Window(4, 7, 5)]


def test_nothing_has_no_window():
    assert windows(0, [], [], most=5, overlap=1) == []


@pytest.mark.parametrize(("most", "overlap"), [(1, 0), (2, 0), (5, 1), (12, 3), (64, 16)])
@settings(max_examples=30)
@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=12), min_size=1, max_size=12))
def test_whatever_the_text_windows_fit_and_judge_each_sub_word_once(most, overlap, sentences):
    words, beginnings, size = [], [], 0
    for sentence in sentences:
        beginnings.append(size)
        for length in sentence:
            words.append(size)
            size += length
    found = windows(size, words, beginnings, most, overlap)
    assert all(0 < window.end - window.start <= most for window in found)
    assert found[0].start == found[0].owned == 0
    assert found[-1].end == size
    ends_of_owned = [*(window.owned for window in found[1:]), size]
    assert all(
        window.start <= window.owned < end <= window.end for window, end in zip(found, ends_of_owned, strict=True)
    )

"""Two texts side by side: exact numbers, and stretches that are the same words in both."""

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isnad.similarity import comparison, index, shingles
from isnad.similarity.comparison import Comparison, compare
from isnad.text.words import tokens, words

SPELLINGS = {"احمد": ("أحمد", "أَحْمَد", "احمـــد"), "مدرسه": ("مدرسة", "مدرسه"), "x": ("X", "x"), "5": ("٥", "5")}
BETWEEN = (" ", ", ", " — ", "\n\n", "\u200f ", " 😀 ")
REPORT = "abcdefghijkl"

few_words = st.lists(st.sampled_from(list(SPELLINGS)).flatmap(lambda one: st.sampled_from(SPELLINGS[one])), max_size=60)
"""The same few words again and again, in several spellings."""
pieces_of_a_report = st.lists(
    st.slices(len(REPORT)).map(lambda piece: list(REPORT[piece.start : piece.stop]) or ["z"]), max_size=8
).map(lambda pieces: [word for piece in pieces for word in piece])
"""Pieces that overlap, repeat and follow one another in any order."""


def written(words, between):
    return "".join(word + between[n % len(between)] for n, word in enumerate(words))


texts = st.builds(
    written, st.one_of(few_words, pieces_of_a_report), st.lists(st.sampled_from(BETWEEN), min_size=1, max_size=7)
)


def shingles_of(text):
    """By another way than the code's: slices of the list of words."""
    listed = words(text)
    return [tuple(listed[n : n + 5]) for n in range(len(listed) - 4)]


def places(text, shared):
    """The words, by number, that belong to a shared shingle."""
    return {n + k for n, one in enumerate(shingles_of(text)) if one in shared for k in range(5)}


def covered(text, spans):
    """The words, by number, that lie within the spans."""
    return {n for n, one in enumerate(tokens(text)) if any(s.start <= one.start and one.end <= s.end for s in spans)}


def longest_common_run(some, others):
    """By the quadratic table."""
    best, row = 0, [0] * (len(others) + 1)
    for one in some:
        row = [0] + [row[n] + 1 if one == other else 0 for n, other in enumerate(others)]
        best = max(best, *row)
    return best


@given(texts, texts)
def test_the_numbers_are_those_of_the_sets_of_shingles(text, other):
    some, others = set(shingles_of(text)), set(shingles_of(other))
    found = compare(text, other)
    assert (found.size, found.other_size, found.shared) == (len(some), len(others), len(some & others))
    if some and others:
        assert found.jaccard == len(some & others) / len(some | others)
        assert found.contained == len(some & others) / len(some)
        assert found.contains == len(some & others) / len(others)
        assert found.containment == len(some & others) / min(len(some), len(others))


@given(texts, texts)
def test_a_stretch_is_the_same_words_in_both_texts(text, other):
    for one in compare(text, other).stretches:
        said = words(text[one.here.start : one.here.end])
        assert said == words(other[one.there.start : one.there.end])
        assert len(said) == one.words >= 5


@given(texts, texts)
def test_the_stretches_hold_all_shared_shingles_and_no_other_word(text, other):
    shared = set(shingles_of(text)) & set(shingles_of(other))
    stretches = compare(text, other).stretches
    for whole, spans in ((text, [one.here for one in stretches]), (other, [one.there for one in stretches])):
        assert covered(whole, spans) == places(whole, shared)
        held = {one for span in spans for one in shingles_of(whole[span.start : span.end])}
        assert held == shared


@given(texts, texts)
def test_every_occurrence_of_a_shared_shingle_lies_within_one_stretch(text, other):
    shared = set(shingles_of(text)) & set(shingles_of(other))
    placed = tokens(text)
    spans = [one.here for one in compare(text, other).stretches]
    for n, one in enumerate(shingles_of(text)):
        if one in shared:
            assert any(span.start <= placed[n].start and placed[n + 4].end <= span.end for span in spans)


@given(texts, texts)
def test_the_first_stretch_is_the_longest_run_that_there_is(text, other):
    longest = longest_common_run(words(text), words(other))
    stretches = compare(text, other).stretches
    assert (stretches[0].words if stretches else 0) == (longest if longest >= 5 else 0)
    assert [one.words for one in stretches] == sorted((one.words for one in stretches), reverse=True)


@given(texts, texts)
def test_a_stretch_can_t_be_longer_at_either_end_in_one_of_the_texts(text, other):
    """Wherever else its words stand in the other text: there, too, another word comes before and after them."""
    here, there = words(text), words(other)
    for one in compare(text, other).stretches:
        in_text = ends_everywhere(here, first_word(text, one.here), one.words, there)
        in_other = ends_everywhere(there, first_word(other, one.there), one.words, here)
        assert in_text or in_other


def first_word(text, span):
    return next(n for n, one in enumerate(tokens(text)) if one.start == span.start)


def ends_everywhere(some, start, length, others):
    longer = [some[start : start + length + 1], some[start - 1 : start + length] if start else []]
    return not any(others[n : n + length + 1] == one for one in longer if len(one) > length for n in range(len(others)))


@given(texts, texts)
def test_the_other_way_round_it_is_the_same_comparison(text, other):
    one, back = compare(text, other), compare(other, text)
    assert (one.contained, one.contains, one.jaccard) == (back.contains, back.contained, back.jaccard)
    assert {(s.here, s.there) for s in one.stretches} == {(s.there, s.here) for s in back.stretches}


def shown(text, other, most=None):
    return [
        (text[one.here.start : one.here.end], other[one.there.start : one.there.end])
        for one in compare(text, other, most).stretches
    ]


def test_a_report_cut_and_led_in_by_another_paper():
    """Two sentences of the agency stand in the paper's text, each in its own spelling."""
    agency = "قال وزير الخارجية الأميركي اليوم إن بلاده تدعم الحل. وأضاف أن المفاوضات سوف تبدأ في جنيف غدا."
    paper = "جنيف - خاص: وأَضاف ان المفاوضات سوف تبدأ في جنيف غداً، بعدما قال وزير الخارجية الأميركي اليوم!"
    found = compare(agency, paper)
    # 17 words and 16: 13 shingles and 12; 8 words of the second sentence are 4 shingles, 5 of the first are one.
    assert (found.size, found.other_size, found.shared) == (13, 12, 5)
    assert shown(agency, paper) == [
        ("وأضاف أن المفاوضات سوف تبدأ في جنيف غدا", "وأَضاف ان المفاوضات سوف تبدأ في جنيف غدا"),
        ("قال وزير الخارجية الأميركي اليوم", "قال وزير الخارجية الأميركي اليوم"),
    ]


def test_places_are_code_points_also_behind_characters_beyond_the_basic_plane():
    assert shown("😀😀 a b c d e", "𝒙 A b c d e.") == [("a b c d e", "A b c d e")]


def test_a_refrain_is_paired_in_order():
    """The first with the first, the second with the second, and what is left over with the last."""
    text = "1 a b c d e 2 a b c d e 3"
    other = "a b c d e 4 a b c d e 5 a b c d e"
    starts = [(one.here.start, one.there.start) for one in compare(text, other).stretches]
    assert starts == [(2, 0), (14, 12), (14, 24)]


def test_a_run_within_a_longer_one_of_the_other_text_is_paired_with_it():
    """The first text has «b c d e f» twice, once within the longer run that the other has too."""
    text = "a b c d e f g 1 b c d e f 2"
    other = "0 a b c d e f g"
    assert shown(text, other) == [("a b c d e f g", "a b c d e f g"), ("b c d e f", "b c d e f")]
    assert shown(other, text) == shown(text, other)
    assert [(one.here.start, one.there.start) for one in compare(text, other).stretches] == [(0, 2), (16, 4)]
    assert [(one.here.start, one.there.start) for one in compare(other, text).stretches] == [(2, 0), (4, 16)]


@pytest.mark.parametrize(
    ("middle", "last", "kept"),
    [
        ("c d e f g h", "d e f g h i j", False),
        ("c d e f g h", "e f g h i j", True),
        ("d e f g h", "e f g h i j", True),
    ],
)
def test_of_runs_that_overlap_as_few_are_told_as_cover_all_shingles(middle, last, kept):
    """The middle one is needed only where the others leave a shingle over, «d e f g h».

    In the other text it is a part of two longer runs, and none of its own; the first of the two is told.
    """
    text = f"a b c d e f g h i j 1 y {middle} z z 2 x {middle} z 3"
    other = f"a b c d e f g 4 {last} 5 x {middle} z 6 y {middle} z z"
    told = [said for said, _ in shown(text, other)]
    expected = ["a b c d e f g", last, f"y {middle} z z", f"x {middle} z", *([middle] if kept else [])]
    assert sorted(told) == sorted(expected)
    found = [one for one in compare(text, other).stretches if one.here.start == text.index(middle)]
    assert [(one.words, one.there.start) for one in found] == (
        [(len(middle.split()), other.index("x") + 2)] if kept else []
    )


def test_at_most_so_many_stretches_and_the_numbers_stay():
    text, other = "a b c d e f 1 g h i j k 2", "a b c d e f 3 g h i j k 4"
    assert shown(text, other, most=1) == [("a b c d e f", "a b c d e f")]
    assert compare(text, other, most=1).shared == compare(text, other).shared == 3


@pytest.mark.parametrize(
    ("text", "other", "same"),
    [("عاجل: انفجار", "عاجل انفجار!", True), ("عاجل", "انفجار", False), ("", "", False), ("a b c d e", "", False)],
)
def test_texts_without_shingles_share_all_when_they_are_the_same_words(text, other, same):
    found = compare(text, other)
    assert (found.same, found.shared, found.stretches) == (same, 0, ())
    assert (found.jaccard, found.contained, found.contains, found.containment) == (float(same),) * 4


def test_a_text_that_repeats_itself_is_covered_by_few_stretches():
    """20,000 times one word has 19,996 places of its one shingle; each stretch of 10,000 words holds 9,996 of them."""
    found = compare("كلمة " * 20_000, "كلمة " * 10_000)
    assert (found.size, found.other_size, found.shared) == (1, 1, 1)
    assert [one.words for one in found.stretches] == [10_000] * 3


def test_a_long_formulaic_text_is_compared_too():
    """Every pair of its lines shares a shingle; run by run that would be four million pairs."""
    text = " ".join(f"سعر صرف الدولار مقابل الليرة في السوق {n}" for n in range(2000))
    other = " ".join(f"سعر صرف الدولار مقابل الليرة في السوق {n}" for n in range(2000, 4000))
    found = compare(text, other)
    # A line's seven words are three shingles, which all lines share; every other shingle holds a line's own number.
    assert found.shared == 3
    assert len(found.stretches) == 2000
    assert {one.words for one in found.stretches} == {7}


def test_it_counts_by_the_definitions_of_the_index():
    assert shingles.SHINGLE_WORDS == comparison.SHINGLE_WORDS
    assert inspect.signature(index.NearDuplicateIndex).parameters["least_share"].default == comparison.LEAST_SHARE


def test_nothing_shared_is_nothing():
    assert compare("a b c d e f", "g h i j k l") == Comparison(2, 2, 0, same=False, stretches=())

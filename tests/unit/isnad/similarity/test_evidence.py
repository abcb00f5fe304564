"""Passages stand in both texts, where they say, the longest first."""

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isnad.similarity.evidence import passages
from isnad.similarity.shingles import Hashes, placed, shingled


def spans(text: str, other: Hashes, most: int = 8) -> list[str]:
    return [text[span.start : span.end] for span in passages(placed(text), other, most)]


def spans_with(text: str, other: str, most: int = 8) -> list[str]:
    return spans(text, shingled([other]).hashes, most)


def test_a_shared_stretch_is_shown_as_it_is_written_here():
    text = "😀 وفي السياق، أكّد المتحدثُ باسم الوزارة أنّ الهدنة قائمة؛ بحسب مراسلنا في دمشق"
    other = "قال مصدر: اكد المتحدث باسم الوزاره ان الهدنه قائمه."
    assert spans_with(text, other) == ["أكّد المتحدثُ باسم الوزارة أنّ الهدنة قائمة"]


def test_the_longest_comes_first_and_no_more_than_asked_for():
    text = "a b c d e  +  k l m n o p q  -  s t u v w"
    other = "k l m n o p q / a b c d e / s t u v w"
    assert spans_with(text, other) == ["k l m n o p q", "a b c d e", "s t u v w"]
    assert spans_with(text, other, most=1) == ["k l m n o p q"]


def test_the_other_text_may_have_its_hashes_in_any_order_and_where_they_cannot_be_written_to():
    hashes = shingled(["k l m n o p q / a b c d e / s t u v w"]).hashes.copy()
    Random(1).shuffle(hashes)
    hashes.flags.writeable = False
    assert spans("a b c d e  +  k l m n o p q", hashes) == ["k l m n o p q", "a b c d e"]


def test_nothing_shared_shows_nothing():
    assert spans_with("a b c d e f", "g h i j k l") == []
    assert spans_with("a b c", "a b c") == []
    assert spans_with("a b c d e", "") == []
    assert spans_with("", "a b c d e") == []
    assert spans("a b c d e", np.empty(0, np.uint64)) == []


@given(st.lists(st.sampled_from("abcd"), max_size=40), st.lists(st.sampled_from("abcd"), max_size=40))
def test_every_shared_shingle_is_covered_and_nothing_else(some: list[str], others: list[str]):
    text = " ".join(some)
    theirs = {tuple(others[n : n + 5]) for n in range(len(others) - 4)}
    starts = [n for n in range(len(some) - 4) if tuple(some[n : n + 5]) in theirs]
    covered = {m for n in starts for m in range(n, n + 5)}
    found = passages(placed(text), shingled([" ".join(others)]).hashes, most=100)
    # A word is one letter and a space, so the word n stands at 2n.
    assert {n for span in found for n in range(span.start // 2, (span.end + 1) // 2)} == covered
    lengths = [span.end - span.start for span in found]
    assert lengths == sorted(lengths, reverse=True)

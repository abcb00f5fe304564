"""Passages stand in both texts, where they say, the longest first."""

from random import Random
from time import process_time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isnad.messages import Span
from isnad.similarity.evidence import Passages
from isnad.similarity.shingles import Hashes, placed, shingled


def spans(text: str, other: Hashes, most: int = 8) -> list[str]:
    return [text[span.start : span.end] for span in Passages(placed(text)).shared_with(other, most)]


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


def test_the_other_text_may_have_its_hashes_in_any_order():
    hashes = shingled(["k l m n o p q / a b c d e / s t u v w"]).hashes.copy()
    Random(1).shuffle(hashes)
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
    found = Passages(placed(text)).shared_with(shingled([" ".join(others)]).hashes, most=100)
    # A word is one letter and a space, so the word n stands at 2n.
    assert {n for span in found for n in range(span.start // 2, (span.end + 1) // 2)} == covered
    lengths = [span.end - span.start for span in found]
    assert lengths == sorted(lengths, reverse=True)


def test_a_book_is_looked_at_once_however_many_of_its_pages_came_before():
    words = [f"{n:06}" for n in range(200_000)]
    book = Passages(placed(" ".join(words)))
    pages = [shingled([" ".join(words[first : first + 40])]).hashes for first in range(0, len(words), 40)]
    started = process_time()
    found = [book.shared_with(page) for page in pages]
    # 200,000 words for each of 5,000 pages would be a billion.
    assert process_time() - started < 1
    assert found == [(Span(280 * page, 280 * page + 279),) for page in range(5_000)]

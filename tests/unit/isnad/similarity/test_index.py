"""The index finds what comparing with every text in the window finds, with the exact shares."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isnad.similarity.index import LEAST_SHARE, NearDuplicateIndex
from isnad.similarity.window import Window

START = datetime(2018, 2, 1, tzinfo=UTC)


def array(hashes: set[int]) -> np.ndarray:
    return np.array(sorted(hashes), np.uint64)


class EveryText:
    """The same index by brute force: Python sets, every text compared, the window one day by one."""

    def __init__(self, days: int) -> None:
        self.days = days
        self.today: int | None = None
        self.texts: dict[str, tuple[int, set[int]]] = {}

    def advance(self, day: int) -> list[str]:
        today = self.today = day if self.today is None else max(self.today, day)
        gone = [key for key, (added, _) in self.texts.items() if added < today - self.days]
        for key in gone:
            del self.texts[key]
        return gone

    def match(self, hashes: set[int], own: str) -> set[tuple[str, int, int, int]]:
        return {
            (key, len(hashes & other), len(hashes), len(other))
            for key, (_, other) in self.texts.items()
            if key != own
            and hashes & other
            and Fraction(len(hashes & other), min(len(hashes), len(other))) >= Fraction(str(LEAST_SHARE))
        }

    def add(self, key: str, hashes: set[int]) -> None:
        assert self.today is not None
        added = self.texts[key][0] if key in self.texts else self.today
        self.texts[key] = (added, hashes)


# Few hashes and few keys, so that texts overlap, are revised and come again.
texts = st.sets(st.integers(0, 25), max_size=12)
arrivals = st.lists(
    st.tuples(st.sampled_from("abcdefghij"), texts, st.sampled_from([0, 0, 0, 0, 1, 2, 5, -1])), max_size=60
)


@settings(max_examples=300)
@given(arrivals)
def test_it_answers_as_brute_force_does(log: list[tuple[str, set[int], int]]):
    index, brute = NearDuplicateIndex(Window(days=3)), EveryText(days=3)
    day = 0
    for key, hashes, step in log:
        day += step
        assert index.advance(START + timedelta(days=day)) == brute.advance(day)
        found = [(m.key, m.shared, m.size, m.other_size) for m in index.match(array(hashes), own_key=key)]
        assert len(found) == len(set(found))
        assert set(found) == brute.match(hashes, key)
        index.add(key, array(hashes))
        brute.add(key, hashes)
        assert index.hashes(key).tolist() == sorted(hashes)
        assert len(index) == len(brute.texts)


def spread(seed: int, count: int) -> set[int]:
    return set(np.random.default_rng(seed).integers(1, 2**64, count, np.uint64).tolist())


def test_long_texts_that_are_sketched_still_have_exact_shares():
    report, background = spread(1, 1_000), spread(2, 700)
    cut = set(sorted(report)[::2])  # every second shingle: 500 of them, and 700 others
    index = NearDuplicateIndex()
    index.advance(START)
    index.add("report", array(report))
    index.add("unrelated", array(spread(3, 1_000)))
    (match,) = index.match(array(cut | background))
    assert (match.key, match.shared) == ("report", 500)
    assert (match.contained, match.contains, match.jaccard) == (500 / 1_200, 0.5, 500 / 1_700)


def test_a_few_lines_are_found_in_a_long_text_and_around_them():
    whole = spread(1, 2_000)
    lines = set(sorted(whole)[:40])
    index = NearDuplicateIndex()
    index.advance(START)
    index.add("long", array(whole))
    assert [(m.key, m.contained) for m in index.match(array(lines))] == [("long", 1.0)]
    index.add("short", array(lines))
    assert [(m.key, m.contains) for m in index.match(array(whole), own_key="long")] == [("short", 1.0)]


def test_what_is_shared_below_the_threshold_is_no_match():
    index = NearDuplicateIndex()
    index.advance(START)
    index.add("a", array(set(range(100))))
    assert index.match(array(set(range(71, 171)))) == []  # 29 of 100
    assert [m.shared for m in index.match(array(set(range(70, 170))))] == [30]


def test_matches_come_best_first_and_equals_in_the_order_of_the_log():
    index = NearDuplicateIndex()
    index.advance(START)
    index.add("half", array(set(range(50, 150))))
    index.add("older", array(set(range(100))))
    index.add("newer", array(set(range(100))))
    index.add("whole in more", array(set(range(200))))
    assert [m.key for m in index.match(array(set(range(100))))] == ["older", "newer", "whole in more", "half"]


def test_equals_keep_the_order_of_the_log_across_segments():
    index = NearDuplicateIndex(Window(days=6))
    for day, key in enumerate(["first", "second", "third"]):
        index.advance(START + timedelta(days=day))
        index.add(key, array({1, 2, 3}))
    assert [m.key for m in index.match(array({1, 2, 3}))] == ["first", "second", "third"]


def test_boilerplate_is_followed_to_the_newest_texts_only():
    index = NearDuplicateIndex(most_postings=4)
    index.advance(START)
    for number in range(10):
        index.add(str(number), array({1, 2, 3}))
    assert [m.key for m in index.match(array({1, 2, 3}))] == ["6", "7", "8", "9"]


def test_boilerplate_does_not_hide_what_else_is_shared():
    index = NearDuplicateIndex(most_postings=4)
    index.advance(START)
    index.add("the report", array(set(range(100))))
    for number in range(10):
        index.add(str(number), array(set(range(20)) | spread(number, 80)))
    assert [m.key for m in index.match(array(set(range(100))))] == ["the report"]


def test_a_segment_that_is_full_makes_room_by_whole_segments():
    index = NearDuplicateIndex(Window(days=30, articles=12))  # segments of two texts
    gone = []
    for number in range(20):
        gone += index.advance(START)
        index.add(str(number), array({number}))
        assert len(index) <= 12 + 2
    assert gone == [str(number) for number in range(6)]


def test_a_replaced_text_leaves_with_the_segment_in_which_it_was_first_added():
    index = NearDuplicateIndex(Window(days=6))
    index.advance(START)
    index.add("a", array({1, 2, 3}))
    index.advance(START + timedelta(days=6))
    index.add("a", array({4, 5, 6}))
    assert index.advance(START + timedelta(days=7)) == ["a"]
    assert index.match(array({4, 5, 6})) == []


def test_adding_before_there_is_a_time_is_refused():
    with pytest.raises(RuntimeError, match="advance"):
        NearDuplicateIndex().add("a", array({1}))


def test_many_revisions_of_one_text_do_not_hide_another():
    index = NearDuplicateIndex(most_postings=4)
    index.advance(START)
    index.add("other", array({1, 2, 3}))
    for number in range(20):
        index.add("live blog", array({1, 2, 3, 100 + number}))
    assert [m.key for m in index.match(array({1, 2, 3}))] == ["other", "live blog"]

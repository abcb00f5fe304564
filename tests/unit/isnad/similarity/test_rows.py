"""Rows keep what was set by number, while the window moves, and after a restart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isnad.similarity.rows import Rows

# Each step: make the row after so many numbers more, and then forget so many of the oldest.
steps = st.lists(st.tuples(st.integers(1, 90), st.sampled_from([0, 0, 0, 1, 50, 300])), max_size=40)


@given(steps)
def test_rows_are_a_dictionary_whose_oldest_keys_are_forgotten(plan: list[tuple[int, int]]):
    rows, expected = Rows(address=np.int64, rank=np.int32), {}
    number = 0
    for step, gone in plan:
        for one in range(number, number + step):
            place = rows.make(one)
            assert rows["address"][place] == 0
            rows["address"][place], rows["rank"][place] = one * 10**12, one
            expected[one] = (one * 10**12, one)
        number += step
        before = (min(expected) if expected else number) + gone
        rows.forget(before)
        expected = {one: facts for one, facts in expected.items() if one >= before}
        assert len(rows) == len(expected)
        assert list(range(rows.base, rows.end)) == sorted(expected)
        base, columns = rows.capture()
        rows = Rows(address=np.int64, rank=np.int32)
        rows.restore(base, columns)
        for one, facts in expected.items():
            place = rows.place(one)
            assert (rows["address"][place], rows["rank"][place]) == facts


def test_rows_between_are_zero_and_the_first_may_begin_anywhere():
    rows = Rows(rank=np.int32)
    rows.make(1_000_000)
    rows["rank"][rows.place(1_000_000)] = 7
    rows.make(1_000_003)
    assert (rows.base, rows.end) == (1_000_000, 1_000_004)
    assert [int(rows["rank"][rows.place(number)]) for number in range(rows.base, rows.end)] == [7, 0, 0, 0]


def test_a_row_that_was_reused_is_zero_again():
    rows = Rows(rank=np.int32)
    rows.make(0)
    rows["rank"][rows.place(0)] = 7
    rows.forget(1)
    rows.make(1)
    assert rows["rank"][rows.place(1)] == 0


def test_a_capture_does_not_change_with_the_rows():
    rows = Rows(rank=np.int32)
    rows.make(0)
    rows["rank"][rows.place(0)] = 7
    _, columns = rows.capture()
    rows["rank"][rows.place(0)] = 8
    assert columns["rank"].tolist() == [7]


@pytest.mark.parametrize("number", [4, 10])
def test_a_number_without_a_row_is_no_key(number: int):
    rows = Rows(rank=np.int32)
    rows.make(5)
    rows.make(9)
    with pytest.raises(KeyError):
        rows.place(number)
    assert number not in rows


def test_a_forgotten_number_can_not_come_again():
    rows = Rows(rank=np.int32)
    rows.make(0)
    rows.make(1)
    rows.forget(1)
    with pytest.raises(KeyError):
        rows.make(0)


def test_columns_of_another_table_are_refused():
    base, columns = Rows(rank=np.int32).capture()
    with pytest.raises(ValueError, match="address"):
        Rows(address=np.int64).restore(base, columns)

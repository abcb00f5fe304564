"""How many records of a partition may die before a stage waits for a person."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isnad.poison import Buried, Poison, PoisonLimit
from isnad.testing.builders import record

PARTITION = ("articles.raw", 0)


def records(offsets, partition=0):
    return [record(b"x", partition=partition, offset=offset) for offset in offsets]


def buried(offsets, *, resolved=False):
    return [Buried(PARTITION, offset, resolved) for offset in offsets]


@pytest.mark.parametrize(
    ("limit", "deaths", "admitted"),
    [
        (PoisonLimit(3, 0, 0), "xxxx", 3),
        (PoisonLimit(3, 0, 0), "xxxo", 4),
        (PoisonLimit(3, 0, 0), "xxoxxx", 6),
        (PoisonLimit(3, 0, 0), "oxxxxo", 4),
        (PoisonLimit(0, 0.5, 4), "xoxoxo", 6),
        (PoisonLimit(0, 0.5, 4), "xoxxo", 3),
        (PoisonLimit(0, 0.5, 4), "xxx", 2),
        (PoisonLimit(0, 0.5, 4), "xxooxx", 6),
        (PoisonLimit(0, 1.0, 4), "xxxxx", 5),
        (PoisonLimit(0, 0, 4), "xxxxx", 5),
        (PoisonLimit(9, 0.5, 100), "x" * 9, 9),
    ],
)
def test_records_leave_up_to_the_one_that_is_too_many(limit, deaths, admitted):
    """An x died, an o is well; a row of three may be followed by a well one, and not by a fourth."""
    poison = Poison(limit)
    assert poison.admitted(records(range(len(deaths))), [one == "x" for one in deaths]) == admitted


def test_partitions_are_counted_apart():
    """Two in a row in each, though four died one after another."""
    poison = Poison(PoisonLimit(2, 0, 0))
    batch = [*records([0], 0), *records([0], 1), *records([1], 0), *records([1], 1)]
    assert poison.admitted(batch, [True] * 4) == 4
    assert poison.admitted([*batch, *records([2], 1)], [True] * 5) == 4


def test_a_restart_knows_from_the_letters_what_died_before():
    """Two stand in the letters; the third may leave, the fourth not."""
    poison = Poison(PoisonLimit(3, 0, 0))
    batch, dead = records([10, 11]), [True, True]
    assert poison.unasked(batch, dead)
    poison.recall(buried([8, 9]))
    assert not poison.unasked(batch, dead)
    assert poison.admitted(batch, dead) == 1


def test_the_dead_letters_are_not_read_while_nothing_dies():
    """Nor where there is no limit."""
    assert not Poison(PoisonLimit(3, 0.5, 10)).unasked(records([0, 1]), [False, False])
    assert not Poison(PoisonLimit(0, 0, 10)).unasked(records([0, 1]), [True, True])


def test_a_batch_that_comes_again_counts_once():
    """Its letters stand there already, from before the worker was killed."""
    poison = Poison(PoisonLimit(4, 0, 0))
    batch, dead = records([0, 1, 2]), [True] * 3
    assert poison.unasked(batch, dead)
    poison.recall(buried([0, 1, 2]))
    assert poison.admitted(batch, dead) == 3
    poison.seen(batch, dead)
    poison.seen(batch, dead)
    assert poison.admitted(records([3]), [True]) == 1


def test_what_a_person_has_resolved_counts_no_more():
    """Letters of before, of this worker, of the batch in hand; a later letter of the record changes nothing."""
    poison = Poison(PoisonLimit(3, 0, 0))
    poison.seen(records([4, 5]), [True, True])
    batch, dead = records([6, 7]), [True, True]
    assert poison.admitted(batch, dead) == 1
    letters = buried([3, 4, 5])
    poison.recall(letters)
    assert poison.admitted(batch, dead) == 0
    poison.recall([*letters, *buried([3, 4, 5], resolved=True), *buried([4])])
    assert poison.admitted(batch, dead) == 2
    assert poison.admitted(records(range(6, 12)), [True] * 6) == 3


def test_after_a_rebalance_nothing_is_remembered():
    """Somebody else may have worked on the partition."""
    poison = Poison(PoisonLimit(2, 0, 0))
    poison.seen(records([0, 1]), [True, True])
    poison.forget()
    assert poison.admitted(records([2]), [True]) == 1


@given(
    st.lists(st.booleans(), max_size=60),
    st.lists(st.integers(1, 7), min_size=1, max_size=60),
    st.sets(st.integers(0, 60)),
    st.integers(1, 6),
    st.sampled_from([0, 0.3, 0.5, 0.9]),
    st.integers(1, 12),
)
def test_batches_restarts_and_redeliveries_make_no_difference(deaths, sizes, restarts, row, share, window):
    """However the log is cut into batches, and wherever a worker begins anew, the same record is one too many."""
    limit = PoisonLimit(row, share, window)

    def one_too_many() -> int:
        for n, died in enumerate(deaths):
            in_row = deaths[max(0, n - row) : n]
            last = deaths[max(0, n - window + 1) : n + 1]
            if died and ((len(in_row) == row and all(in_row)) or (share and sum(last) > share * window)):
                return n
        return len(deaths)

    poison, letters, at = Poison(limit), Counter(), 0
    for number, size in enumerate(sizes * 60):
        batch, dead = records(range(at, min(at + size, len(deaths)))), deaths[at : at + size]
        if not batch:
            break
        if number in restarts:
            poison = Poison(limit)
        if poison.unasked(batch, dead):
            poison.recall(buried(letters))
        admitted = poison.admitted(batch, dead)
        poison.seen(batch[:admitted], dead[:admitted])
        letters.update(one.offset for one, died in zip(batch[:admitted], dead, strict=False) if died)
        if admitted < len(batch):
            at += admitted
            break
        if number not in restarts:  # else it was killed before the commit, and the batch comes again
            at += size
        else:
            poison = Poison(limit)
            restarts = restarts - {number}
    assert min(at, len(deaths)) == one_too_many()

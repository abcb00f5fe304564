"""Holes in what a stage is given."""

from isnad.continuity import Continuity, Hole
from isnad.testing.builders import record


def records(*places):
    return [record(b"x", topic=topic, partition=partition, offset=offset) for topic, partition, offset in places]


def test_a_skipped_offset_is_a_hole():
    """Between batches and within one, for each partition by itself."""
    continuity = Continuity()
    continuity.begin(("t", 0), 5)
    continuity.begin(("t", 1), 0)
    assert continuity.holes(records(("t", 0, 5), ("t", 1, 0), ("t", 0, 6))) == []
    continuity.seen(records(("t", 0, 5), ("t", 1, 0), ("t", 0, 6)))
    assert continuity.holes(records(("t", 0, 9), ("t", 0, 11), ("t", 1, 1))) == [
        Hole("t", 0, 7, 9),
        Hole("t", 0, 10, 11),
    ]


def test_looking_twice_finds_the_same():
    """A look that was broken off is repeated, so it must not change what is remembered."""
    continuity = Continuity()
    continuity.begin(("t", 0), 0)
    batch = records(("t", 0, 3))
    assert continuity.holes(batch) == continuity.holes(batch) == [Hole("t", 0, 0, 3)]


def test_offsets_that_come_again_are_no_hole_and_do_not_move_back():
    """After a rebalance the same records come again."""
    continuity = Continuity()
    continuity.begin(("t", 0), 0)
    continuity.seen(records(("t", 0, 0), ("t", 0, 1), ("t", 0, 2)))
    again = records(("t", 0, 0), ("t", 0, 1))
    assert continuity.holes(again) == []
    continuity.seen(again)
    assert continuity.holes(records(("t", 0, 3))) == []


def test_a_partition_is_unknown_until_it_begins_and_after_being_forgotten():
    """Its first offset says nothing: what was committed does."""
    continuity = Continuity()
    batch = records(("t", 0, 7), ("u", 0, 7))
    assert continuity.unknown(batch) == {("t", 0), ("u", 0)}
    continuity.begin(("t", 0), 7)
    assert continuity.unknown(batch) == {("u", 0)}
    continuity.forget()
    assert continuity.unknown(batch) == {("t", 0), ("u", 0)}

"""The compiled passes over a segment find what sets of numbers find, whatever the hashes are."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isnad.similarity.columns import Found, Room
from isnad.similarity.postings import LEAD, NEVER, scale_of
from isnad.similarity.segments import Segment, Sought, new_room
from isnad.similarity.shingles import Shingled
from isnad.similarity.signposts import Signposts
from isnad.similarity.verifying import verify

# Hashes that collide in what a slot keeps of them (the first 36 bits), hash 0 that marks what is free, and any others.
some_hash = st.integers(0, 12) | st.integers(2**63, 2**63 + 12) | st.integers(0, 2**64 - 1)
some_text = st.lists(some_hash, unique=True, max_size=30)


def batch(texts: list[list[int]]) -> Shingled:
    starts = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    return Shingled(np.array([one for text in texts for one in text], np.uint64), starts)


def room() -> Room:
    return new_room(1_000, 9_000)


def looked_up(segment: Segment, texts: list[list[int]], numbers: list[int], most: np.ndarray | None = None) -> set:
    """Ask what texts share with the segment's entries."""
    return asked_for(segment, batch(texts), numbers, most, Signposts(), 0)


def asked_for(
    segment: Segment, asked: Shingled, numbers: list[int], most: np.ndarray | None, posts: Signposts, bit: int
) -> set[tuple[int, int, int, int]]:
    limit = left(asked) if most is None else most
    sought = Sought()
    segment.look_up(asked, np.array(numbers, np.int64), limit, posts.draw(asked, [segment]), bit, 0.3, room(), sought)
    return columns(verify(asked, NEVER, sought.all(), 0.3))


def columns(found: Found) -> set[tuple[int, int, int, int]]:
    return set(zip(*(column.tolist() for column in found), strict=True))


def left(shingled: Shingled, most: int = 1_000) -> np.ndarray:
    return np.full(shingled.hashes.size, most, np.int32)


def added(segment: Segment, texts: list[list[int]]) -> set[tuple[int, int, int, int]]:
    """Take the texts into the segment and return what they share with those before."""
    return added_with(segment, texts, room())


def added_with(segment: Segment, texts: list[list[int]], working: Room) -> set[tuple[int, int, int, int]]:
    coming = batch(texts)
    segment.prepare(coming)
    first = segment.first + len(segment)
    numbers = np.arange(first, first + len(texts), dtype=np.int64)
    sought = Sought()
    taken = segment.take(["x"] * len(texts), coming, numbers, left(coming), 0.3, working, sought)
    assert taken == len(texts)
    return columns(verify(coming, first, sought.all(), 0.3))


@pytest.fixture
def segment(tmp_path: Path) -> Segment:
    return Segment(0, 0, 0, tmp_path)


def expected(texts: list[list[int]], text: list[int], before: int) -> set[tuple[int, int, int]]:
    """Return number, shared hashes and size of the texts before one that share at least .3 of the smaller."""
    mine = set(text)
    return {
        (number, len(mine & set(other)), len(other))
        for number, other in enumerate(texts[:before])
        if mine & set(other) and len(mine & set(other)) >= 0.3 * min(len(text), len(other))
    }


def moved_to_the_end(segment: Segment, slots: int) -> Iterator[int]:
    """Move a segment's table on by so many slots at a time; give a number before each time, and one at the end."""
    steps = 0
    yield steps
    while segment.go_on(slots) < slots:
        steps += 1
        yield steps


@settings(max_examples=200, deadline=None)
@given(st.lists(some_text, max_size=25), st.lists(some_text, max_size=5))
def test_every_text_that_shares_enough_is_found(tmp_path_factory, texts: list[list[int]], wanted: list[list[int]]):
    segment = Segment(0, 0, 7, tmp_path_factory.mktemp("segment"))
    # A hash that collides with 0, and so counts as it, is not what this is about.
    texts = [[one for one in text if one != 1] for text in texts]
    wanted = [[one for one in text if one != 1] for text in wanted]
    half = len(texts) // 2
    found = added(segment, texts[:half])
    assert {(text, number - 7, *rest) for text, number, *rest in found} == {
        (place, *row) for place, text in enumerate(texts[:half]) for row in expected(texts, text, place)
    }
    found = added(segment, texts[half:])
    assert {(text + half, number - 7, *rest) for text, number, *rest in found} == {
        (place, *row) for place, text in enumerate(texts) if place >= half for row in expected(texts, text, place)
    }
    for sealed in (False, True):
        if sealed:
            segment.seal()
        for _ in moved_to_the_end(segment, 40):
            found = looked_up(segment, wanted, [NEVER - 1] * len(wanted))
            assert {(text, number - 7, *rest) for text, number, *rest in found} == {
                (place, *row) for place, text in enumerate(wanted) for row in expected(texts, text, len(texts))
            }


@pytest.mark.parametrize(
    ("size", "scale"), [(0, 1), (1, 1), (111, 1), (112, 2), (223, 2), (224, 4), (5_000, 4), (500_000, 4)]
)
def test_a_longer_text_is_sketched_more_thinly_and_never_below_a_quarter(size: int, scale: int):
    assert scale_of(size) == scale


def drawn(*, how_many: int, seed: int = 1) -> list[int]:
    """Distinct hashes of which none is 0 modulo 4, so that no long text is found by them."""
    some = np.random.default_rng(seed).integers(0, 2**62, how_many, np.uint64) * np.uint64(4) + np.uint64(1)
    assert len(set(some.tolist())) == how_many
    return some.tolist()


def test_a_long_text_is_found_by_a_quarter_of_its_hashes_and_by_its_lead(segment: Segment):
    hashes = drawn(how_many=1_000)
    added(segment, [hashes])
    found = looked_up(segment, [hashes[:LEAD], hashes[LEAD : 2 * LEAD]], [9, 9])
    assert found == {(0, 0, LEAD, 1_000)}


def test_an_entry_is_passed_over_by_what_superseded_it_and_by_what_came_later(segment: Segment):
    added(segment, [[1, 2, 3], [2, 3, 4]])
    segment.superseded[0] = 5
    found = looked_up(segment, [[1, 2, 3]] * 3, [4, 5, 6])
    assert {(text, number) for text, number, _, _ in found} == {(0, 0), (0, 1), (1, 1), (2, 1)}


def test_what_is_left_of_a_hash_is_counted_down_and_kept_to(segment: Segment):
    both = [5 << 40, 6 << 40]  # in slots of their own
    added(segment, [both, both, both])
    most = np.array([2, 0, 0, 0], np.int32)
    found = looked_up(segment, [both, both], [9, 9], most)
    assert {(text, number) for text, number, _, _ in found} == {(0, 1), (0, 2)}  # the newest first
    assert most.tolist() == [0, 0, 0, 0]


def test_a_text_is_found_by_each_of_its_hashes_at_every_step_of_a_move(tmp_path: Path):
    """Texts come in while a table grows and are asked for while it does, and while it is put in order."""
    segment = Segment(0, 0, 0, tmp_path, slots=64)
    hashes = drawn(how_many=400)
    moving = 0
    for number, one in enumerate(hashes):
        assert added(segment, [[one]]) == set()
        moving += segment.go_on(1) == 0
        among = [number // 3, number // 2, number]
        found = looked_up(segment, [[hashes[place]] for place in among], [999] * 3)
        assert found == {(text, place, 1, 1) for text, place in enumerate(among)}
    assert moving > 50
    segment.seal()
    for steps in moved_to_the_end(segment, 3):
        moving = steps
        found = looked_up(segment, [[one] for one in hashes[::7]], [999] * 58)
        assert found == {(text, place, 1, 1) for text, place in enumerate(range(0, 400, 7))}
    assert moving > 100


def test_a_text_longer_than_all_that_the_table_holds_is_taken_in_the_midst_of_a_move(tmp_path: Path):
    segment = Segment(0, 0, 0, tmp_path, slots=1_000)
    few = [[one] for one in drawn(how_many=751)]
    assert added(segment, few) == set()
    assert segment.go_on(1) == 0
    long = drawn(how_many=80_000, seed=2)
    assert added_with(segment, [long], new_room(1_000, 90_000)) == set()
    assert looked_up(segment, [few[0], few[750], long[: 2 * LEAD]], [9_999] * 3) == {
        (0, 0, 1, 1),
        (1, 750, 1, 1),
        (2, 751, 2 * LEAD, 80_000),
    }


def test_the_table_grows_and_shrinks_without_losing_anything(segment: Segment):
    texts = [drawn(how_many=100, seed=seed) for seed in range(400)]
    assert added(segment, texts[:200]) == set()
    before = segment.bytes_in_memory
    assert added(segment, texts[200:]) == set()
    assert segment.bytes_in_memory > before
    grown = segment.bytes_in_memory
    segment.seal()
    for _ in moved_to_the_end(segment, 1 << 12):
        pass
    assert segment.bytes_in_memory < grown
    for number in (0, 57, 199, 200, 399):
        found = looked_up(segment, [texts[number]], [999])
        assert found == {(0, number, 100, 100)}


def test_hashes_that_crowd_at_the_end_of_the_table_are_found_there(segment: Segment):
    # So close that all of them begin in the last slots, and more of them than there are behind these.
    crowd = [2**64 - 1 - (place << 28) for place in range(20_000)]
    texts = [crowd[start : start + 100] for start in range(0, 20_000, 100)]
    for start in range(0, 200, 50):
        added(segment, texts[start : start + 50])
    for sealed in (False, True):
        if sealed:
            segment.seal()
        for _ in moved_to_the_end(segment, 5_000):
            found = looked_up(segment, [texts[0], texts[199], [one - (30_000 << 28) for one in texts[3]]], [999] * 3)
            assert found == {(0, 0, 100, 100), (1, 199, 100, 100)}


def test_an_empty_text_is_no_trouble(segment: Segment):
    assert added(segment, [[], [1], []]) == set()
    assert looked_up(segment, [[]], [9]) == set()


def test_signposts_never_pass_by_a_segment_that_holds_a_hash(tmp_path: Path):
    """Neither while they are put up, nor when all are made anew for a larger segment, nor while some are taken down."""
    posts = Signposts()
    # Ten, so that some have a bit in common; of all hashes of such short texts signs are put up.
    texts = {
        ordinal: [drawn(how_many=100, seed=100 * ordinal + place) for place in range(1 + ordinal)]
        for ordinal in range(10)
    }
    segments: list[Segment] = []
    shown = 0

    def look() -> None:
        nonlocal shown
        for segment in segments:
            bit, some = posts.bit(segment), texts[segment.ordinal]
            found = asked_for(segment, batch(some), [99] * len(some), None, posts, bit)
            assert found == {(place, place, 100, 100) for place in range(len(some))}
            shown += bit > 0

    for ordinal, some in texts.items():
        segment = Segment(ordinal, 0, 0, tmp_path)
        added(segment, some)
        segment.seal()
        posts.add(segment, segments)
        segments.append(segment)
        for _ in range(ordinal):
            posts.go_on(segment.go_on(3_000))
            look()
    for _ in range(2):
        gone = segments.pop(0)
        posts.remove(gone, segments)
        gone.close()
        for _ in range(40):
            for segment in segments:
                segment.go_on(4_000)
            posts.go_on(900)
            look()
    assert shown > 100
    assert all(posts.bit(segment) for segment in segments)
    unknown = posts.draw(batch([drawn(how_many=100, seed=99)]), segments)
    marked = unknown.marks[: unknown.starts[1]]
    assert marked.all()
    for segment in segments:
        assert np.count_nonzero(marked & posts.bit(segment)) < 40

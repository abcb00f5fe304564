"""The counts of a feeding, also of one that never ends."""

import pytest

from isnad_feeder import tally as tallying
from isnad_feeder.tally import Tally


def accepted(*keys: bytes) -> Tally:
    tally = Tally(files=1)
    for key in keys:
        tally.accept(key)
    return tally


def test_ids_that_come_again_are_counted() -> None:
    """Of five articles two have an id that was there."""
    tally = accepted(b"a", b"b", b"a", b"c", b"a")
    assert tally.summary(1)["distinct"] == 3
    assert "5 accepted (2 of them again under an id that had come before)" in tally.sentence(1)


def test_a_pipe_without_end_takes_a_bounded_memory_and_nothing_is_claimed_of_what_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two ids are remembered; of the others nobody knows how often they came."""
    monkeypatch.setattr(tallying, "MAX_KEYS", 2)
    tally = accepted(b"a", b"b", b"c", b"c", b"a")
    assert tally.keys == {b"a", b"b"}
    assert tally.summary(1)["accepted"] == 5
    assert "distinct" not in tally.summary(1)
    assert "5 accepted (at least 1 of them again under an id that had come before)" in tally.sentence(1)


def test_where_none_is_known_to_have_come_again_nothing_is_said_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """That none has is not known either."""
    monkeypatch.setattr(tallying, "MAX_KEYS", 1)
    assert "2 accepted, 0 refused" in accepted(b"a", b"b").sentence(0)
    assert "distinct" not in accepted(b"a", b"b").summary(0)

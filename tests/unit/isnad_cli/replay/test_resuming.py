"""A replay that ended early is gone on with by the same command, and by no other."""

from isnad.places import Bookmark
from isnad_cli.replay.resuming import Asked, Plan, bookmarks, finished, fresh, unfinished
from isnad_cli.replay.where import Stretch

ASKED = Asked("beginning", "now", "1.0")
STRETCHES = {("t", 0): Stretch(10, 100), ("t", 1): Stretch(0, 40), ("t", 2): Stretch(5, 5)}


def test_the_same_command_goes_on_where_it_was():
    kept = bookmarks(ASKED, fresh(STRETCHES), {("t", 0): 60})
    plan = unfinished(kept, ASKED)
    assert plan == Plan(STRETCHES, {("t", 0): 60, ("t", 1): 0, ("t", 2): 5})
    assert (plan.total, plan.done) == (130, 50)
    assert plan.left == {("t", 0): Stretch(60, 100), ("t", 1): Stretch(0, 40)}


def test_another_command_or_version_begins_anew():
    kept = bookmarks(ASKED, fresh(STRETCHES), {("t", 0): 60})
    others = [
        Asked("2h ago", "now", "1.0"),
        Asked("beginning", "100", "1.0"),
        Asked("beginning", "now", "1.1"),
        Asked("beginning", "now", "1.0", "isnad-g1"),
    ]
    assert [unfinished(kept, other) for other in others] == [None] * 4


def test_what_was_finished_is_not_gone_on_with():
    plan = fresh(STRETCHES)
    assert unfinished(bookmarks(ASKED, plan, {}) | finished(plan), ASKED) is None


def test_notes_that_are_not_ours_are_none():
    assert (
        unfinished({("t", 0): Bookmark(5, "x"), ("t", 1): Bookmark(5), ("t", 2): Bookmark(1, '{"a":1}')}, ASKED) is None
    )
    assert unfinished({}, ASKED) is None


def test_a_note_is_within_kafka_s_limit():
    long = Asked("9" * 200, "2026-01-31T08:00:00.123456+03:00", "100.100.100", "i" * 70)
    notes = [kept.note for kept in bookmarks(long, fresh({("t", 0): Stretch(0, 10**18)}), {}).values()]
    assert max(len(note.encode()) for note in notes) < 4096

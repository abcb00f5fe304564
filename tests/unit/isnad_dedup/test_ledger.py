"""Records are answered in the order of the log, once; what comes again gets the bytes that it got."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from tests.unit.isnad_dedup.articles import START, prepared, record, text

from isnad.codec import decode
from isnad.messages import LogPosition, MatchedArticle, Reason, StoryChange
from isnad.similarity.snapshot import opened, write
from isnad.similarity.window import Window
from isnad.topics import Topics
from isnad_dedup.log.ledger import LastRecord, Ledger

WHOLE = text((0, 104))
TOPICS = Topics("test.")


def ledger(remembered: int = 100) -> Ledger:
    return Ledger(TOPICS, Window(), remembered)


def test_an_article_becomes_a_matched_one_and_a_change_of_its_story():
    first, second = record(0, prepared("a", WHOLE)), record(1, prepared("b", WHOLE, source="sabq"))
    _, outcome = ledger().answer([first, second])
    assert (outcome.status, outcome.article_id) == ("passed", "b")
    matched_message, change_message = outcome.messages
    assert (matched_message.topic, matched_message.key) == ("test.articles.matched", b"b")
    matched = decode(MatchedArticle, matched_message.value)
    assert (matched.article.id, matched.article.source) == ("b", "sabq")
    assert (matched.verdict.story_id, matched.verdict.relation) == ("a", "copy")
    assert matched.position == LogPosition(1, second.appended_at)
    assert (change_message.topic, change_message.key) == ("test.stories.changes", b"a")
    change = decode(StoryChange, change_message.value)
    assert (change.kind, change.article_id, change.relation) == ("copy_joined", "b", "copy")
    assert (change.story.id, change.story.articles, change.position) == ("a", 2, matched.position)


def test_the_article_is_passed_on_whole():
    value = prepared("a", WHOLE, url="https://example.org/1", tags=("x",), flags=("no_title",), page_id="p", part=2)
    (outcome,) = ledger().answer([record(0, value)])
    assert msgspec.json.decode(outcome.messages[0].value)["article"] == msgspec.json.decode(value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.EMPTY),
        (b"", Reason.EMPTY),
        (b"\xff", Reason.INVALID_UTF8),
        (b"{", Reason.INVALID_JSON),
        (b"[]", Reason.SCHEMA_INVALID),
        (b'{"schema":1,"id":"a"}', Reason.SCHEMA_INVALID),
        (prepared("a", WHOLE, schema=2), Reason.SCHEMA_UNSUPPORTED),
        (b'{"schema":1,"x":' + b"[" * 100_000, Reason.TOO_DEEP),
    ],
)
def test_what_is_no_article_goes_to_the_dead_letters_and_the_rest_goes_on(value: bytes | None, reason: Reason):
    before, bad, after = ledger().answer(
        [record(0, prepared("a", WHOLE)), record(1, value), record(2, prepared("b", WHOLE))]
    )
    assert (before.status, bad.status, after.status) == ("passed", "dead", "passed")
    assert bad.error is not None
    assert bad.error.reason == reason
    assert decode(MatchedArticle, after.messages[0].value).verdict.story_id == "a"


def test_a_record_that_comes_again_gets_the_same_bytes_though_the_log_went_on():
    here = ledger()
    records = [record(n, prepared(str(n), WHOLE)) for n in range(5)] + [record(5, b"bad")]
    first = here.answer(records)
    again = here.answer(records[2:])
    assert again[:-1] == first[2:-1]
    assert again[-1].status == "dead"
    assert here.next_offset == 6


def test_an_article_at_a_later_place_in_the_log_again_has_the_verdict_and_no_change():
    here = ledger()
    first, _, again = here.answer(
        [record(0, prepared("a", WHOLE)), record(1, prepared("b", WHOLE)), record(2, prepared("a", WHOLE))]
    )
    (message,) = again.messages
    then, now = decode(MatchedArticle, first.messages[0].value), decode(MatchedArticle, message.value)
    assert now.verdict == then.verdict
    assert now.position.offset == 2


def test_an_article_fed_again_keeps_the_times_of_its_first_arrival():
    """Fed a day later: without a date of its own it was still published when it first came; a given date is its own."""
    later = START + timedelta(days=1)
    undated = {"time_marks": ("missing",)}
    values = [
        prepared("undated", WHOLE, **undated),
        prepared("undated", WHOLE, **undated, published_at=later, arrived_at=later),
        prepared("undated", text((200, 304)), **undated, published_at=later, arrived_at=later),
        prepared("dated", text((400, 504))),
        prepared("dated", text((400, 504)), published_at=START - timedelta(days=2), arrived_at=later),
    ]
    outcomes = ledger().answer([record(offset, value) for offset, value in enumerate(values)])
    passed = [decode(MatchedArticle, outcome.messages[0].value).article for outcome in outcomes]
    _, again, edited, _, corrected = passed
    assert (again.published_at, again.arrived_at) == (START, START)
    assert (edited.published_at, edited.arrived_at) == (START, later)
    assert (corrected.published_at, corrected.arrived_at) == (START - timedelta(days=2), START)


def test_it_stops_before_a_record_that_does_not_follow():
    here = ledger()
    assert len(here.answer([record(0, prepared("a", WHOLE)), record(2, prepared("b", WHOLE))])) == 1
    assert here.next_offset == 1


def test_it_stops_before_a_record_that_it_no_longer_remembers():
    here = ledger(remembered=2)
    records = [record(n, prepared(str(n), WHOLE)) for n in range(4)]
    here.answer(records)
    assert here.answer(records[1:]) == []
    assert len(here.answer(records[2:])) == 2


def test_it_remembers_no_more_answers_than_have_room():
    here = Ledger(TOPICS, Window(), remembered_bytes=2_000)
    records = [record(n, prepared(str(n), text((200 * n, 200 * n + 104)))) for n in range(30)]
    expected = here.answer(records)
    assert here.answer(records) == []
    assert here.answer(records[-2:]) == expected[-2:]


def test_a_record_delivered_twice_in_one_batch_has_the_same_outcome_twice():
    records = [record(n, prepared(str(n), WHOLE)) for n in range(4)]
    here = ledger()
    first = here.answer(records[:2])
    answered = here.answer([records[1], *records[2:], *records[1:3]])
    assert answered[0] == first[1]
    assert answered[3:] == answered[:2]
    assert here.next_offset == 4


def test_another_record_at_a_place_already_taken_is_not_answered_with_the_old_one():
    here = ledger()
    here.answer([record(0, prepared("a", WHOLE))])
    assert here.answer([record(0, prepared("from a log set up anew", WHOLE))]) == []


def test_following_is_the_same_as_answering():
    records = [record(n, prepared(str(n), WHOLE)) for n in range(4)] + [record(4, b"bad")]
    answered, following = ledger(), ledger()
    expected = answered.answer(records)
    following.follow(records[:3])
    following.follow(records)
    assert following.next_offset == 5
    assert following.answer(records)[:4] == expected[:4]


def test_a_gap_in_the_offsets_is_passed_over_once_it_is_known_to_be_one():
    here = ledger()
    here.follow([record(0, prepared("a", WHOLE)), record(7, prepared("b", WHOLE))])
    here.skip_to(10)
    (outcome,) = here.answer([record(10, prepared("c", WHOLE))])
    assert decode(MatchedArticle, outcome.messages[0].value).verdict.story_id == "a"


def test_a_time_without_a_zone_is_taken_for_utc_and_stops_nothing():
    naive = START.replace(tzinfo=None)
    outcomes = ledger().answer(
        [record(0, prepared("a", WHOLE)), record(1, prepared("b", WHOLE, published_at=naive.replace(year=2017)))]
    )
    change = decode(StoryChange, outcomes[1].messages[1].value)
    assert change.story.origin.id == "b"
    assert change.story.first_published_at == START.replace(year=2017)


def test_after_a_restart_it_goes_on_as_if_there_had_been_none(tmp_path: Path):
    texts = [WHOLE, text((0, 60)), text((300, 404)), "", text((0, 10))]
    records = [record(n, prepared(str(n % 7), texts[n % 5]), days=n / 4) for n in range(40)]
    straight = ledger()
    expected = straight.answer(records)
    stopped = ledger()
    stopped.follow(records[:25])
    write(tmp_path / "snapshot", stopped.capture())
    restarted = ledger()
    with opened(tmp_path / "snapshot") as snapshot:
        restarted.restore(snapshot)
    assert (restarted.next_offset, len(restarted)) == (25, len(stopped))
    assert restarted.last == LastRecord.of(records[24])
    assert restarted.answer(records[25:]) == expected[25:]


def test_what_comes_after_a_clock_was_set_back_has_the_greater_version(tmp_path: Path):
    """A correction would else count as older than what it corrects; also after a restart, and delivered again."""
    first, second, third = (
        record(0, prepared("a", WHOLE), days=2),
        record(1, prepared("a", text((0, 60))), days=1),
        record(2, prepared("a", WHOLE), days=1),
    )
    here = ledger()
    before = here.answer([first, second])
    write(tmp_path / "snapshot", here.capture())
    restarted = ledger()
    with opened(tmp_path / "snapshot") as snapshot:
        restarted.restore(snapshot)
    outcomes = [*before, *restarted.answer([third])]
    positions = [decode(MatchedArticle, outcome.messages[0].value).position for outcome in outcomes]
    assert positions == [LogPosition(offset, first.appended_at) for offset in range(3)]
    assert positions[0].version < positions[1].version < positions[2].version
    assert here.answer([second]) == before[1:]


def test_a_snapshot_remembers_the_place_also_behind_a_gap(tmp_path: Path):
    here = ledger()
    here.follow([record(0, prepared("a", WHOLE)), record(3, b"bad")])
    here.skip_to(9)
    write(tmp_path / "snapshot", here.capture())
    restarted = ledger()
    with opened(tmp_path / "snapshot") as snapshot:
        restarted.restore(snapshot)
    assert restarted.next_offset == 9
    assert restarted.last == LastRecord.of(record(3, b"bad"))
    assert restarted.last != LastRecord.of(record(3, b"another"))


def test_the_last_record_of_an_empty_log_is_none(tmp_path: Path):
    write(tmp_path / "snapshot", ledger().capture())
    restarted = ledger()
    with opened(tmp_path / "snapshot") as snapshot:
        restarted.restore(snapshot)
    assert (restarted.next_offset, restarted.last) == (0, None)


def test_after_an_error_in_the_midst_of_a_batch_it_refuses_to_go_on():
    """It does not know any more what it has taken; whoever has the log makes a new one."""
    here = ledger()
    before_all_times = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=3)))
    strange = replace(record(1, prepared("b", WHOLE)), appended_at=before_all_times)
    assert here.is_sound
    with pytest.raises(OverflowError):
        here.answer([record(0, prepared("a", WHOLE)), strange])
    assert not here.is_sound
    with pytest.raises(RuntimeError, match="new one"):
        here.follow([record(0, prepared("a", WHOLE))])
    with pytest.raises(RuntimeError, match="new one"):
        here.capture()

"""Taken down, an article is gone and stays away; a record that comes late changes nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.isnad_dedup.articles import START, arrival, text

from isnad.messages import LogPosition, RawPlace, StoryState, Takedown
from isnad.similarity.snapshot import opened, write
from isnad.similarity.window import Window
from isnad_dedup.matching.events import Answer, Reply, Silence
from isnad_dedup.matching.matcher import Matcher
from isnad_dedup.matching.takedowns import Instruction, Removal

WHOLE = text((0, 104))


class Log:
    """A log with its matcher: each record's raw record was sent after the one before, unless a test says otherwise."""

    def __init__(self, window: Window | None = None) -> None:
        self.matcher = Matcher(window)
        self.sent = 0
        self.offset = -1

    def place(self, sent: int | None) -> RawPlace:
        self.sent += 1
        self.offset += 1
        number = self.sent if sent is None else sent
        return RawPlace(START + timedelta(seconds=number), 0, number)

    def reply(self, article_id: str, body: str = WHOLE, *, sent: int | None = None, **more: object) -> Reply:
        page_id, mark, part = article_id.partition("#")
        parted = {"page_id": page_id, "part": int(part)} if mark else {}
        (reply,) = self.matcher.reply_all(
            [arrival(article_id, body, **{**parted, "raw": self.place(sent), **more})]  # type: ignore[arg-type]
        )
        return reply

    def feed(self, article_id: str, body: str = WHOLE, **more: object) -> Answer:
        reply = self.reply(article_id, body, **more)  # type: ignore[arg-type]
        assert isinstance(reply, Answer)
        return reply

    def order(self, kind: str, article_id: str, sent: int | None = None) -> Reply:
        place = self.place(sent)
        takedown = Takedown(schema=1, kind=kind, id=article_id, at=START, raw=place)  # type: ignore[arg-type]
        position = LogPosition(self.offset, START)
        (reply,) = self.matcher.reply_all([Instruction(takedown, position)])
        return reply

    def take_down(self, article_id: str) -> Removal:
        reply = self.order("takedown", article_id)
        assert isinstance(reply, Removal)
        return reply

    def restarted(self, folder: Path) -> None:
        write(folder, self.matcher.capture())
        self.matcher.close()
        self.matcher = Matcher()
        with opened(folder) as snapshot:
            self.matcher.restore(snapshot)


def stories(removal: Removal) -> list[StoryState]:
    return [left.story for left in removal.left]


def test_what_was_taken_down_is_matched_no_more_and_leaves_its_story():
    log = Log()
    log.feed("a", source="hayat")
    log.feed("b", source="sabq")
    removal = log.take_down("b")
    assert removal.counted_out == ("b",)
    (left,) = removal.left
    assert (left.article_id, left.relation) == ("b", "copy")
    assert (left.story.id, left.story.articles, left.story.outlets) == ("a", 1, {"hayat": 1})
    late = log.feed("c")
    assert (late.verdict.story_id, [link.id for link in late.verdict.links]) == ("a", ["a"])
    assert len(log.matcher) == 2


def test_a_story_keeps_its_id_and_the_next_article_becomes_its_origin():
    log = Log()
    log.feed("a", published_at=START)
    log.feed("b", published_at=START + timedelta(hours=2), title="ب")
    log.feed("c", published_at=START + timedelta(hours=1), title="ج", url="https://example.org/c")
    (state,) = stories(log.take_down("a"))
    assert (state.id, state.articles) == ("a", 2)
    assert (state.origin.id, state.origin.title, state.origin.url) == ("c", "ج", "https://example.org/c")
    assert (state.first_published_at, state.last_published_at) == (
        START + timedelta(hours=1),
        START + timedelta(hours=2),
    )
    assert log.feed("d", published_at=START + timedelta(hours=3)).verdict.story_id == "a"


def test_with_the_last_article_the_story_is_gone_and_says_nothing_of_it():
    log = Log()
    log.feed("a", title="عنوان لا يقرؤه أحد", url="https://example.org/a")
    (state,) = stories(log.take_down("a"))
    assert (state.id, state.articles, state.outlets) == ("a", 0, {})
    assert (state.origin.id, state.origin.title, state.origin.url) == ("a", "", None)
    assert log.feed("b").verdict.story_id == "b"


def test_it_stays_away_however_it_comes_until_it_is_sent_again_after_that_is_taken_back():
    log = Log()
    first = log.feed("a")
    log.take_down("a")
    for sent in (1, None, 1):
        assert log.reply("a", sent=sent) == Silence("taken_down")
    assert log.reply("a", text((500, 604))) == Silence("taken_down")
    before = log.sent
    log.order("restore", "a")
    assert log.reply("a", sent=before) == Silence("stale"), "sent while it was down"
    assert log.reply("a", sent=1) == Silence("stale")
    again = log.feed("a")
    assert again.verdict == first.verdict
    assert again.event is not None
    assert (again.event.kind, again.event.story.articles) == ("new_story", 1)


def test_a_page_takes_all_its_articles_with_it_and_a_part_only_itself():
    log = Log()
    for number in (1, 2, 3):
        log.feed(f"page#{number}", text((200 * number, 200 * number + 104)))
    log.feed("page#9", part=0, page_id="page#9")  # somebody's own id, which only looks like a part's
    assert log.take_down("page#2").counted_out == ("page#2",)
    assert log.take_down("page").counted_out == ("page#1", "page#3")
    assert log.reply("page#3", text((600, 704))) == Silence("taken_down")
    assert log.reply("page#7", text((900, 999))) == Silence("taken_down"), "a part that was not there before"
    log.order("restore", "page")
    assert isinstance(log.reply("page#3", text((600, 704))), Answer)
    assert log.reply("page#2", text((400, 504))) == Silence("taken_down"), "it was taken down by itself"
    assert log.feed("copy").verdict.story_id == "page#9"


def test_parts_that_leave_one_story_all_tell_what_it_is_in_the_end():
    log = Log()
    for number in (1, 2):
        log.feed(f"page#{number}")
    log.feed("other")
    assert [(left.article_id, left.story.articles) for left in log.take_down("page").left] == [
        ("page#1", 1),
        ("page#2", 1),
    ]


def test_a_takedown_that_comes_again_gets_the_answer_it_got_and_a_late_one_none():
    log = Log()
    log.feed("a")
    first = log.take_down("a")
    sent = log.sent
    again = log.order("takedown", "a", sent=sent)
    assert again == Removal(first.position, ("a",))
    log.order("restore", "a")
    log.feed("a")
    assert log.order("takedown", "a", sent=sent) == Silence("stale")
    assert isinstance(log.reply("a"), Answer)


def test_taking_back_what_is_not_taken_down_keeps_nothing_out():
    """By mistake, or twice: neither an article that stands nor a late delivery of it is what was sent before."""
    log = Log()
    log.feed("a", sent=1)
    nothing = log.order("restore", "a")
    assert isinstance(nothing, Removal)
    assert nothing.position.version == 0
    log.feed("a", text((0, 90)), sent=1)
    log.take_down("a")
    back = log.order("restore", "a")
    fed = log.sent + 1
    log.feed("a")
    assert log.order("restore", "a") == back
    assert isinstance(log.reply("a", sent=fed), Answer)


def test_a_second_takedown_knows_what_the_first_has_counted_out():
    """Whoever carries out both at once makes no story anew that dedup has told."""
    log = Log()
    log.feed("a")
    log.take_down("a")
    assert log.take_down("a").counted_out == ("a",)
    log.order("restore", "a")
    log.feed("a")
    log.feed("b", text((300, 404)))
    assert log.take_down("a").counted_out == ("a",)


def test_it_is_remembered_when_the_window_has_moved_on_and_when_the_process_begins_anew(tmp_path: Path):
    log = Log(Window(days=6))
    log.feed("a")
    log.take_down("a")
    log.feed("b", text((300, 404)), days=400)
    log.restarted(tmp_path / "snapshot")
    assert log.reply("a", days=400) == Silence("taken_down")
    assert log.feed("c", days=400).verdict.links == ()


def test_a_restart_does_not_bring_back_what_was_removed(tmp_path: Path):
    log = Log()
    for article_id in "abc":
        log.feed(article_id)
    log.take_down("a")
    log.feed("c", text((0, 90)))
    log.restarted(tmp_path / "snapshot")
    assert len(log.matcher) == 2
    assert {link.id for link in log.feed("d").verdict.links} == {"b", "c"}


def test_what_left_the_window_before_it_was_taken_down_is_no_origin_any_more():
    log = Log(Window(days=6))
    log.feed("a", published_at=START)
    log.feed("b", days=5)
    log.feed("other", text((300, 404)), days=9)
    assert log.take_down("a") == Removal(LogPosition(3, START), ())
    answer = log.feed("c", days=9)
    assert answer.event is not None
    assert (answer.event.story.id, answer.event.story.origin.id) == ("a", "b")


def test_a_late_record_neither_replaces_a_newer_one_nor_says_anything():
    """Texts A, B, and A again by a worker that was suspended; sent once more, A is what the publisher went back to."""
    log, other = Log(), text((700, 804))
    first = log.feed("a", sent=1)
    log.feed("a", other, sent=2)
    assert log.reply("a", sent=1) == Silence("stale")
    assert log.feed("b", other).verdict.story_id == "a"
    assert log.feed("a", other, sent=2).event is None
    again = log.feed("a", sent=3)
    assert again.verdict == first.verdict
    assert again.event is not None
    assert again.event.kind == "article_edited"


def test_a_text_between_two_deliveries_of_another_comes_late_too():
    """A, A again with a newer raw record, then B that was sent between them; also after a restart."""
    log = Log()
    log.feed("a", sent=1)
    log.feed("a", sent=5)
    assert log.reply("a", text((700, 804)), sent=3) == Silence("stale")
    assert log.feed("a", sent=5).event is None


def test_the_newest_place_is_kept_over_a_restart(tmp_path: Path):
    log = Log()
    log.feed("a", sent=1)
    log.feed("a", sent=5)
    log.restarted(tmp_path / "snapshot")
    assert log.reply("a", text((700, 804)), sent=3) == Silence("stale")
    assert log.feed("a", text((700, 804)), sent=6).verdict.relation == "revision"


def test_the_same_raw_record_with_another_text_is_a_revision():
    """Prepare was upgraded, and history is replayed."""
    log = Log()
    log.feed("a", sent=4)
    assert log.feed("a", text((0, 90)), sent=4).verdict.relation == "revision"


def test_records_that_do_not_tell_their_place_are_taken_as_they_come():
    log = Log()
    log.feed("a", sent=4)
    assert log.feed("a", text((0, 90)), raw=None).verdict.relation == "revision"
    assert log.reply("a", text((0, 80)), sent=3) == Silence("stale")


def test_answer_all_refuses_what_has_no_answer():
    log = Log()
    log.feed("a")
    log.take_down("a")
    with pytest.raises(ValueError, match="reply_all"):
        log.matcher.answer(arrival("a", WHOLE))

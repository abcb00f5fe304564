"""Which story an article joins, what the story then knows, and what is forgotten."""

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest

from isnad.messages import Member, Relation, StoryState
from isnad.similarity import archive
from isnad.similarity.archive import Archive
from isnad.similarity.matches import Match
from isnad.similarity.snapshot import Captured
from isnad.similarity.stories import Stories, TextKey

NOON = datetime(2018, 2, 8, 12, tzinfo=UTC)
BRIEF: TextKey = (b"body", b"title")


def member(article_id: str, source: str = "outlet", hours: float = 0.0, title: str = "") -> Member:
    return Member(id=article_id, source=source, title=title, published_at=NOON + timedelta(hours=hours))


class Log:
    """Stories whose articles are named by their ids, and numbered as they come."""

    def __init__(self) -> None:
        self.archive = Archive()
        self.archive.keep(range(1))
        self.stories = Stories(self.archive)
        self.ids: list[str] = []

    def number(self, article_id: str) -> int:
        """Of the newest entry of an article."""
        return len(self.ids) - 1 - self.ids[::-1].index(article_id)

    def join(
        self, article: Member | str, shared: dict[str, int] | None = None, size: int = 100, text: TextKey | None = None
    ) -> tuple[str, Relation]:
        """Add an article that shares so many shingles with each of these, all of 100."""
        article = member(article) if isinstance(article, str) else article
        matches = [
            Match(number=self.number(other), key=other, shared=count, size=size, other_size=100)
            for other, count in (shared or {}).items()
        ]
        self.ids.append(article.id)
        joined = self.stories.join(len(self.ids) - 1, article, size, matches, text)
        assert joined.story_id == self.stories.story_of(len(self.ids) - 1)
        return joined.story_id, joined.relation

    def short(self, article_id: str, text: TextKey | None = BRIEF) -> tuple[str, Relation, str | None]:
        self.ids.append(article_id)
        joined = self.stories.join(len(self.ids) - 1, member(article_id), 3, (), text)
        return joined.story_id, joined.relation, None if joined.twin is None else self.ids[joined.twin]

    def revise(self, article: Member | str, size: int = 100, text: TextKey | None = None) -> tuple[str, Relation]:
        article = member(article) if isinstance(article, str) else article
        former = self.number(article.id)
        self.ids.append(article.id)
        joined = self.stories.revise(len(self.ids) - 1, former, article, size, text)
        return joined.story_id, joined.relation

    def state(self, article_id: str) -> StoryState:
        return self.stories.state(self.number(article_id))


def test_an_article_like_no_other_opens_a_story_under_its_own_id():
    log = Log()
    assert log.join("a") == ("a", "original")
    assert log.join("b") == ("b", "original")


def test_an_article_like_another_joins_its_story():
    log = Log()
    log.join("a")
    assert log.join("b", {"a": 100}) == ("a", "copy")
    assert log.join("c", {"a": 70, "b": 70}) == ("a", "partial")


def test_short_texts_join_when_body_and_title_are_the_same():
    log = Log()
    assert log.short("a", (b"body", b"title")) == ("a", "original", None)
    assert log.short("b", (b"body", b"title")) == ("a", "copy", "a")
    assert log.short("c", (b"body", b"another title")) == ("c", "original", None)
    assert log.short("d", (b"another body", b"title")) == ("d", "original", None)


def test_empty_bodies_never_join():
    log = Log()
    assert log.short("a", None) == ("a", "original", None)
    assert log.short("b", None) == ("b", "original", None)


def test_a_long_text_does_not_join_a_short_one_that_it_contains():
    log = Log()
    log.short("flash")
    log.ids.append("report")
    matches = [Match(number=0, key="flash", shared=3, size=100, other_size=3)]
    assert log.stories.join(1, member("report"), 100, matches, None).relation == "original"


def test_a_short_text_does_not_join_a_long_one_that_contains_it():
    log = Log()
    log.join("report")
    assert log.join("flash", {"report": 3}, size=3, text=BRIEF) == ("flash", "original")


def test_a_story_counts_its_articles_by_outlet_and_knows_who_was_first():
    log = Log()
    log.join(member("a", "hayat", hours=2, title="الأول"))
    log.join(member("b", "sabq", hours=5), {"a": 90})
    log.join(member("c", "hayat", hours=1, title="الأسبق"), {"a": 90, "b": 90})
    state = log.state("b")
    assert (state.id, state.articles, state.outlets) == ("a", 3, {"hayat": 2, "sabq": 1})
    assert (state.origin.id, state.origin.title) == ("c", "الأسبق")
    assert (state.first_published_at, state.last_published_at) == (
        NOON + timedelta(hours=1),
        NOON + timedelta(hours=5),
    )


def test_of_two_published_at_once_the_first_in_the_log_is_the_origin():
    log = Log()
    log.join("a")
    log.join("b", {"a": 90})
    assert log.state("b").origin.id == "a"


def test_a_revision_keeps_story_count_and_dates_and_renews_the_origins_title():
    log = Log()
    log.join(member("a", "hayat", title="عنوان"))
    log.join(member("b", "sabq", hours=1), {"a": 90})
    before = log.state("a")
    assert log.revise(member("a", "hayat", hours=9, title="عنوان جديد")) == ("a", "revision")
    after = log.state("a")
    assert (after.articles, after.outlets) == (before.articles, before.outlets)
    assert (after.first_published_at, after.last_published_at) == (NOON, NOON + timedelta(hours=1))
    assert (after.origin.title, after.origin.published_at) == ("عنوان جديد", NOON)


def test_a_revision_of_a_member_leaves_the_origin_alone():
    log = Log()
    log.join(member("a", title="عنوان"))
    log.join("b", {"a": 90})
    assert log.revise(member("b", hours=-1, title="آخر")) == ("a", "revision")
    assert (log.state("b").origin.id, log.state("b").origin.title) == ("a", "عنوان")


def test_a_text_revised_to_a_short_one_is_found_by_its_new_words_only():
    log = Log()
    log.short("a", (b"old", b"title"))
    log.revise("a", 3, (b"new", b"title"))
    assert log.short("b", (b"old", b"title")) == ("b", "original", None)
    assert log.short("c", (b"new", b"title")) == ("a", "copy", "a")


def test_a_member_revised_to_a_few_words_no_longer_counts_among_the_members():
    log = Log()
    log.join("a")
    log.join("b", {"a": 60})
    log.join("c", {"a": 60, "b": 60})
    log.revise("a", 3, BRIEF)
    assert log.join("d", {"b": 60})[0] == "a"  # one of two
    log.revise("a", 100)
    assert log.join("e", {"b": 60})[0] == "e"  # one of four


def test_a_revised_member_keeps_its_place_and_is_matched_by_its_new_text():
    log = Log()
    log.join("a")
    log.join("b", {"a": 60})
    log.revise("a")
    assert log.join("c", {"a": 60}) == ("a", "partial")  # one of two: nobody counts twice


def test_an_article_can_be_revised_again_but_not_by_its_former_version():
    log = Log()
    log.join("a")
    log.revise("a")
    with pytest.raises(KeyError):
        log.stories.revise(2, 0, member("a"), 100, None)
    assert log.revise("a") == ("a", "revision")


def test_a_story_goes_on_while_one_article_is_in_the_window_and_keeps_its_counts():
    log = Log()
    log.join(member("a", "hayat"))
    log.join(member("b", "sabq"), {"a": 90})
    log.stories.forget(range(1))
    assert log.join(member("c", "okaz"), {"b": 60}) == ("a", "partial")
    assert log.state("c").articles == 3
    assert log.state("c").outlets == {"hayat": 1, "okaz": 1, "sabq": 1}
    assert log.state("c").origin.id == "a"


def test_a_story_whose_only_article_was_revised_goes_on_until_the_new_version_leaves():
    log = Log()
    log.join("a")
    log.revise("a")
    log.stories.forget(range(1))
    assert log.state("a").id == "a"
    log.stories.forget(range(1, 2))
    with pytest.raises(KeyError):
        log.stories.state(1)


def test_a_story_of_which_nothing_is_left_in_the_window_is_forgotten():
    log = Log()
    log.join("a")
    log.short("b")
    log.stories.forget(range(2))
    with pytest.raises(KeyError):
        log.stories.state(0)
    assert log.short("c") == ("c", "original", None)


def test_members_that_left_the_window_do_not_count_against_a_new_one():
    log = Log()
    log.join("a")
    log.join("b", {"a": 60})
    log.join("c", {"a": 60, "b": 60})
    log.stories.forget(range(1))
    assert log.join("d", {"c": 60})[0] == "a"  # one of two, with `a` it was one of three


def test_an_article_that_comes_again_goes_on_with_the_story_that_bears_its_id():
    log = Log()
    log.join("a")
    log.join("b", {"a": 90})
    log.stories.forget(range(1))
    assert log.join("a") == ("a", "original")
    assert log.state("a").articles == 3
    log.stories.forget(range(1, 3))  # `b`, and `a` again
    assert log.join("a") == ("a", "original")
    assert log.state("a").articles == 1


def test_a_very_large_story_is_compared_by_its_newest_members():
    log = Log()
    log.join("0")
    for n in range(1, 200):
        log.join(str(n), {str(m): 90 for m in range(max(0, n - 32), n)})
    assert log.join("old ones only", {str(m): 60 for m in range(168)})[1] == "original"
    assert log.join("more than half of the newest 32", {str(m): 60 for m in range(182, 200)})[0] == "0"


def test_what_a_story_knows_outlives_the_segment_in_which_it_was_opened():
    log = Log()
    log.join(member("a", "hayat", title="الأصل"))
    log.archive.keep(range(2))
    log.join("b", {"a": 90})
    log.archive.keep(range(3))
    log.revise("b")
    log.stories.forget(range(2))
    log.archive.keep(range(2, 3))
    assert (log.state("b").origin.title, log.state("b").outlets) == ("الأصل", {"hayat": 1, "outlet": 1})


@pytest.mark.parametrize("number", [0, 2])
def test_every_entry_is_joined_or_revised_in_the_order_of_the_numbers(number: int):
    log = Log()
    log.join("a")
    with pytest.raises(ValueError, match=f"entry {number} came where 1 was to come"):
        log.stories.join(number, member("b"), 100, (), None)


@pytest.mark.parametrize("numbers", [range(1, 2), range(4)])
def test_only_the_oldest_entries_can_be_forgotten(numbers: range):
    log = Log()
    for article_id in "abc":
        log.join(article_id)
    with pytest.raises(KeyError):
        log.stories.forget(numbers)
    log.stories.forget(range(0))
    assert log.stories.story_of(0) == "a"


def test_a_capture_does_not_change_with_the_stories():
    def written(captured: Captured) -> dict[str, bytes]:
        parts = {name: part() if callable(part) else part for name, part in captured.parts.items()}
        return {name: part if isinstance(part, bytes) else part.tobytes() for name, part in parts.items()}

    log, other = Log(), Log()
    for one in (log, other):
        one.short("a")
        one.join("b")
        one.join("c", {"b": 90})
        one.stories.forget(range(2))
        one.short("d")
    captured = log.stories.capture()
    log.short("e")
    log.join("f", {"c": 90})
    log.revise("e", 3, BRIEF)
    log.stories.forget(range(2, 4))
    assert written(captured) == written(other.stories.capture())


def test_an_article_takes_less_than_80_bytes_of_memory():
    """Of 20,000, of which 60 % stand alone, 36 % stand in stories of four and 4 % have short texts of their own."""
    ids = [f"{number:032x}" for number in range(20_000)]
    log = Log()
    but_for_the_archive = tracemalloc.Filter(inclusive=False, filename_pattern=archive.__file__)
    tracemalloc.start()
    try:
        for number, article_id in enumerate(ids):
            kind, text, matches = number % 25, None, []
            if kind == 0:
                text = (number.to_bytes(16), bytes(16))
            elif kind < 10 and (earlier := number // 25 * 9 + kind - 1) % 4:
                others = [other // 9 * 25 + other % 9 + 1 for other in range(earlier - earlier % 4, earlier)]
                matches = [Match(number=other, key="", shared=90, size=100, other_size=100) for other in others]
            joined = log.stories.join(number, member(article_id), 3 if text else 100, matches, text)
            assert joined.relation == ("copy" if matches else "original")
        traced = tracemalloc.take_snapshot().filter_traces([but_for_the_archive])
    finally:
        tracemalloc.stop()
    assert sum(trace.size for trace in traced.traces) < 80 * len(ids)

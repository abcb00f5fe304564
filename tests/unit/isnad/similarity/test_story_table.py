"""What a story knows when members come, are revised and leave, and that its place is used again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from isnad.messages import Member
from isnad.similarity.archive import Archive
from isnad.similarity.snapshot import Captured, opened, write
from isnad.similarity.story_table import StoryTable

NOON = datetime(2018, 2, 8, 12, tzinfo=UTC)


def member(article_id: str, source: str = "outlet", hours: float = 0.0, title: str = "") -> Member:
    return Member(id=article_id, source=source, title=title, published_at=NOON + timedelta(hours=hours))


def table() -> StoryTable:
    archive = Archive()
    archive.keep(range(1))
    return StoryTable(archive)


def leave(stories: StoryTable, *members: tuple[int, int]) -> list[str]:
    places, ranks = np.array(members, np.int32).reshape(-1, 2).T
    return stories.shrink(places, ranks)


def test_the_newest_32_ranks_are_counted_and_those_that_left_are_not():
    stories = table()
    story = stories.open(member("0"))
    ranks = [stories.next_rank(story)]
    for number in range(1, 38):
        stories.enlarge(story, member(str(number)))
        ranks.append(stories.next_rank(story))
    assert ranks == list(range(1, 39))
    assert stories.compared(story) == 32
    assert stories.first_rank(story) == 7
    leave(stories, *((story, rank) for rank in range(1, 7)))
    assert stories.compared(story) == 32  # those six were not counted
    leave(stories, (story, 7))
    assert stories.compared(story) == 31
    stories.take_out(story, 38)
    stories.take_out(story, 6)  # it was not counted
    assert stories.compared(story) == 30
    stories.put_back(story, 38)
    stories.put_back(story, 6)
    assert stories.compared(story) == 31
    stories.take_out(story, 38)
    stories.next_rank(story)  # the place of rank 7, which had left
    assert stories.compared(story) == 31


def test_a_member_of_a_few_words_counts_as_a_member_but_is_not_compared():
    stories = table()
    story = stories.open(member("a"))
    assert stories.compared(story) == 0
    assert leave(stories, (story, 0)) == ["a"]


def test_the_place_of_a_story_of_which_nothing_is_left_is_used_again():
    stories = table()
    first = stories.open(member("a", hours=9))
    stories.next_rank(first)
    second = stories.open(member("b"))
    assert leave(stories, (first, 1)) == ["a"]
    third = stories.open(member("c", "sabq"))
    assert (third, len(stories.ids)) == (first, 2)
    assert stories.compared(third) == 0
    state = stories.state(third)
    assert (state.id, state.articles, state.outlets, state.first_published_at) == ("c", 1, {"sabq": 1}, NOON)
    assert stories.state(second).id == "b"
    assert leave(stories, (second, 0), (third, 0)) == ["c", "b"]


def test_several_members_of_a_story_may_leave_at_once():
    stories = table()
    story = stories.open(member("a"))
    for article_id in "bc":
        stories.enlarge(story, member(article_id))
    assert leave(stories, (story, 0), (story, 0)) == []
    assert stories.has_members(np.array([story], np.int32)).tolist() == [True]
    assert leave(stories, (story, 0)) == ["a"]


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2018, 2, 8, 12, 30, 15, 123_457, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
def test_dates_come_back_to_the_microsecond(moment: datetime):
    stories = table()
    article = Member(id="a", source="outlet", title="", published_at=moment)
    state = stories.state(stories.open(article))
    assert (state.first_published_at, state.last_published_at, state.origin) == (moment, moment, article)


def test_outlets_are_in_the_order_of_their_names():
    stories = table()
    story = stories.open(member("a", "sabq"))
    for article_id, source in (("b", "okaz"), ("c", "sabq"), ("d", "hayat")):
        stories.enlarge(story, member(article_id, source))
    assert list(stories.state(story).outlets.items()) == [("hayat", 1), ("okaz", 1), ("sabq", 2)]


def test_after_a_restart_too_a_free_place_is_used_again(tmp_path: Path):
    archive = Archive()
    archive.keep(range(1))
    stories = StoryTable(archive)
    for article_id in "abc":
        stories.open(member(article_id))
    leave(stories, (1, 0))
    write(tmp_path / "snapshot", Captured({}, stories.capture()))
    again = StoryTable(archive)
    with opened(tmp_path / "snapshot") as snapshot:
        again.restore(snapshot)
    assert (again.open(member("d")), again.open(member("e"))) == (1, 3)

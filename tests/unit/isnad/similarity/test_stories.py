"""Which story an article joins, what the story then knows, and what is forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from isnad.messages import Member
from isnad.similarity.index import Match
from isnad.similarity.stories import Joined, Stories, TextKey

NOON = datetime(2018, 2, 8, 12, tzinfo=UTC)


def member(article_id: str, source: str = "outlet", hours: float = 0.0, title: str = "") -> Member:
    return Member(id=article_id, source=source, title=title, published_at=NOON + timedelta(hours=hours))


def match(article_id: str, shared: int, size: int = 100, other_size: int = 100) -> Match:
    return Match(article_id, shared, size, other_size)


def join(stories: Stories, article: Member | str, *matches: Match, size: int = 100) -> Joined:
    article = member(article) if isinstance(article, str) else article
    return stories.join(article, size, matches, None)


def short(stories: Stories, article_id: str, text: TextKey | None) -> Joined:
    return stories.join(member(article_id), 3, (), text)


def test_an_article_like_no_other_opens_a_story_under_its_own_id():
    stories = Stories()
    assert join(stories, "a") == Joined("a", "original")
    assert join(stories, "b") == Joined("b", "original")


@pytest.mark.parametrize(
    ("shared", "expected"),
    [
        (100, Joined("a", "copy")),
        (89, Joined("a", "copy")),  # jaccard 89 / 111 = 0.802
        (88, Joined("a", "partial")),  # jaccard 88 / 112 = 0.786
        (50, Joined("a", "partial")),
        (49, Joined("b", "original")),
    ],
)
def test_what_is_shared_decides_over_the_relation(shared: int, expected: Joined):
    stories = Stories()
    join(stories, "a")
    assert join(stories, "b", match("a", shared)) == expected


def test_a_shortened_copy_is_partial_though_all_of_it_is_copied():
    stories = Stories()
    join(stories, "a", size=400)
    assert join(stories, "b", match("a", 100, 100, 400)) == Joined("a", "partial")


def test_an_article_that_matches_one_of_three_members_does_not_join():
    stories = Stories()
    join(stories, "a")
    join(stories, "b", match("a", 100))
    join(stories, "c", match("a", 100), match("b", 100))
    assert join(stories, "d", match("c", 60)).relation == "original"


def test_an_article_that_matches_half_of_the_members_joins():
    stories = Stories()
    join(stories, "a")
    join(stories, "b", match("a", 60))
    assert join(stories, "c", match("b", 60)) == Joined("a", "partial")


def test_of_two_stories_it_joins_the_one_that_it_matches_more_of():
    stories = Stories()
    join(stories, "a")
    join(stories, "b")
    join(stories, "b2", match("b", 90))
    assert join(stories, "c", match("a", 70), match("b", 60), match("b2", 60)).story_id == "b"


def test_of_two_stories_matched_alike_it_joins_the_one_with_the_better_match_first():
    stories = Stories()
    join(stories, "a")
    join(stories, "b")
    assert join(stories, "c", match("b", 60), match("a", 60)).story_id == "b"


def test_short_texts_join_when_body_and_title_are_the_same():
    stories = Stories()
    assert short(stories, "a", (b"body", b"title")) == Joined("a", "original")
    assert short(stories, "b", (b"body", b"title")) == Joined("a", "copy", twin="a")
    assert short(stories, "c", (b"body", b"another title")) == Joined("c", "original")
    assert short(stories, "d", (b"another body", b"title")) == Joined("d", "original")


def test_empty_bodies_never_join():
    stories = Stories()
    assert short(stories, "a", None) == Joined("a", "original")
    assert short(stories, "b", None) == Joined("b", "original")


def test_a_long_text_does_not_join_a_short_one_that_it_contains():
    stories = Stories()
    short(stories, "flash", (b"body", b"title"))
    assert join(stories, "report", match("flash", 3, 100, 3)).relation == "original"


def test_a_short_text_does_not_join_a_long_one_that_contains_it():
    stories = Stories()
    join(stories, "report")
    assert stories.join(member("flash"), 3, [match("report", 3, 3, 100)], (b"body", b"title")).relation == "original"


def test_a_story_counts_its_articles_by_outlet_and_knows_who_was_first():
    stories = Stories()
    join(stories, member("a", "hayat", hours=2, title="الأول"))
    join(stories, member("b", "sabq", hours=5), match("a", 90))
    join(stories, member("c", "hayat", hours=1, title="الأسبق"), match("a", 90), match("b", 90))
    state = stories.state("a")
    assert (state.id, state.articles, state.outlets) == ("a", 3, {"hayat": 2, "sabq": 1})
    assert (state.origin.id, state.origin.title) == ("c", "الأسبق")
    assert (state.first_published_at, state.last_published_at) == (
        NOON + timedelta(hours=1),
        NOON + timedelta(hours=5),
    )


def test_of_two_published_at_once_the_first_in_the_log_is_the_origin():
    stories = Stories()
    join(stories, "a")
    join(stories, "b", match("a", 90))
    assert stories.state("a").origin.id == "a"


def test_a_revision_keeps_story_count_and_dates_and_renews_the_origins_title():
    stories = Stories()
    join(stories, member("a", "hayat", title="عنوان"))
    join(stories, member("b", "sabq", hours=1), match("a", 90))
    before = stories.state("a")
    assert stories.revise(member("a", "hayat", hours=9, title="عنوان جديد"), 100, None) == Joined("a", "revision")
    after = stories.state("a")
    assert (after.articles, after.outlets) == (before.articles, before.outlets)
    assert (after.first_published_at, after.last_published_at) == (NOON, NOON + timedelta(hours=1))
    assert (after.origin.title, after.origin.published_at) == ("عنوان جديد", NOON)


def test_a_revision_of_a_member_leaves_the_origin_alone():
    stories = Stories()
    join(stories, member("a", title="عنوان"))
    join(stories, "b", match("a", 90))
    assert stories.revise(member("b", hours=-1, title="آخر"), 100, None) == Joined("a", "revision")
    assert (stories.state("a").origin.id, stories.state("a").origin.title) == ("a", "عنوان")


def test_a_text_revised_to_a_short_one_is_found_by_its_new_words_only():
    stories = Stories()
    short(stories, "a", (b"old", b"title"))
    stories.revise(member("a"), 3, (b"new", b"title"))
    assert short(stories, "b", (b"old", b"title")).relation == "original"
    assert short(stories, "c", (b"new", b"title")) == Joined("a", "copy", twin="a")


def test_a_member_revised_to_a_few_words_no_longer_counts_among_the_members():
    stories = Stories()
    join(stories, "a")
    join(stories, "b", match("a", 60))
    join(stories, "c", match("a", 60), match("b", 60))
    stories.revise(member("a"), 3, (b"body", b"title"))
    assert join(stories, "d", match("b", 60)).story_id == "a"  # one of two
    stories.revise(member("a"), 100, None)
    assert join(stories, "e", match("b", 60)).story_id == "e"  # one of four


def test_a_story_goes_on_while_one_article_is_in_the_window_and_keeps_its_counts():
    stories = Stories()
    join(stories, member("a", "hayat"))
    join(stories, member("b", "sabq"), match("a", 90))
    stories.forget(["a"])
    assert join(stories, member("c", "okaz"), match("b", 60)) == Joined("a", "partial")
    assert stories.state("a").articles == 3
    assert stories.state("a").origin.id == "a"


def test_a_story_of_which_nothing_is_left_in_the_window_is_forgotten():
    stories = Stories()
    join(stories, "a")
    short(stories, "b", (b"body", b"title"))
    stories.forget(["a", "b"])
    with pytest.raises(KeyError):
        stories.state("a")
    assert short(stories, "c", (b"body", b"title")) == Joined("c", "original")


def test_members_that_left_the_window_do_not_count_against_a_new_one():
    stories = Stories()
    join(stories, "a")
    join(stories, "b", match("a", 60))
    join(stories, "c", match("a", 60), match("b", 60))
    stories.forget(["a"])
    assert join(stories, "d", match("c", 60)).story_id == "a"  # one of two, with `a` it was one of three


def test_a_very_large_story_is_compared_by_its_newest_members():
    stories = Stories()
    join(stories, "0")
    for n in range(1, 200):
        join(stories, str(n), *(match(str(m), 90) for m in range(max(0, n - 64), n)))
    newest_half = [match(str(m), 60) for m in range(168, 200)]
    assert join(stories, "half of the newest 64", *newest_half).story_id == "0"
    assert join(stories, "old ones only", *(match(str(m), 60) for m in range(100))).relation == "original"

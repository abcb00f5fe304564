"""Which story an article joins: by what speaks for each and against it, worked out by hand in each test."""

import pytest

from isnad.similarity.joining import Candidate, choose, relation
from isnad.similarity.matches import Match


def matches(*shared: int) -> list[Match]:
    """With texts of 100 shingles each, as this one has: k shared are a jaccard of k / (200 - k)."""
    return [
        Match(number=place, key=str(place), shared=count, size=100, other_size=100)
        for place, count in enumerate(shared)
    ]


def story(members: int, *shared: int, place: int = 0) -> Candidate:
    return Candidate(place, members, matches(*shared))


def long_and_short(members: int, *, size: int, shared: int = 50) -> Candidate:
    """Of a text of some size that shares some shingles with one member, which has 100."""
    return Candidate(0, members, [Match(number=0, key="0", shared=shared, size=size, other_size=100)])


def test_without_a_match_there_is_no_story_to_join():
    assert choose([]) is None


def test_a_match_of_half_of_the_text_is_needed():
    assert choose([story(1, 50)]) is not None
    assert choose([story(1, 49)]) is None


def test_half_of_the_shorter_text_is_enough_for_a_story_of_one():
    """Of 100 shingles 50 stand in a text of 2,000: jaccard .024."""
    assert choose([long_and_short(1, size=2000)]) is not None


@pytest.mark.parametrize(
    ("members", "shared", "joins"),
    [
        # One matches and one does not: 1 + 1.5 j against 1.25. 50 of 100 and 100: j = 1/3.
        (2, (50,), True),
        # 2 + 1.5 j against 2.5: j must be 1/3.
        (4, (50, 50), True),
        # 1 + 1.5 j against 2.5: never below j = 1.
        (3, (99,), False),
        (3, (100,), True),
        # 3 + 1.5 j against 3.75: j must be 1/2, which is 66.7 of 100.
        (6, (66, 50, 50), False),
        (6, (67, 50, 50), True),
        # 3 + 1.5 / 3 against 5: more than half are missing.
        (7, (50, 50, 50), False),
        # 4 + 1.5 j against 3.75: most of them match.
        (7, (50, 50, 50, 50), True),
    ],
)
def test_members_that_match_speak_for_a_story_and_the_others_against_it(
    members: int, shared: tuple[int, ...], joins: bool
):
    assert (choose([story(members, *shared)]) is not None) is joins


def test_a_paragraph_in_a_long_text_is_not_enough_where_one_of_two_does_not_match():
    """50 of 100 stand in a text of 400: j = 50/450 = 1/9, and 1 + 1.5/9 is less than 1.25. In one of 250, j = 1/6."""
    assert choose([long_and_short(2, size=400)]) is None
    assert choose([long_and_short(2, size=250)]) is not None


def test_members_that_match_less_than_half_speak_against_it():
    """2 + 1.5/3 against 2 × 1.25, and against 3 × 1.25 where there is one more that shares 49."""
    assert choose([story(4, 50, 50, 49, 49)]) is not None
    assert choose([story(5, 50, 50, 49, 49, 49)]) is None


def test_of_several_stories_it_is_the_one_for_which_most_speaks():
    """3 + 1.5 × .43 of a large one, against 1 + 1.5 of a single one that has the same text."""
    single, large = story(1, 100, place=1), story(3, 60, 60, 60, place=2)
    assert choose([single, large]) is large
    assert choose([large, single]) is large


def test_a_story_that_matches_as_a_whole_comes_before_a_larger_one_that_matches_in_part():
    """2 + 1.5 × .43 against 3 + 1.5 × .43 - 2 × 1.25."""
    whole, part = story(2, 60, 60, place=1), story(5, 60, 60, 60, place=2)
    assert choose([part, whole]) is whole


def test_of_equal_stories_it_is_that_of_the_best_match():
    first, second = story(2, 60, 60, place=1), story(2, 60, 60, place=2)
    assert choose([first, second]) is first


def test_where_as_much_speaks_for_it_as_against_it_it_joins():
    """1 + 1.5 × 1 = 2 × 1.25, also where a story against which more speaks was looked at before."""
    against, even = story(9, 60, place=1), story(3, 100, place=2)
    assert choose([against, even]) is even


def test_a_round_up_of_five_reports_joins_none_of_those_that_have_several_members():
    """A paragraph from one member of each: 1 + 1.5 × .2 at the most, against 1.25 or 2.5."""
    round_up = [Candidate(place, 3, [Match(place, str(place), 60, 300, 100)]) for place in range(5)]
    assert choose(round_up) is None


def test_matches_with_members_that_are_not_counted_any_more_do_not_decide():
    candidate = Candidate(0, 2, matches(), older=matches(100, 100))
    assert choose([candidate]) is None


def test_a_story_of_which_only_older_members_match_is_not_joined():
    assert choose([Candidate(0, 0, [], older=matches(100))]) is None


@pytest.mark.parametrize(("shared", "kind"), [((89, 50), "copy"), ((88, 50), "partial")])
def test_it_is_a_copy_where_one_member_is_nearly_the_same(shared: tuple[int, ...], kind: str):
    """89 shared of 100 and 100 are 89/111 = .802, 88 are 88/112 = .786."""
    assert relation(story(2, *shared)) == kind


def test_a_copy_of_an_older_member_is_a_copy():
    assert relation(Candidate(0, 1, matches(50), older=matches(100))) == "copy"

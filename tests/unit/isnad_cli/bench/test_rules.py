"""The rules beside the one that is used: what each asks for, worked out by hand."""

import pytest

from isnad.similarity.joining import AGAINST, NEAREST, Candidate, choose
from isnad.similarity.matches import Match
from isnad_cli.bench.rules import ALTERNATIVES, CHOSEN, votes

RULES = {alternative.name: alternative.rule for alternative in ALTERNATIVES}


def story(members, *shared, size=100, first=0, opened_by=0):
    """With members of 100 shingles, of which some share so many with the article, which has `size`."""
    matches = [Match(first + place, str(place), count, size, 100) for place, count in enumerate(shared)]
    return Candidate(opened_by, members, matches, [])


def joins(rule, *stories):
    return RULES[rule](stories) is not None


def test_names_are_told_once_and_the_one_that_is_used_is_among_them():
    assert len(RULES) == len(ALTERNATIVES)
    assert CHOSEN in ALTERNATIVES
    assert CHOSEN.rule is choose


@pytest.mark.parametrize("rule", RULES)
def test_none_joins_where_nothing_shares_half(rule):
    assert not joins(rule, story(1, 49))
    assert RULES[rule]([]) is None


@pytest.mark.parametrize("rule", RULES)
def test_all_join_a_story_of_one_that_is_the_same_text(rule):
    assert joins(rule, story(1, 100))


@pytest.mark.parametrize(
    ("rule", "enough", "not_enough"),
    [
        ("nearest by containment", story(9, 50), story(9, 49)),
        ("nearest by jaccard", story(9, 50), story(9, 49)),
        ("a third", story(3, 50), story(4, 50)),
        ("half", story(2, 50), story(3, 50)),
        ("half, by share", story(2, 50), story(3, 50)),
        ("60%", story(5, 50, 50, 50), story(2, 50)),
        ("half of two, 60% of more", story(2, 50), story(4, 50, 50)),
        # (90 + 45) / 3 of 100, and (90 + 44) / 3.
        ("mean .45", story(3, 90, 45), story(3, 90, 44)),
        # 2 against 2 + 1 / 2, where one more shares 30 to 49, and against 3.
        ("half, near misses count half", story(5, 50, 50, 40, 40), story(5, 50, 50, 40)),
        # 50 of the article's 100 in one of two, and 50 of its 101.
        ("half contain it", story(2, 50), story(2, 50, size=101)),
        ("half, the first among them", story(2, 50), story(2, 50, first=1)),
        # 50 of 100 and 166: 50 / 216 is less than .3; 50 of 100 and 100 is a third.
        ("half are alike", story(2, 50), story(2, 50, size=166)),
        ("half, near .2", story(2, 50, size=200), story(2, 50, size=201)),
        ("half, near .3", story(2, 50), story(2, 50, size=166)),
        # 58 / 142 is .408, 57 / 143 is .399.
        ("half, near .4", story(2, 58), story(2, 57)),
        # .9 + .5 / 3 against 1; and 3 × .9 + 1.5 / 3 against 4.
        ("credit .9 + .5 j", story(2, 50), story(7, 50, 50, 50)),
        # 2 × .6 + 3 / 3 against 2; .6 + 1.5 / 3 against 2.
        ("credit .6 + 1.5 j", story(4, 50, 50), story(3, 50)),
        # .77 + .59 / 3 + .56 / 3 / 2 against 1; 2 × (.77 + .59 / 3) + .56 × 2 / 3 / 5 against 3.
        ("credit, fitted", story(2, 50), story(5, 50, 50)),
    ],
)
def test_each_joins_up_to_where_it_says(rule, enough, not_enough):
    assert joins(rule, enough)
    assert not joins(rule, not_enough)


@pytest.mark.parametrize(
    ("rule", "first_wins"),
    [
        # One member of 90, or three of 60 each (jaccard .82, and .43) of four.
        ("nearest by containment", True),
        ("nearest by jaccard", True),
        ("a third", False),  # .9 against 1.8
        ("half", False),
        ("half, by share", True),  # 1 against 3 / 4
        ("mean .45", True),  # .9 against 1.8 / 4
        ("half, near misses count half", False),  # 1 against 2
        ("credit .9 + .5 j", False),  # 1.31 against 2.34
        ("votes", False),  # 1 + 1.23 against 3 + .64 - 1.25
    ],
)
def test_of_two_stories_each_has_its_own_favourite(rule, first_wins):
    near, large = story(1, 90, opened_by=1), story(4, 60, 60, 60, opened_by=2)
    assert RULES[rule]([near, large]) is (near if first_wins else large)


@pytest.mark.parametrize("others", range(6))
@pytest.mark.parametrize("shared", [(50,), (80, 50), (67, 50, 50), (50, 50, 50, 50)])
def test_the_rule_that_is_used_is_the_one_of_its_weights(others, shared):
    candidates = [story(len(shared) + others, *shared)]
    assert votes(AGAINST, NEAREST)(candidates) is choose(candidates)

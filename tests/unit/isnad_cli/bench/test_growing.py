"""Stories that grow under a rule, on shares given by hand."""

from datetime import UTC, datetime

import numpy as np

from isnad.similarity.joining import COMPARED_MEMBERS
from isnad_cli.bench.growing import Log
from isnad_cli.bench.truth import Truth
from isnad_dedup.matching.events import Arrival

NOON = datetime(2015, 7, 21, 12, tzinfo=UTC)


def articles(count, **bodies):
    return [
        Arrival(
            id=f"id {place}",
            source="sabq",
            title="عنوان",
            body=bodies.get(f"body{place}", ""),
            published_at=NOON,
            appended_at=NOON,
        )
        for place in range(count)
    ]


def truth(sizes, *pairs):
    later, earlier, shared = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    return Truth(np.array(sizes), later, earlier, shared)


def first(candidates):
    return candidates[0]


def never(_):
    return None


def test_an_article_goes_where_the_rule_says():
    shares = truth([100] * 3, (1, 0, 90), (2, 1, 60))
    assert Log(articles(3), shares, range(3)).stories(first) == ["0", "0", "0"]
    assert Log(articles(3), shares, range(3)).stories(never) == ["0", "1", "2"]


def test_a_rule_is_told_members_and_matches_of_each_story_best_first():
    """Of 0 and 1, which are one story, and of 2: 3 shares 60 of 100 with 1, 70 with 2, and only 20 with 0."""
    seen = []

    def rule(candidates):
        seen.append([(one.story, one.members, [match.number for match in one.matches]) for one in candidates])
        return candidates[-1] if len(candidates) == 1 else None

    shares = truth([100] * 4, (1, 0, 90), (3, 1, 60), (3, 2, 70), (3, 0, 20))
    Log(articles(4), shares, range(4)).stories(rule)
    assert seen == [[(0, 1, [0])], [(2, 1, [2]), (0, 2, [1])]]


def test_in_another_order_the_later_one_of_a_pair_asks_about_the_other():
    """Sizes go with it: 50 shingles of 0, which has 100, stand in 1, which has 200."""
    seen = []

    def rule(candidates):
        seen.extend((match.number, match.contained, match.contains) for one in candidates for match in one.matches)
        return candidates[0]

    assert Log(articles(2), truth([100, 200], (1, 0, 50)), [1, 0]).stories(rule) == ["1", "1"]
    assert seen == [(1, 0.5, 0.25)]


def test_what_is_not_in_the_log_has_a_story_of_its_own():
    shares = truth([100] * 3, (1, 0, 90), (2, 1, 60))
    assert Log(articles(3), shares, [0, 2]).stories(first) == ["0", "1", "2"]


def test_short_texts_join_only_where_body_and_title_are_the_same():
    """Also with other spelling; never because of a share, nor does a long text join a short one."""
    some = articles(5, body0="خبر عاجل", body1="خبر عاجل", body2="خبر آخر", body4="خبرٌ عاجل")
    shares = truth([3, 3, 3, 100, 3], (1, 0, 3), (2, 0, 3), (3, 0, 3))
    assert Log(some, shares, range(5)).stories(first) == ["0", "0", "2", "3", "0"]


def test_empty_bodies_never_join():
    shares = truth([0, 0, 100, 100], (3, 2, 90))
    assert Log(articles(4), shares, range(4)).stories(first) == ["0", "1", "2", "2"]


def test_a_large_story_is_told_by_its_newest_members():
    count = COMPARED_MEMBERS + 2
    seen = []

    def rule(candidates):
        seen.append([(one.members, len(one.matches), len(one.older)) for one in candidates])
        return candidates[0]

    pairs = [(later, earlier, 90) for later in range(count) for earlier in range(later)]
    Log(articles(count), truth([100] * count, *pairs), range(count)).stories(rule)
    assert seen[-1] == [(COMPARED_MEMBERS, COMPARED_MEMBERS, 1)]

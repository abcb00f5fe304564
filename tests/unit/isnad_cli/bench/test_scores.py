"""Scores worked out by hand on a few texts."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from isnad_cli.bench import scores
from isnad_cli.bench.truth import Truth

START = datetime(2018, 2, 8, tzinfo=UTC)
SIZES = [100, 100, 100, 10, 100, 0]
# later, earlier, shared shingles: containment 0.9, 0.6, 0.8 (of the short text), 0.2
PAIRS = [(1, 0, 90), (2, 1, 60), (3, 0, 8), (4, 2, 20)]


@pytest.fixture
def truth():
    later, earlier, shared = (np.array(column) for column in zip(*PAIRS, strict=True))
    return Truth(np.array(SIZES), later, earlier, shared)


def numbers(truth, *pairs):
    return np.array([truth.pair_numbers(later, earlier) for later, earlier in pairs], np.int64)


def test_a_pair_is_one_that_should_be_found_from_its_share_on(truth):
    """Jaccard of 90 shared of 100 and 100 is 90 / 110 = .82, of 60 it is 60 / 140 = .43."""
    assert set(scores.true_pairs(truth, "containment_0.5")) == set(numbers(truth, (1, 0), (2, 1), (3, 0)))
    assert set(scores.true_pairs(truth, "containment_0.8")) == set(numbers(truth, (1, 0), (3, 0)))
    assert set(scores.true_pairs(truth, "jaccard_0.5")) == set(numbers(truth, (1, 0)))


def test_links_reach_back_by_the_time_of_publication(truth):
    """Three of six texts have one; of 2,500 texts a day apart, in the order of the corpus or the reverse."""
    times = [START + number * timedelta(hours=1) for number in range(len(SIZES))]
    assert scores.reach(truth, times) == {
        "pairs_per_article": 0.5, "within": {"1000": 1.0, "2000": 1.0, "4000": 1.0, "8000": 1.0},
    }  # fmt: skip
    sizes = np.full(2_500, 100)
    far = Truth(sizes, np.array([2_400, 1_600, 900]), np.array([100, 300, 100]), np.array([30, 90, 29]))
    days = [START + number * timedelta(days=1) for number in range(2_500)]
    for order in (days, days[::-1]):
        found = scores.reach(far, order)
        assert found["pairs_per_article"] == 0.001
        assert found["within"] == {"1000": 0.0, "2000": 0.5, "4000": 1.0, "8000": 1.0}


def test_recall_and_precision_of_pairs(truth):
    """Two of three were found, and one that is none; what is found twice counts once."""
    found = numbers(truth, (1, 0), (1, 0), (2, 1), (4, 0))
    assert scores.pair_scores(found, scores.true_pairs(truth, "containment_0.5")) == {
        "recall": pytest.approx(2 / 3, abs=1e-5),
        "precision": pytest.approx(2 / 3, abs=1e-5),
        "found": 3,
        "true": 3,
    }


def test_nothing_found_has_no_precision(truth):
    """Rather than one that looks perfect or worthless."""
    assert scores.pair_scores(np.empty(0, np.int64), scores.true_pairs(truth, "jaccard_0.5")) == {
        "recall": 0.0,
        "precision": None,
        "found": 0,
        "true": 1,
    }


def test_pairs_of_one_story_are_held_against_true_ones(truth):
    """0, 1, 2 are one story: three pairs, two of them true; a third is split. The empty text counts nowhere."""
    assert scores.story_scores(truth, ["a", "a", "a", "b", "b", "a"]) == {
        "precision": pytest.approx(2 / 4),
        "recall": pytest.approx(2 / 3, abs=1e-5),
        "same_story": 4,
        "true": 3,
    }


def test_short_texts_can_be_left_out(truth):
    """Without the text of 10 shingles: two true pairs, both in one story of three pairs."""
    assert scores.story_scores(truth, ["a", "a", "a", "b", "b", "a"], 20) == {
        "precision": pytest.approx(2 / 3, abs=1e-5),
        "recall": 1.0,
        "same_story": 3,
        "true": 2,
    }


@pytest.mark.parametrize(
    ("stories", "count"),
    [
        # 0 and 2 share nothing, but 1 is the link between them.
        ("aaabca", 0),
        # 3 is joined to 2 through 0 and 1, although these are in another story.
        ("xyaazq", 0),
        # 4 shares nothing with 1, and .2 with 2, which is more than next to nothing.
        ("xabcaq", 1),
        ("xyabaq", 0),
        # 4 with 0, 1 and 3; with 2 it shares .2.
        ("aaaaaa", 3),
    ],
)
def test_pairs_that_nothing_joins_are_counted(truth, stories, count):
    """The text without shingles (5) is in no pair."""
    assert scores.unjoined(truth, list(stories)) == count


def test_the_largest_stories_come_with_their_articles():
    """Ten at most, in order."""
    ids = [f"id{number}" for number in range(13)]
    stories = ["b", "a", "b", "c", *"defghijkl"]
    largest = scores.largest(ids, stories)
    assert next(iter(largest.items())) == ("b", ["id0", "id2"])
    assert len(largest) == 10

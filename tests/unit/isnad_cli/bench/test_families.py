"""Families of texts that are made after a formula."""

from datetime import UTC, datetime

import numpy as np
import pytest

from isnad_cli.bench.families import by_family
from isnad_cli.bench.truth import Truth
from isnad_dedup.matching.events import Arrival

NOON = datetime(2015, 7, 21, 12, tzinfo=UTC)


def reports(*titles):
    articles = [
        Arrival(id=title, source="sabq", title=title, body="", published_at=NOON, appended_at=NOON) for title in titles
    ]
    # 1 is nearly 0, 2 has .4 of it; 3 is as 2, but of no family.
    shares = Truth(np.full(4, 100), np.array([1, 2, 2, 3]), np.array([0, 0, 1, 2]), np.array([90, 40, 45, 95]))
    return {report["family"]: report for report in by_family(articles, shares, ["a", "a", "b", "b"])}


def test_pairs_and_stories_of_a_family_are_counted():
    found = reports("القيادة تهنئ مصر", "الملك يهنّئ رئيس مصر", "الأمير يهنئ تونس", "خبر")
    assert found["congratulations"] == {
        "family": "congratulations",
        "articles": 3,
        "stories": 2,
        "largest_story": 2,
        "pairs_alike": 2,
        "pairs_true": 1,
        "pairs_in_a_story": 1,
        "of_them_true": 1,
    }


def test_a_family_of_which_there_is_none_counts_nothing():
    found = reports("خبر", "خبر", "خبر", "خبر")
    assert all(value == 0 for report in found.values() for name, value in report.items() if name != "family")


@pytest.mark.parametrize(
    ("title", "family"),
    [
        ("الأرصاد: أمطار على عسير", "weather"),
        ("مؤشر سوق الأسهم يغلق منخفضا", "stock markets"),
        ("زلزال يضرب اليابان", "earthquakes"),
        ("حظك اليوم", "horoscopes"),
        ("مواقيت الصلاة", "prayer times"),
        ("موجز دوليات", "round-ups"),
    ],
)
def test_families_are_told_by_folded_titles(title, family):
    assert reports(title, "خبر", "خبر", "خبر")[family]["articles"] == 1

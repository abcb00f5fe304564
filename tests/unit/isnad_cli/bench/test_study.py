"""The comparison of rules: orders, parts, and the command as a user calls it."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from click.testing import CliRunner

from isnad_cli.bench.command import stories, table
from isnad_cli.bench.rules import ALTERNATIVES, CHOSEN
from isnad_cli.bench.study import errors, orders, part_scores, parts
from isnad_cli.bench.truth import Truth
from isnad_dedup.matching.events import Arrival

NOON = datetime(2015, 7, 21, 12, tzinfo=UTC)


def article(place, hours=0, source="sabq"):
    moment = NOON + timedelta(hours=hours)
    return Arrival(id=str(place), source=source, title="", body="", published_at=moment, appended_at=NOON)


def test_every_order_holds_every_article_once():
    some = [article(place, hours=-place) for place in range(30)]
    assert all(sorted(order) == list(range(30)) for order in orders(some).values())


def test_by_time_the_earliest_comes_first_and_equals_stay():
    some = [article(0, hours=2), article(1), article(2, hours=2), article(3, hours=1)]
    assert orders(some)["as given"] == [0, 1, 2, 3]
    assert orders(some)["by time"] == [1, 3, 0, 2]


def test_shuffled_within_days_no_day_mixes_with_another():
    """13 hours after noon is the next day."""
    some = [article(place, hours=13 if place % 2 else 0) for place in range(40)]
    order = orders(some)["shuffled within days, 1"]
    assert {place % 2 for place in order[:20]} == {0}
    assert order[:20] != sorted(order[:20])


def test_shuffles_are_the_same_each_time():
    some = [article(place) for place in range(40)]
    assert orders(some) == orders(some)


def test_parts_are_the_days_of_many_articles_and_both_halves_of_the_outlets():
    some = [article(place, source=f"outlet {place % 3}") for place in range(600)]
    some.append(article(600, hours=24, source="outlet 0"))
    found = parts(some)
    assert {name: len(part) for name, part in found.items()} == {
        "2015-07-21": 600,
        "first, third … outlet": 401,
        "second, fourth … outlet": 200,
    }


def test_a_part_is_scored_as_if_there_were_nothing_else():
    """0, 1, 2 are alike. Of 0 and 2 alone there is one true pair, which one story holds."""
    some = [article(place) for place in range(4)]
    shares = Truth(np.full(4, 100), np.array([1, 2, 2]), np.array([0, 0, 1]), np.array([90, 80, 90]))
    assert part_scores(some, shares, [0, 2], CHOSEN.rule) == {
        "precision": 1.0,
        "recall": 1.0,
        "same_story": 1,
        "true": 1,
    }
    assert part_scores(some, shares, [0, 3], CHOSEN.rule)["true"] == 0


def test_false_and_missed_pairs_are_counted_by_containment():
    """In the story of 0 to 3 are pairs that share 90, 47 and 12 of 100, and three of which nothing is known."""
    later, earlier = np.array([1, 2, 3, 4, 5]), np.array([0, 0, 0, 0, 4])
    shares = Truth(np.full(6, 100), later, earlier, np.array([90, 47, 12, 50, 99]))
    found = errors(shares, ["a", "a", "a", "a", "b", "c"])
    assert {step: count for step, count in found["false_pairs"].items() if count} == {"0": 3, "0.1": 1, "0.45": 1}
    assert {step: count for step, count in found["missed_pairs"].items() if count} == {"0.5": 1, "0.9": 1}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Two reports of 60 words, each with a copy, and a round-up that has 30 words of each."""
    one, other = ([f"{letter}{number}" for number in range(60)] for letter in "كم")
    texts = [one, other, one, other, one[:30] + other[:30]]
    path = tmp_path_factory.mktemp("corpus") / "articles.jsonl"
    lines = [
        {"id": str(number), "source": f"s{number % 2}", "title": "خبر", "body": " ".join(text)}
        for number, text in enumerate(texts)
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    done = CliRunner().invoke(stories, ["--corpus", str(path)], catch_exceptions=False)
    assert done.exit_code == 0
    return json.loads(done.stdout)


def test_every_rule_is_scored_in_every_order(report):
    """The copies are two true pairs. The round-up shares 26 of its 56 shingles with each report: it joins neither."""
    assert [rule["name"] for rule in report["rules"]] == [alternative.name for alternative in ALTERNATIVES]
    assert [rule["name"] for rule in report["rules"] if rule["chosen"]] == ["votes"]
    for rule in report["rules"]:
        assert list(rule["orders"])[:2] == ["as given", "by time"]
        assert all(score["precision"] == score["recall"] == 1.0 for score in rule["orders"].values())
        assert all(score["true"] == 2 for score in rule["orders"].values())


def test_hindsight_the_largest_stories_and_families_are_told(report):
    assert [(one["precision"], one["recall"]) for one in report["hindsight"]] == [(1.0, 1.0)] * 4
    assert report["chosen"]["largest"] == [2, 2, 1]
    assert report["chosen"]["without_short_texts"]["true"] == 2
    assert set(report["parts"]) == {"half", "votes"}
    assert list(report["parts"]["votes"]) == ["first, third … outlet", "second, fourth … outlet"]
    assert all(family["articles"] == 0 for family in report["families"])


def test_the_report_can_be_shown_as_tables(report, tmp_path):
    path = tmp_path / "stories.json"
    path.write_text(json.dumps(report))
    lines = CliRunner().invoke(table, [str(path)], catch_exceptions=False).stdout.splitlines()
    assert "| half | half of the members match | 1.0000 | 1.0000 | 1.0000 – 1.0000 | 1.0000 – 1.0000 |" in lines
    assert sum(line.startswith("| **votes** |") for line in lines) == 1
    assert "| in hindsight | a false pair costs 0.5 true ones | 1.0000 | 1.0000 |  |  |" in lines
    assert "| weather | 0 | 0 | 0 | 0 | 0 | 0 | 0 |" in lines
    assert "| first, third … outlet | 1 | 1.0000 | 1.0000 | 1.0000 | 1.0000 |" in lines

"""Short texts never make one big story: what they have in common is little, and often not theirs."""

from collections import Counter

import pytest
from tests.unit.isnad_dedup.articles import arrival, text

from isnad_dedup.matching import Matcher

ARTICLES = 300


@pytest.mark.parametrize(
    "body",
    [
        lambda n: "",
        lambda n: "تابعونا على تلغرام",
        lambda n: text((0, 23)),
        lambda n: f"{text((0, 18))} رقم{n}",
    ],
    ids=["title only", "three words of advertising", "a long line of advertising", "the same but for a number"],
)
def test_short_texts_under_titles_of_their_own_stay_stories_of_their_own(body) -> None:
    with Matcher() as matcher:
        answers = [matcher.answer(arrival(f"a{n}", body(n), title=f"عنوان رقم {n}")) for n in range(ARTICLES)]
    assert len({answer.verdict.story_id for answer in answers}) == ARTICLES


def test_articles_that_are_nothing_but_the_same_title_stay_apart() -> None:
    """«عاجل» alone says nothing about what happened."""
    with Matcher() as matcher:
        answers = [matcher.answer(arrival(f"a{n}", "", title="عاجل")) for n in range(ARTICLES)]
    assert len({answer.verdict.story_id for answer in answers}) == ARTICLES


def test_advertising_under_articles_of_some_length_joins_nothing() -> None:
    """Thirty words that stand under every article of an outlet, each with forty of its own."""
    bodies = [text((0, 30), (1000 + 40 * n, 1040 + 40 * n)) for n in range(ARTICLES)]
    with Matcher() as matcher:
        answers = [matcher.answer(arrival(f"a{n}", body, title=f"عنوان رقم {n}")) for n, body in enumerate(bodies)]
    assert Counter(answer.verdict.story_id for answer in answers).most_common(1)[0][1] == 1

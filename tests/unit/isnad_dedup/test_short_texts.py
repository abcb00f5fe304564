"""Short texts never make one big story: what they have in common is little, and often not theirs."""

from collections import Counter

import pytest
from tests.unit.isnad_dedup.articles import arrival, text

from isnad_dedup.matching.matcher import Matcher

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


@pytest.mark.parametrize("length", [30, 45])
def test_advertising_that_is_all_there_is_makes_no_story(length) -> None:
    """The same words, or all but a number, under titles that have nothing to do with each other."""
    titles = [text((1000 + 6 * n, 1006 + 6 * n)) for n in range(ARTICLES)]
    bodies = [f"{text((0, length))} {n if n % 2 else ''}" for n in range(ARTICLES)]
    with Matcher() as matcher:
        answers = [matcher.answer(arrival(f"a{n}", bodies[n], title=titles[n])) for n in range(ARTICLES)]
    assert len({answer.verdict.story_id for answer in answers}) == ARTICLES
    assert answers[-1].verdict.relation == "original"
    assert answers[-1].verdict.links, "what it shares with others is said all the same"


def test_a_brief_report_under_a_title_like_the_other_s_is_one_story_also_after_a_revision() -> None:
    """Two of six words in both titles, or a title without words; the earlier one counts as it is now."""
    body, title = text((0, 30)), text((100, 106))
    with Matcher() as matcher:
        matcher.answer(arrival("a", body, title=text((200, 206))))
        matcher.answer(arrival("a", f"{body} اليوم", title=title))
        copies = [
            matcher.answer(arrival(f"b{n}", body, title=other))
            for n, other in enumerate((text((104, 110)), text((200, 206)), "…"))
        ]
    assert [copy.verdict.story_id for copy in copies] == ["a", "b1", "a"]


def test_a_brief_report_is_found_in_a_longer_one_under_any_title() -> None:
    """And one of sixty words in another of sixty."""
    with Matcher() as matcher:
        for name, brief, longer in (("a", (0, 30), (0, 90)), ("b", (500, 560), (500, 560))):
            matcher.answer(arrival(f"{name}1", text(longer), title=text((1000, 1006))))
            found = matcher.answer(arrival(f"{name}2", text(brief), title=text((2000, 2006))))
            assert found.verdict.story_id == f"{name}1"


def test_a_link_to_the_first_of_many_copies_of_a_flash_says_what_the_two_share() -> None:
    """Nine words have five shingles, and all of them stand in more articles than are looked at."""
    body = text((0, 9))
    with Matcher() as matcher:
        answers = [matcher.answer(arrival(f"a{n}", body, title="عاجل من العاصمة")) for n in range(40)]
    links = {link.id: link for link in answers[-1].verdict.links}
    assert 30 < len(links) < 39
    assert {link.shared for link in links.values()} == {5}
    assert links["a0"].passages == links["a38"].passages == answers[1].verdict.links[0].passages


def test_two_words_share_no_shingle_and_are_linked_all_the_same() -> None:
    with Matcher() as matcher:
        first, second = (
            matcher.answer(arrival(id_, "غارة جديدة", title="غارة على العاصمة صباح اليوم")) for id_ in "ab"
        )
    assert not first.verdict.links
    (link,) = second.verdict.links
    assert (link.id, link.jaccard, link.shared, link.passages) == ("a", 1.0, 0, ())

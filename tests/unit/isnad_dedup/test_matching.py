"""Dedup's answer for one article: its story, its relation, its links; again for the same article, the same answer."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from tests.unit.isnad_dedup.articles import START, arrival, text

from isnad.messages import Span
from isnad.similarity.window import Window
from isnad_dedup.matching.events import Answer
from isnad_dedup.matching.matcher import FORMER_TEXTS, Matcher

WHOLE = text((0, 104))  # 100 shingles


def relation(answer: Answer) -> tuple[str, str]:
    return answer.verdict.story_id, answer.verdict.relation


def test_the_first_article_opens_a_story():
    answer = Matcher().answer(arrival("a", WHOLE))
    assert relation(answer) == ("a", "original")
    assert answer.verdict.links == ()
    assert answer.event is not None
    assert (answer.event.kind, answer.event.story.articles) == ("new_story", 1)


def test_a_copy_in_another_spelling_joins_and_shows_what_is_shared():
    matcher = Matcher()
    matcher.answer(arrival("a", WHOLE))
    copy = matcher.answer(arrival("b", WHOLE.replace("كلمة", "كَلِمه"), source="other"))
    assert relation(copy) == ("a", "copy")
    (link,) = copy.verdict.links
    assert (link.id, link.story_id, link.shared) == ("a", "a", 100)
    assert (link.jaccard, link.contained, link.contains) == (1.0, 1.0, 1.0)
    assert copy.event is not None
    assert (copy.event.kind, copy.event.story.outlets) == ("copy_joined", {"other": 1, "outlet": 1})


def test_a_part_of_a_report_in_another_one_has_the_shares_counted_by_hand():
    matcher = Matcher()
    matcher.answer(arrival("a", WHOLE))
    # 54 of the words, then 46 others: 50 shared shingles of 96.
    body = text((50, 104), (500, 546))
    partial = matcher.answer(arrival("b", body))
    assert relation(partial) == ("a", "partial")
    (link,) = partial.verdict.links
    assert (link.contained, link.contains, link.jaccard) == (50 / 96, 0.5, 50 / 146)
    assert link.passages == (Span(0, len(text((50, 104)))),)


def test_a_link_below_the_joining_share_is_kept_as_a_link():
    matcher = Matcher()
    matcher.answer(arrival("a", WHOLE))
    answer = matcher.answer(arrival("b", text((60, 104), (500, 560))))  # 40 of 100
    assert relation(answer) == ("b", "original")
    assert [(link.id, link.contained) for link in answer.verdict.links] == [("a", 0.4)]


def test_a_redelivered_article_gets_the_same_answer_and_changes_nothing():
    matcher = Matcher()
    matcher.answer(arrival("a", WHOLE))
    first = matcher.answer(arrival("b", WHOLE))
    matcher.answer(arrival("c", WHOLE))
    again = matcher.answer(arrival("b", WHOLE))
    assert (again.verdict, again.event) == (first.verdict, None)
    later = matcher.answer(arrival("d", WHOLE))
    assert [link.id for link in later.verdict.links] == ["a", "b", "c"]
    assert later.event is not None
    assert later.event.story.articles == 4


def test_however_often_a_text_is_copied_it_stays_one_story():
    matcher = Matcher(evidence=False)
    stories = {matcher.answer(arrival(str(number), WHOLE)).verdict.story_id for number in range(150)}
    assert stories == {"0"}


def test_a_page_that_is_edited_all_day_does_not_keep_copies_out_of_their_story():
    matcher = Matcher(evidence=False)
    for number in range(4):
        matcher.answer(arrival(str(number), WHOLE))
    for edit in range(50):
        matcher.answer(arrival("3", f"{WHOLE} {text((1_000 * edit, 1_000 * edit + 3))}"))
    late = matcher.answer(arrival("late", WHOLE))
    assert relation(late) == ("0", "copy")
    assert {link.id for link in late.verdict.links} == {"0", "1", "2", "3"}


def test_a_page_that_shows_a_notice_now_and_then_does_not_keep_copies_out_of_its_story():
    matcher = Matcher(evidence=False)
    for article_id in "abc":
        matcher.answer(arrival(article_id, WHOLE))
    for _ in range(70):
        matcher.answer(arrival("c", text((900, 910))))
        matcher.answer(arrival("c", WHOLE))
    assert relation(matcher.answer(arrival("d", WHOLE))) == ("a", "copy")
    matcher.answer(arrival("c", text((900, 910))))
    late = matcher.answer(arrival("e", WHOLE))
    assert relation(late) == ("a", "copy")
    assert [link.id for link in late.verdict.links] == ["a", "b", "d"]


def test_a_revision_stays_in_its_story_and_never_matches_what_it_was():
    matcher = Matcher()
    matcher.answer(arrival("a", WHOLE))
    matcher.answer(arrival("b", WHOLE))
    revised = matcher.answer(arrival("b", text((0, 54), (700, 750))))  # half of the old text
    assert relation(revised) == ("a", "revision")
    assert [link.id for link in revised.verdict.links] == ["a"]
    assert revised.event is not None
    assert (revised.event.kind, revised.event.story.articles) == ("article_edited", 2)


def test_after_a_revision_only_the_new_text_is_found():
    matcher = Matcher()
    matcher.answer(arrival("a", WHOLE))
    matcher.answer(arrival("a", text((700, 804))))
    assert matcher.answer(arrival("old", WHOLE)).verdict.links == ()
    assert relation(matcher.answer(arrival("new", text((700, 804))))) == ("a", "copy")


def test_an_earlier_text_that_comes_again_has_the_verdict_it_had_and_is_compared_again():
    """Texts A, B, A of one article: what comes later is matched with A, as readers see it, and no longer with B."""
    other = text((700, 804))
    matcher = Matcher()
    first = matcher.answer(arrival("a", WHOLE))
    matcher.answer(arrival("a", other, title="عنوان آخر"))
    again = matcher.answer(arrival("a", WHOLE))
    assert again.verdict == first.verdict
    assert again.event is not None
    assert (again.event.kind, again.event.story.articles) == ("article_edited", 1)
    assert again.event.story.origin.title == first.event.story.origin.title
    assert matcher.answer(arrival("a", WHOLE)).event is None
    assert relation(matcher.answer(arrival("b", WHOLE))) == ("a", "copy")
    assert relation(matcher.answer(arrival("c", other))) == ("c", "original")


def test_another_headline_alone_is_a_revision():
    matcher = Matcher()
    matcher.answer(arrival("a", WHOLE, title="عنوان"))
    answer = matcher.answer(arrival("a", WHOLE, title="عنوان جديد"))
    assert relation(answer) == ("a", "revision")
    assert answer.event is not None
    assert answer.event.story.origin.title == "عنوان جديد"


def test_a_word_that_moves_from_headline_to_body_is_seen():
    matcher = Matcher()
    matcher.answer(arrival("a", "ب", title="ا "))
    assert relation(matcher.answer(arrival("a", " ب", title="ا"))) == ("a", "revision")


@pytest.mark.parametrize("body", ["", "   ", "… ، !", "ـ"])
def test_bodies_without_a_word_never_join(body: str):
    matcher = Matcher()
    matcher.answer(arrival("a", body))
    answer = matcher.answer(arrival("b", body))
    assert relation(answer) == ("b", "original")
    assert answer.verdict.links == ()


@pytest.mark.parametrize("words", [1, 4, 5, 10, 23])
def test_short_texts_join_when_they_and_their_titles_are_the_same(words: int):
    matcher = Matcher()
    matcher.answer(arrival("a", text((0, words)), title="«عاجل»"))
    same = matcher.answer(arrival("b", text((0, words)) + " .", title="عاجل"))
    assert relation(same) == ("a", "copy")
    assert [(link.id, link.jaccard) for link in same.verdict.links] == [("a", 1.0)]
    other_title = matcher.answer(arrival("c", text((0, words)), title="عنوان آخر"))
    assert relation(other_title) == ("c", "original")
    other_word = matcher.answer(arrival("d", text((0, words - 1), (900, 901)), title="عاجل"))
    assert relation(other_word) == ("d", "original")


def test_from_twenty_shingles_on_the_title_must_be_alike_and_from_fifty_on_it_no_longer_matters():
    for words, title, other, joins in (
        (24, "عنوان", "آخر", False),
        (24, "عنوان الخبر", "عنوان آخر", True),
        (53, "عنوان", "آخر", False),
        (54, "عنوان", "آخر", True),
    ):
        matcher = Matcher()
        matcher.answer(arrival("a", text((0, words)), title=title))
        answer = relation(matcher.answer(arrival("b", text((0, words)), title=other)))
        assert answer == (("a", "copy") if joins else ("b", "original")), (words, other)


def test_links_of_a_short_text_in_a_long_one_have_their_shares():
    matcher = Matcher()
    matcher.answer(arrival("flash", text((0, 10))))  # 6 shingles
    answer = matcher.answer(arrival("report", WHOLE))
    assert relation(answer) == ("report", "original")
    assert [(link.id, link.contained, link.contains) for link in answer.verdict.links] == [("flash", 0.06, 1.0)]


def test_a_revised_article_stays_in_the_window_as_long_as_its_newest_text():
    matcher = Matcher(Window(days=6))
    matcher.answer(arrival("a", WHOLE))
    matcher.answer(arrival("a", text((0, 104), (700, 710)), days=4))
    again = matcher.answer(arrival("a", text((0, 104), (700, 710)), days=8))
    assert (relation(again), again.event) == (("a", "revision"), None)
    assert relation(matcher.answer(arrival("b", text((0, 104)), days=8))) == ("a", "copy")
    assert relation(matcher.answer(arrival("a", WHOLE, days=11))) == ("a", "copy")


def test_an_earlier_text_is_known_again_after_so_many_others_and_no_more():
    def live_blog(version: int) -> Answer:
        return matcher.answer(arrival("a", text((0, 104), (1000 + version, 1001 + version))))

    matcher = Matcher()
    first = live_blog(0)
    for version in range(1, FORMER_TEXTS + 1):
        live_blog(version)
    assert live_blog(0).verdict == first.verdict
    for version in range(2, FORMER_TEXTS + 2):
        live_blog(version)
    assert relation(live_blog(0)) == ("a", "original")
    assert relation(live_blog(1)) == ("a", "revision")
    live_blog(FORMER_TEXTS + 2)
    assert relation(live_blog(0)) == ("a", "original")
    for version in range(100, 101 + FORMER_TEXTS):
        live_blog(version)
    assert relation(live_blog(0)) == ("a", "revision")


def test_an_undated_article_was_published_when_it_first_came_also_after_many_revisions():
    matcher = Matcher()
    for version in range(FORMER_TEXTS + 5):
        answer = matcher.answer(arrival("a", text((version, version + 50)), days=version / 24, undated=True))
        assert answer.published_at == START


def test_times_of_other_zones_are_the_same_moments_at_once_and_from_disk():
    riyadh = timezone(timedelta(hours=3))
    matcher = Matcher()
    noon = arrival("a", WHOLE, published_at=datetime(2018, 2, 8, 15, tzinfo=riyadh), undated=True)
    first, again = matcher.answer(noon), matcher.answer(noon)
    assert first.published_at == again.published_at == START
    assert first.published_at.tzinfo == again.published_at.tzinfo == UTC


def test_a_time_before_the_calendar_begins_in_utc_stops_nothing():
    riyadh = timezone(timedelta(hours=3))
    midnight = datetime(1, 1, 1, tzinfo=riyadh)
    answer = Matcher().answer(arrival("a", WHOLE, published_at=midnight))
    assert answer.published_at == midnight.replace(tzinfo=UTC)


def test_what_left_the_window_is_not_matched_and_counts_as_new_when_it_comes_again():
    matcher = Matcher(Window(days=6))
    matcher.answer(arrival("a", WHOLE))
    matcher.answer(arrival("b", WHOLE, days=6))
    assert len(matcher) == 2
    late = matcher.answer(arrival("c", WHOLE, days=7))
    assert relation(late) == ("a", "copy")
    assert [link.id for link in late.verdict.links] == ["b"]
    again = matcher.answer(arrival("a", WHOLE, days=7))
    assert [link.id for link in again.verdict.links] == ["b", "c"]


def test_time_that_runs_backward_in_the_log_does_not_move_the_window():
    matcher = Matcher(Window(days=6))
    matcher.answer(arrival("a", WHOLE, days=10))
    assert relation(matcher.answer(arrival("b", WHOLE, days=0))) == ("a", "copy")
    assert relation(matcher.answer(arrival("c", WHOLE, days=16))) == ("a", "copy")


def test_without_evidence_only_the_passages_are_missing():
    with_evidence, without = Matcher(), Matcher(evidence=False)
    for one in ("a", "b"):
        shown, hidden = with_evidence.answer(arrival(one, WHOLE)), without.answer(arrival(one, WHOLE))
    assert [link.passages for link in shown.verdict.links] == [(Span(0, len(WHOLE)),)]
    assert [link.passages for link in hidden.verdict.links] == [()]
    assert relation(shown) == relation(hidden)


def test_without_events_only_what_changed_is_missing():
    matcher = Matcher(events=False)
    answers = matcher.answer_all([arrival("a", WHOLE), arrival("b", WHOLE), arrival("b", text((0, 60)))])
    assert [relation(answer) for answer in answers] == [("a", "original"), ("a", "copy"), ("a", "revision")]
    assert [answer.event for answer in answers] == [None, None, None]

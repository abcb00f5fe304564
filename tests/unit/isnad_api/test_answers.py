"""Highlights and shares, taken out of what Elasticsearch answers."""

import pytest

from isnad_api.answers import highlight, highlights, search_answer
from isnad_api.queries import MARK_END, MARK_START


def marked(text):
    return text.replace("[", MARK_START).replace("]", MARK_END)


@pytest.mark.parametrize(
    ("given", "text", "marks", "html"),
    [
        ("في [سورية] اليوم", "في سورية اليوم", [(3, 8)], "في <em>سورية</em> اليوم"),
        ("[أ] و[ب]", "أ وب", [(0, 1), (3, 4)], "<em>أ</em> و<em>ب</em>"),
        ("لا شيء", "لا شيء", [], "لا شيء"),
        ("<b>[x]</b> & y", "<b>x</b> & y", [(3, 4)], "&lt;b&gt;<em>x</em>&lt;/b&gt; &amp; y"),
        ("قبل ] بعد", "قبل  بعد", [], "قبل  بعد"),
        ("قبل [ بعد", "قبل  بعد", [], "قبل  بعد"),
        ("😀 [حلب]", "😀 حلب", [(2, 5)], "😀 <em>حلب</em>"),
    ],
)
def test_marks_become_places_in_the_plain_text(given, text, marks, html):
    found = highlight("body", marked(given))
    assert (found.text, found.marks, found.html) == (text, marks, html)


def test_of_a_long_piece_what_is_around_the_first_mark_is_kept():
    """With something before it, cut at spaces, and with the marks where they belong."""
    found = highlight("body", marked("كلمة " * 100 + "[حلب] و[حمص] " + "كلمة " * 100 + "[دمشق]"))
    assert [found.text[start:end] for start, end in found.marks] == ["حلب", "حمص"]
    assert 200 < len(found.text) <= 240
    assert 60 <= found.marks[0][0] <= 80
    assert set(found.text.split()) == {"كلمة", "حلب", "وحمص"}
    assert "<em>حلب</em> و<em>حمص</em>" in found.html


def test_a_mark_at_the_end_has_its_words_before_it_and_a_giant_word_is_cut():
    end = highlight("body", marked("كلمة " * 100 + "[حلب]."))
    assert (end.text[slice(*end.marks[0])], len(end.text) > 200) == ("حلب", True)
    assert len(highlight("body", "ب" * 5000).text) == 240


def test_a_title_is_whole():
    assert len(highlight("title", "كلمة " * 100).text) == 500


def test_a_piece_that_says_too_little_is_shown_only_where_there_is_no_other():
    long = "كلمة " * 20
    assert [one.text for one in highlights({"body": [marked("[الزور]."), long]})] == [long]
    assert [one.text for one in highlights({"body": [marked("[الزور].")]})] == ["الزور."]


@pytest.mark.parametrize(
    ("marks", "dated"), [([], True), (["no_zone"], True), (["missing"], False), (["future", "no_zone"], False)]
)
def test_an_article_whose_time_is_its_arrival_s_is_not_dated(marks, dated):
    found = hit([])
    found["inner_hits"]["articles"]["hits"]["hits"][0]["_source"]["time_marks"] = marks
    answered = search_answer(
        {"hits": {"total": {"value": 1}, "hits": [found]}}, {}, q="", sort="newest", page=1, size=10
    )
    assert answered.hits[0].hits[0].dated is dated


def hit(links):
    article = {
        "id": "c",
        "source": "okaz",
        "title": "عنوان",
        "published_at": "2018-02-09T00:00:00Z",
        "language": "ar",
        "story_id": "a",
        "relation": "copy",
        "links": links,
    }
    inner = {"hits": {"total": {"value": 1}, "hits": [{"_source": article}]}}
    return {"fields": {"story_id": ["a"]}, "_score": 3.0, "inner_hits": {"articles": inner}}


def link(id_, story_id, contained):
    return {"id": id_, "story_id": story_id, "jaccard": 0.1, "contained": contained, "contains": 0.2, "shared": 9}


def answer(links, stories=None):
    found = {"hits": {"total": {"value": 1}, "hits": [hit(links)]}}
    return search_answer(found, stories or {}, q="", sort="newest", page=1, size=10).hits[0]


def test_the_share_of_a_copy_is_its_best_match_within_the_story():
    best = answer([link("b", "a", 0.5), link("a", "a", 0.9), link("x", "other", 1.0)]).hits[0].share
    assert (best.id, best.contained) == ("a", 0.9)


def test_an_article_without_links_shares_nothing():
    assert answer([]).hits[0].share is None


def test_a_story_whose_document_is_not_there_yet_is_told_by_its_articles():
    story = answer([])
    assert (story.title, story.origin, story.articles, story.outlets) == ("عنوان", None, 1, {"okaz": 1})

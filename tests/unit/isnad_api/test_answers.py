"""Highlights and shares, taken out of what Elasticsearch answers."""

import pytest

from isnad_api.answers import highlight, search_answer
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

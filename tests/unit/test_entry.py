"""What the ways in refuse is what prepare refuses, as far as that shows without reading the page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isnad import codec, entry
from isnad.errors import RecordError
from isnad.messages import RawArticle, Takedown
from isnad.testing.builders import MOMENT, record
from isnad_prepare.pages import prepare_record


def article(**fields):
    return RawArticle(schema=1, source="s", id="s:1", **fields)


def let_in(raw):
    try:
        entry.check(raw)
    except RecordError:
        return False
    return True


def prepared(raw):
    return prepare_record(record(codec.encode(raw)), "articles.prepared", lambda _: "ar").status == "passed"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"body": "."}, False),
        ({"body": "\u200f🔥 …"}, False),
        ({"body": " "}, False),
        ({"title": "&nbsp; "}, False),
        ({"title": "…"}, True),
        ({"title": "&#" + "9" * 5000 + ";"}, True),
        ({"html": "<html></html>"}, False),
        ({"html": "<p title='عنوان'>&nbsp;&#160;—</p>"}, False),
        ({"html": "<p>&#1582;&#1576;&#1585;</p>"}, True),
        ({"html": "<p>< 3</p>"}, True),
        ({"html": "نص"}, True),
        ({"body": ".", "html": "<p>نص</p>"}, False),
        ({"body": " ", "html": "<p>نص</p>"}, True),
        ({"body": "نص", "tags": ("\0",)}, False),
        ({"body": "نص", "language": "\0"}, False),
        ({"body": "نص", "tags": ("وسم" * 1_000,) * 2, "url": "https://example.org/" + "a" * 1_900}, True),
        ({"body": "نص", "tags": ("وسم" * 1_000,) * 2, "url": "https://example.org/" + "a" * 2_000}, False),
    ],
)
def test_a_record_is_let_in_where_prepare_makes_an_article_of_it(fields, expected):
    raw = article(**fields)
    assert (let_in(raw), prepared(raw)) == (expected, expected)


_PIECES = st.sampled_from([*"<>&; .…\0\n-/!a", "<p>", "</p>", "&nbsp;", "&#1582;", "خبر", "<!--", "-->", "title="])
_TEXTS = st.none() | st.lists(_PIECES, max_size=6).map("".join)


@given(_TEXTS, _TEXTS, _TEXTS)
def test_whatever_is_kept_out_prepare_would_refuse_as_well(title, body, html):
    """The other way round only where the page has to be read to know it."""
    raw = article(title=title, body=body, html=html)
    assert let_in(raw) or not prepared(raw)


def test_a_takedown_that_is_let_in_is_carried_out():
    """Whatever character its reason holds; the 65 control characters (C0, DEL, C1) are kept out."""
    kept_out = 0
    for reason in map("a{:c}b".format, range(0x2100)):
        try:
            entry.check_takedown("a", reason)
        except RecordError:
            kept_out += 1
            continue
        sent = Takedown(schema=1, kind="takedown", id="a", at=MOMENT, reason=reason)
        assert prepare_record(record(sent, key=b"a"), "articles.prepared").status == "passed"
    assert kept_out == 65


@pytest.mark.parametrize(("id_", "reason"), [("", ""), (" a", ""), ("a\n", ""), ("a" * 513, ""), ("a", "a" * 1001)])
def test_a_takedown_that_nobody_can_mean_is_kept_out(id_, reason):
    with pytest.raises(RecordError):
        entry.check_takedown(id_, reason)

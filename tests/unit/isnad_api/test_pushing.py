"""What a push holds: articles, and lines of which none can be made."""

import json

import pytest

from isnad.codec import decode
from isnad.messages import RawArticle, Reason
from isnad.topics import MAX_RAW_BYTES
from isnad_api.pushing import read_lines

ARTICLE = {"schema": 1, "source": "alwatan", "id": "alwatan/1", "title": "عنوان", "body": "نص"}


def lines(*texts):
    return read_lines(b"\n".join(texts), "articles.raw", several=True)


def line(**fields):
    return json.dumps({**ARTICLE, **fields}, ensure_ascii=False).encode()


def test_an_article_becomes_a_message_under_its_id():
    (one,) = read_lines(line(), "articles.raw", several=False)
    assert (one.id, one.message.topic, one.message.key) == ("alwatan/1", "articles.raw", b"alwatan/1")
    assert decode(RawArticle, one.message.value).body == "نص"


def test_an_article_over_several_lines_is_one_article():
    text = json.dumps(ARTICLE, indent=2).encode()
    assert [one.id for one in read_lines(text, "articles.raw", several=False)] == ["alwatan/1"]


def test_the_version_need_not_be_said_and_is_in_the_message():
    (one,) = lines(json.dumps({name: value for name, value in ARTICLE.items() if name != "schema"}).encode())
    assert decode(RawArticle, one.message.value).schema == 1


def test_lines_are_counted_with_the_blank_ones():
    assert [one.number for one in lines(b"", line(), b"  ", line(id="b"), b"")] == [2, 4]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", Reason.INVALID_JSON),
        (b"\xff", Reason.INVALID_UTF8),
        (b"[]", Reason.SCHEMA_INVALID),
        (b"null", Reason.SCHEMA_INVALID),
        (line(schema=2), Reason.SCHEMA_UNSUPPORTED),
        (line(source=" "), Reason.SCHEMA_INVALID),
        (line(source=7), Reason.SCHEMA_INVALID),
        (line(body=None, title=None), Reason.NO_TEXT),
        (line(body=" ", title=" "), Reason.NO_TEXT),
        (b'{"source": "a", "body": "\\ud800"}', Reason.INVALID_JSON),
        (b'{"source": "a", "deep": ' + b"[" * 10_000, Reason.TOO_DEEP),
        (line(body="ن" * MAX_RAW_BYTES), Reason.TOO_LARGE),
    ],
)
def test_a_line_of_which_no_article_can_be_made_says_why(text, reason):
    first, second = lines(text, line())
    assert first.error.reason is reason
    assert first.message is None
    assert second.error is None


@pytest.mark.parametrize("body", ["", " ", None])
def test_a_headline_alone_is_an_article(body):
    (one,) = lines(line(body=body))
    assert one.error is None


def test_no_escape_makes_a_record_larger_than_the_chain_takes():
    """Half of the bytes, all of them DEL written as they are: JSON keeps them."""
    (one,) = lines(line(body="\x7f" * (MAX_RAW_BYTES - 200)))
    assert one.error is None
    assert len(one.message.value) <= MAX_RAW_BYTES

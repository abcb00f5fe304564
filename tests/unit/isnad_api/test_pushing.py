"""What a push holds: articles, and lines of which none can be made."""

import json
import tracemalloc

import pytest

from isnad.codec import decode
from isnad.messages import RawArticle, Reason
from isnad.topics import MAX_RAW_BYTES
from isnad_api.pushing import has_more_lines, read_lines

ARTICLE = {"schema": 1, "source": "alwatan", "id": "alwatan/1", "title": "عنوان", "body": "نص"}


def lines(*texts):
    return list(read_lines(b"\n".join(texts), "articles.raw", several=True))


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
        (line(body=".", title=None), Reason.NO_TEXT),
        (line(body="a\0b"), Reason.SCHEMA_INVALID),
        (line(tags=["a", "\0"]), Reason.SCHEMA_INVALID),
        (line()[:-1] + b',"body":"again"}', Reason.SCHEMA_INVALID),
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


@pytest.mark.parametrize(
    ("body", "number"),
    [(b"", 0), (b"\n\n \t\r\n", 0), (b"a", 1), (b"a\n", 1), (b"\n a \n\n\nb\n", 2), (b"a\r\nb\r\nc", 3)],
)
def test_lines_that_hold_something_are_counted(body, number):
    assert not has_more_lines(body, number)
    assert number == 0 or has_more_lines(body, number - 1)


def test_of_a_refused_line_little_more_than_its_reason_is_kept():
    """An exception with its traceback and cause has over a kilobyte, and the line itself beside."""
    body = b"1\n" * 2000
    tracemalloc.start()
    refused = lines(*body.split())
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(refused) == 2000
    assert used / 2000 < 500


def test_blank_lines_take_no_memory():
    body = b" \n\r\n" * 200_000
    tracemalloc.start()
    assert not lines(body)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2 * len(body)

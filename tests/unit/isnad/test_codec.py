"""Records to bytes and back, and every way in which bytes can be wrong."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isnad import codec
from isnad.errors import RecordError
from isnad.messages import Link, MatchedArticle, PreparedArticle, RawArticle, Reason, Span, Takedown, Verdict
from isnad.testing.builders import matched_article, prepared_article, raw_article

DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.EMPTY),
        (b"", Reason.EMPTY),
        (b" \n\t", Reason.EMPTY),
        (b'{"schema":1,"source":"\xff"}', Reason.INVALID_UTF8),
        (b'{"schema":1,"source":"\xed\xa0\x80"}', Reason.INVALID_UTF8),
        ('{"schema":1,"source":"x"}'.encode("utf-16"), Reason.INVALID_UTF8),
        ('{"schema":1,"source":"سبق"}'.encode("windows-1256"), Reason.INVALID_UTF8),
        (b"\x1f\x8b\x08\x00", Reason.INVALID_UTF8),
        (b"not json", Reason.INVALID_JSON),
        (b'{"schema":1,"source":"x"', Reason.INVALID_JSON),
        (b'{"schema":1,"source":"x"} {}', Reason.INVALID_JSON),
        (b'{"schema":1,"source":"x","n":NaN}', Reason.INVALID_JSON),
        (b'{"schema":1,"source":"a\x00b"}', Reason.INVALID_JSON),
        (b'{"schema":1,"source":"\\ud800"}', Reason.INVALID_JSON),
        (b'{"schema":1,"source":"\\udc00\\ud800"}', Reason.INVALID_JSON),
        (b'{"schema":1,"source":"x","n":' + DEEP, Reason.TOO_DEEP),
        (b'{"schema":1,"source":"x","n":' + DEEP + b"]" * 100_000 + b"}", Reason.TOO_DEEP),
        (b'{"n":' * 100_000, Reason.TOO_DEEP),
        (b"null", Reason.SCHEMA_INVALID),
        (b"[]", Reason.SCHEMA_INVALID),
        (b"{}", Reason.SCHEMA_INVALID),
        (b'{"source":"x"}', Reason.SCHEMA_INVALID),
        (b'{"schema":1}', Reason.SCHEMA_INVALID),
        (b'{"schema":"1","source":"x"}', Reason.SCHEMA_INVALID),
        (b'{"schema":true,"source":"x"}', Reason.SCHEMA_INVALID),
        (b'{"schema":' + b"9" * 5000 + b',"source":"x"}', Reason.SCHEMA_INVALID),
        (b'{"schema":1e999,"source":"x"}', Reason.SCHEMA_INVALID),
        (b'{"schema":1,"source":["x"]}', Reason.SCHEMA_INVALID),
        (b'{"schema":1,"source":5, broken', Reason.SCHEMA_INVALID),
        (b'{"schema":1,"source":"a","source":"b"}', Reason.SCHEMA_INVALID),
        (b'{"schema":1,"source":"a","more":{"x":1,"x":2}}', Reason.SCHEMA_INVALID),
        (b'{"schema":1,"source":"a\\u0000b"}', Reason.SCHEMA_INVALID),
        (b'{"schema":1,"source":"a","tags":["x","y\\u0000"]}', Reason.SCHEMA_INVALID),
        (b'{"schema":0,"source":"x"}', Reason.SCHEMA_UNSUPPORTED),
        (b'{"schema":2,"source":"x"}', Reason.SCHEMA_UNSUPPORTED),
        (b'{"schema":2,"source":{"name":"x"}}', Reason.SCHEMA_UNSUPPORTED),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_wrong_with_bytes_is_told_apart(value, reason):
    """Each kind of poison has its reason and a sentence."""
    with pytest.raises(RecordError) as caught:
        codec.decode(RawArticle, value)
    assert caught.value.reason is reason
    assert caught.value.detail


class _Stricter(RawArticle, frozen=True, kw_only=True):
    """As the API has one."""


@pytest.mark.parametrize("more", [b'"body":"a\\u0000"', b'"body":"one","body":"two"'])
def test_what_is_refused_of_an_article_is_refused_of_its_kinds(more):
    with pytest.raises(RecordError):
        codec.decode(_Stricter, b'{"schema":1,"source":"a",' + more + b"}")


@given(st.binary() | st.text().map(str.encode) | st.from_regex(rb'\{"schema":[0-9"{}\[\],:ntrue]*\}', fullmatch=True))
def test_whatever_the_bytes_the_only_error_is_a_record_error(value):
    """No bytes can end a stage."""
    with contextlib.suppress(RecordError):
        codec.decode(RawArticle, value)


def test_unknown_fields_a_byte_order_mark_and_an_escaped_backslash_are_no_fault():
    """A newer producer's fields are ignored, and the text u0000 after a backslash is no U+0000."""
    value = (
        b'\xef\xbb\xbf{"schema":1,"source":"x","body":"\\\\u0000","new":{"a":[1,2.5,null]},"big":' + b"9" * 5000 + b"}"
    )
    assert codec.decode(RawArticle, value) == RawArticle(schema=1, source="x", body="\\u0000")


@pytest.mark.parametrize("record", [raw_article(tags=("سياسة",)), prepared_article(), matched_article()])
def test_a_record_comes_back_as_it_was(record):
    """Encoding loses nothing, and the same record gives the same bytes."""
    value = codec.encode(record)
    assert codec.decode(type(record), value) == record
    assert codec.encode(codec.decode(type(record), value)) == value


def test_arabic_is_written_as_itself():
    """UTF-8, not escapes: a third of the bytes."""
    assert "سوريا".encode() in codec.encode(raw_article(title="سوريا"))


def test_the_passages_of_a_link_survive():
    """Nested records of several levels."""
    link = Link(id="b", story_id="b", jaccard=0.25, contained=0.5, contains=0.4, shared=7, passages=(Span(3, 9),))
    matched = matched_article(verdict=Verdict(story_id="b", relation="partial", links=(link,)))
    assert codec.decode(MatchedArticle, codec.encode(matched)).verdict.links[0].passages[0].end == 9


def test_our_own_records_are_not_looked_at_twice():
    """Only what anybody may send is checked for fields that are there twice; the last one counts elsewhere."""
    value = codec.encode(prepared_article()).replace(b'"id":"a1"', b'"id":"a0","id":"a1"')
    assert codec.decode(PreparedArticle, value).id == "a1"


TAKEDOWN = {"schema": 1, "kind": "takedown", "id": "a", "at": "2026-01-01T12:00:00Z"}


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({}, Takedown),
        ({"kind": "restore"}, Takedown),
        ({"kind": "retraction", "source": "x"}, RawArticle),
        ({"kind": None, "source": "x"}, RawArticle),
        ({"kind": {"kind": "takedown"}, "source": "x"}, RawArticle),
    ],
)
def test_what_is_a_takedown_says_so_itself(more, kind):
    value = msgspec.json.encode(TAKEDOWN | more)
    assert type(codec.decode_either(RawArticle, Takedown, b"\xef\xbb\xbf" + value)) is kind


def test_a_text_that_speaks_of_takedowns_is_none():
    raw = raw_article(body='{"kind": "takedown"}', tags=("kind", "takedown"))
    assert codec.decode_either(RawArticle, Takedown, codec.encode(raw)) == raw


@pytest.mark.parametrize(
    "broken", [b'{"kind":"takedown"', b'{"kind":"takedown","kind":"takedown"}', b'"kind"', b"\xff"]
)
def test_what_only_begins_like_a_takedown_is_an_error(broken):
    with pytest.raises(RecordError):
        codec.decode_either(RawArticle, Takedown, broken)

"""From foreign fields to raw records."""

import json

import pytest

from isnad.errors import RequestError
from isnad_feeder.fields import message, parse_mapping
from isnad_feeder.places import Page, Place, Unreadable

HERE = Place("a.json")


def record(fields: dict[str, object], mapping: dict[str, str] | None = None, source: str | None = None) -> object:
    return json.loads(message(Page(HERE, fields), mapping or {}, source, "articles.raw").value)


def test_foreign_names_are_mapped() -> None:
    """Mapped fields come over under isnad's names, isnad's own as they are, unknown ones stay behind."""
    mapping = parse_mapping(["body=content,published_at=date_extracted", "url = link"])
    foreign = {"source": "o", "content": "نص", "date_extracted": "2015-07-21 02:51:32", "link": "http://a.example/1"}
    assert record({**foreign, "title": "عنوان", "likes": 3}, mapping) == {
        "schema": 1,
        "source": "o",
        "body": "نص",
        "published_at": "2015-07-21 02:51:32",
        "url": "http://a.example/1",
        "title": "عنوان",
    }


def test_a_record_without_the_foreign_name_may_use_ours() -> None:
    """Files of both kinds can be fed at once."""
    assert record({"source": "o", "body": "نص"}, {"body": "content"}) == {"schema": 1, "source": "o", "body": "نص"}


@pytest.mark.parametrize("wrong", ["body", "body=", "=content", "text=content", "schema=x", "body=a,,url=b"])
def test_a_wrong_mapping_is_the_users_mistake(wrong: str) -> None:
    """It says how to write it, or which fields there are."""
    with pytest.raises(RequestError, match="--map"):
        parse_mapping([wrong])


def test_the_records_own_source_wins() -> None:
    """--source fills in only where a record names none; a blank one counts as none."""
    assert record({"source": "own", "body": "x"}, source="given")["source"] == "own"
    assert record({"source": " ", "body": "x"}, source="given")["source"] == "given"


def test_a_headline_alone_is_an_article() -> None:
    """As it is by HTTP, where no other field could be its text."""
    assert record({"source": "o", "title": "a headline"})["title"] == "a headline"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (
            {"source": "o", "t": "short", "content": "a long text", "n": 3},
            (
                "has no `body` (its fields are source, t, content, n); "
                "say which field is the text, as in --map body=content"
            ),
        ),
        ({}, "has no `body` (it has no fields), and no title either"),
        ({"source": "o"}, "has no `body` (its fields are source), and no title either"),
        (
            {"source": "o", "title": "a headline", "text": "and its text"},
            "has no `body` (its fields are source, title, text); say which field is the text, as in --map body=text",
        ),
        ({"body": "x"}, "names no source (its fields are body); say whose articles these are: --source NAME"),
        ({"source": "o", "body": ""}, "`body` is empty, and there is no title"),
        ({"source": ["o"], "body": "x"}, "`source` is a list, where text is wanted"),
        ({"source": "o", "body": "x", "title": True}, "`title` is true or false, where text is wanted"),
        ({"source": "o", "body": "x", "tags": "a,b"}, "`tags` is text, where a list of strings is wanted"),
        ({"source": "o", "body": "x", "schema": 2}, "schema 2; this version of isnad reads up to 1"),
        ({"source": "o" * 129, "body": "x"}, "`source` is longer than 128 bytes"),
        ({"source": "o", "body": "a\0b"}, "`body` holds the character U+0000"),
        ({"source": "o", "body": "x", "tags": ["\0"]}, "`tags` holds the character U+0000"),
        (
            {"source": "o", "html": "<html></html>"},
            "there is no text: `body` or `html` is required, with words in it",
        ),
        ({"source": "o", "body": "\ud800"}, "holds half a character (a lone surrogate)"),
    ],
)
def test_what_is_no_article_is_refused(fields: dict[str, object], reason: str) -> None:
    """Each with a sentence that says what is missing or wrong."""
    with pytest.raises(Unreadable) as refused:
        record(fields)
    assert str(refused.value) == reason


def test_a_headline_alone_goes_through() -> None:
    """The chain has a rule for articles without text; it needs to see them."""
    assert record({"source": "o", "title": "عاجل", "body": None}) == {
        "schema": 1, "source": "o", "title": "عاجل", "body": "",
    }  # fmt: skip


@pytest.mark.parametrize("source", ["a", "b"])
def test_a_number_as_an_id_is_its_outlets_own(source: str) -> None:
    """Every outlet's database has a row 1; one must not overwrite the other's."""
    sent = message(Page(HERE, {"body": "x", "nr": 1}), {"id": "nr"}, source, "articles.raw")
    assert (sent.key.decode(), json.loads(sent.value)["id"]) == (f"{source}:1", f"{source}:1")


def test_a_text_as_an_id_stays_as_it_is() -> None:
    """Whoever gave it finds the article under it, digits or not."""
    sent = message(Page(HERE, {"source": "o", "body": "x", "id": "17"}), {}, None, "articles.raw")
    assert (sent.key, json.loads(sent.value)["id"]) == (b"17", "17")


def test_the_same_page_is_the_same_message() -> None:
    """Fed twice it has the same key and the same bytes."""
    page = Page(HERE, {"source": "o", "body": "نص", "tags": ["أ"], "extra": 1})
    assert message(page, {}, None, "articles.raw") == message(page, {}, None, "articles.raw")

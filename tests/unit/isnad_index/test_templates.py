"""The index templates and the documents agree, and nothing is asked of Elasticsearch that only some servers have."""

import json

import msgspec
import pytest

from isnad.indexes import Indexes
from isnad_index import templates
from isnad_index.documents import (
    ArticleDocument,
    MarkDocument,
    NoteDocument,
    OriginDocument,
    StoryDocument,
    TakedownDocument,
)
from isnad_index.entities import EntityDocument, RecountDocument

STOCK_FILTERS = {"pattern_capture", "pattern_replace", "unique", "mapping", "lowercase"}


@pytest.mark.parametrize(
    ("documents", "fields"),
    [
        ([ArticleDocument], templates.ARTICLE_FIELDS),
        ([StoryDocument], templates.STORY_FIELDS),
        ([TakedownDocument, MarkDocument, NoteDocument], templates.TAKEDOWN_FIELDS),
        ([EntityDocument], templates.ENTITY_FIELDS),
        ([RecountDocument], templates.RECOUNT_FIELDS),
    ],
)
def test_a_field_stands_in_the_template_exactly_when_it_stands_in_a_document(documents, fields):
    assert {field.encode_name for one in documents for field in msgspec.structs.fields(one)} == set(fields)


def test_the_origin_of_a_story_has_the_fields_of_its_document():
    fields = {field.encode_name for field in msgspec.structs.fields(OriginDocument)}
    assert set(templates.STORY_FIELDS["origin"]["properties"]) == fields


def test_no_document_can_add_a_field():
    for body in templates.templates(Indexes(), 0).values():
        assert body["template"]["mappings"]["dynamic"] is False


def test_the_articles_template_gives_each_month_the_alias():
    body = templates.templates(Indexes("news"), 1)["news-articles"]
    assert body["index_patterns"] == ["news-articles-*"]
    assert body["template"]["aliases"] == {"news-articles": {}}
    assert body["template"]["settings"]["number_of_replicas"] == 1


def test_only_stock_filters_are_used():
    parts = templates.templates(Indexes(), 0)["isnad-articles"]["template"]["settings"]["analysis"]
    kinds = {part["type"] for part in [*parts["char_filter"].values(), *parts["filter"].values()]}
    assert kinds <= STOCK_FILTERS
    assert {analyzer["tokenizer"] for analyzer in parts["analyzer"].values()} == {"standard"}


def test_no_keyword_is_longer_than_lucene_takes():
    """Lucene's end is 32,766 bytes, a character has up to 4."""
    of_all = (
        *(templates.ARTICLE_FIELDS, templates.STORY_FIELDS, templates.TAKEDOWN_FIELDS),
        *(templates.ENTITY_FIELDS, templates.RECOUNT_FIELDS),
    )
    for fields in of_all:
        for field in fields.values():
            if field.get("type") == "keyword":
                assert field["ignore_above"] * 4 <= 32_766


def test_templates_are_json():
    assert json.loads(json.dumps(templates.templates(Indexes(), 0)))

"""The published JSON Schemas."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
from click.testing import CliRunner

from isnad import codec
from isnad.errors import RequestError
from isnad.testing.builders import (
    enriched_article,
    matched_article,
    prepared_article,
    raw_article,
    story_change,
)
from isnad_cli.schemas import schemas, schemas_by_file

COMMITTED = Path(__file__).parents[3] / "docs" / "schemas"


def test_the_committed_schemas_are_those_that_the_records_give():
    """Otherwise: isnad schemas --output docs/schemas."""
    assert {file.name: file.read_bytes() for file in COMMITTED.glob("*")} == schemas_by_file()


def validator(topic):
    schema = json.loads(schemas_by_file()[f"{topic}.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize(
    ("topic", "record"),
    [
        ("articles.raw", raw_article(tags=("سياسة",), url="https://example.com/1")),
        ("articles.prepared", prepared_article()),
        ("articles.matched", matched_article()),
        ("articles.enriched", enriched_article()),
        ("stories.changes", story_change()),
    ],
)
def test_our_records_are_valid_by_them_and_a_missing_field_is_not(topic, record):
    """By another library than the one that reads them."""
    value = json.loads(codec.encode(record))
    assert validator(topic).is_valid(value)
    for field in msgspec.structs.fields(record):
        if field.required:
            assert not validator(topic).is_valid({name: one for name, one in value.items() if name != field.name})


def test_a_raw_article_needs_a_body_or_a_page_and_may_have_more():
    """The public contract: unknown fields are ignored, another major version is not."""
    raw = validator("articles.raw")
    assert raw.is_valid({"schema": 1, "source": "x", "body": "نص"})
    assert raw.is_valid({"schema": 1, "source": "x", "html": "<p>نص</p>", "unknown": [1, 2]})
    assert not raw.is_valid({"schema": 1, "source": "x"})
    assert not raw.is_valid({"schema": 2, "source": "x", "body": "نص"})


def test_the_command_writes_one_file_for_each_topic(tmp_path):
    """And says which."""
    result = CliRunner().invoke(schemas, ["--output", str(tmp_path / "new")])
    assert result.exit_code == 0
    assert len(list((tmp_path / "new").iterdir())) == 6
    assert "articles.raw.json" in result.output


def test_a_folder_that_can_not_be_made_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / "new", tmp_path / ("a" * 300)):
        result = CliRunner().invoke(schemas, ["--output", str(folder)])
        assert isinstance(result.exception, RequestError)
        assert "Name another: --output." in str(result.exception)

"""Records of older and newer producers: unknown fields are ignored, missing ones have defaults, a new major dies."""

import json
from pathlib import Path

import msgspec
import pytest

from isnad.codec import decode, encode
from isnad.errors import RecordError
from isnad.messages import (
    EnrichedArticle,
    MatchedArticle,
    PreparedArticle,
    RawArticle,
    Reason,
    StoryChange,
)

EXAMPLES = Path("tests/examples")
KINDS: list[tuple[str, type[msgspec.Struct]]] = [
    ("articles.raw/0_page_of_four_articles.json", RawArticle),
    ("articles.prepared/0_page_of_four_articles.1.json", PreparedArticle),
    ("articles.matched/0_original.json", MatchedArticle),
    ("articles.enriched/0_original.json", EnrichedArticle),
    ("stories.changes/0_new_story.json", StoryChange),
]
MAPS = {"outlets"}
"""Objects whose names are no fields."""


def example(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((EXAMPLES / name).read_bytes())
    return found


def with_more(value: object) -> object:
    """The same with fields of a later version at every depth."""
    if isinstance(value, dict):
        fields = {name: one if name in MAPS else with_more(one) for name, one in value.items()}
        return {"added_later": [{"x": None}], **fields, "z": 1.5}
    return [with_more(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_fields_of_a_newer_minor_version_are_ignored(name: str, kind: type[msgspec.Struct]) -> None:
    given = example(name)
    assert decode(kind, json.dumps(with_more(given)).encode()) == decode(kind, json.dumps(given).encode())


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_a_record_of_an_older_version_is_read_with_the_defaults_of_what_it_lacks(
    name: str, kind: type[msgspec.Struct]
) -> None:
    """Every optional field is missing, as before it was there; what is written then is whole and reads the same."""
    optional = {field.name for field in msgspec.structs.fields(kind) if not field.required}
    given = {field: value for field, value in example(name).items() if field not in optional - {"body"}}
    record = decode(kind, json.dumps(given).encode())
    assert decode(kind, encode(record)) == record


@pytest.mark.parametrize(("name", "kind"), KINDS)
@pytest.mark.parametrize("schema", [0, 2, 99])
def test_an_unknown_major_version_is_a_dead_letter_that_says_so(
    name: str, kind: type[msgspec.Struct], schema: int
) -> None:
    """Also where the rest of the record is not what it was."""
    for given in (example(name) | {"schema": schema}, {"schema": schema}, {"schema": schema, "source": ["x"]}):
        with pytest.raises(RecordError, match=f"schema {schema}") as caught:
            decode(kind, json.dumps(given).encode())
        assert caught.value.reason is Reason.SCHEMA_UNSUPPORTED

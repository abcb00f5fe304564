"""Recorded messages of every topic are what the schemas say; each service's tests replay those that it reads."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from isnad import messages
from isnad.codec import decode, encode
from isnad.topics import Topics

HERE = Path(__file__).parent
SPECS = Topics().specs()
EXAMPLES = [(spec.name, spec.record, file) for spec in SPECS for file in sorted((HERE / spec.name).glob("*.json"))]


@pytest.mark.parametrize("topic", [spec.name for spec in SPECS])
def test_every_topic_has_recorded_examples(topic: str) -> None:
    assert any(name == topic for name, _, _ in EXAMPLES), f"tests/examples/{topic}/ is empty"


@pytest.mark.parametrize(("topic", "record", "file"), EXAMPLES, ids=lambda value: getattr(value, "name", value))
def test_an_example_is_what_the_published_schema_says(topic: str, record: str, file: Path) -> None:
    schema = json.loads(Path(f"docs/schemas/{topic}.json").read_text())
    jsonschema.validate(json.loads(file.read_bytes()), schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize(("topic", "record", "file"), EXAMPLES, ids=lambda value: getattr(value, "name", value))
def test_reading_and_writing_an_example_loses_nothing(topic: str, record: str, file: Path) -> None:
    kind: type[msgspec.Struct] = getattr(messages, record)
    given: dict[str, Any] = json.loads(file.read_bytes())
    written = json.loads(encode(decode(kind, file.read_bytes())))
    assert {name: written.get(name) for name in given} == given

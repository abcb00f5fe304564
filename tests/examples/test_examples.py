"""Recorded messages of every topic are what the schemas say; each service's tests replay those that it reads."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from isnad import messages
from isnad.codec import decode_either, encode
from isnad.topics import Topics, TopicSpec

HERE = Path(__file__).parent
SPECS = Topics().specs()
EXAMPLES = [(spec.name, spec, file) for spec in SPECS for file in sorted((HERE / spec.name).glob("*.json"))]


def _name(value: Any) -> str:
    return str(getattr(value, "name", value))


@pytest.mark.parametrize("topic", [spec.name for spec in SPECS])
def test_every_topic_has_recorded_examples(topic: str) -> None:
    assert any(name == topic for name, _, _ in EXAMPLES), f"tests/examples/{topic}/ is empty"


@pytest.mark.parametrize(("topic", "file"), [(topic, file) for topic, _, file in EXAMPLES], ids=_name)
def test_an_example_is_what_the_published_schema_says(topic: str, file: Path) -> None:
    schema = json.loads(Path(f"docs/schemas/{topic}.json").read_text())
    jsonschema.validate(json.loads(file.read_bytes()), schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("spec", [spec for spec in SPECS if spec.takedowns], ids=_name)
def test_where_takedowns_travel_there_are_both_kinds(spec: TopicSpec) -> None:
    kinds = {json.loads(file.read_bytes()).get("kind") for one, _, file in EXAMPLES if one == spec.name}
    assert kinds == {None, "takedown", "restore"}


@pytest.mark.parametrize(("spec", "file"), [(spec, file) for _, spec, file in EXAMPLES], ids=_name)
def test_reading_and_writing_an_example_loses_nothing(spec: TopicSpec, file: Path) -> None:
    kind: type[msgspec.Struct] = getattr(messages, spec.record)
    takedown: type[msgspec.Struct] = getattr(messages, spec.takedowns or spec.record)
    given: dict[str, Any] = json.loads(file.read_bytes())
    written = json.loads(encode(decode_either(kind, takedown, file.read_bytes())))
    assert {name: written.get(name) for name in given} == given

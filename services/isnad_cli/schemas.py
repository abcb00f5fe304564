"""`isnad schemas`: the records' JSON Schemas, made from `isnad.messages`."""

from pathlib import Path
from typing import Any

import click
import msgspec

from isnad import messages
from isnad.errors import RequestError
from isnad.topics import Topics, TopicSpec

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(spec: TopicSpec) -> dict[str, Any]:
    """Return the JSON Schema of a topic's messages."""
    names = [name for name in (spec.record, spec.takedowns) if name is not None]
    references, definitions = msgspec.json.schema_components(
        [getattr(messages, name) for name in names], ref_template="#/$defs/{name}"
    )
    for name in names:
        version = {"const": messages.SCHEMA, "description": "Major version of the record."}
        definitions[name]["properties"]["schema"] = version
    if spec.record == "RawArticle":
        # A headline alone is an article too (an urgent one), flagged as such.
        definitions["RawArticle"]["anyOf"] = [{"required": [field]} for field in ("body", "html", "title")]
    what: dict[str, Any] = references[0] if len(names) == 1 else {"anyOf": list(references)}
    return {"$schema": _DIALECT, "title": f"{spec.name}: {' or '.join(names)}", **what, "$defs": definitions}


def schemas_by_file() -> dict[str, bytes]:
    """Return the text of each schema by the name of its file."""
    return {
        f"{spec.name}.json": msgspec.json.format(msgspec.json.encode(schema(spec), order="sorted")) + b"\n"
        for spec in Topics().specs()
    }


@click.command(epilog="Example: isnad schemas --output docs/schemas")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False, writable=True),
    required=True,
    help="Folder for the schemas; it is made if it is not there.",
)
def schemas(output: Path) -> None:
    """Write the JSON Schema of each topic's messages, one file per topic.

    They are made from the same definitions by which the services read, so they always agree.
    """
    for name, text in schemas_by_file().items():
        try:
            output.mkdir(parents=True, exist_ok=True)
            (output / name).write_bytes(text)
        except OSError as exc:
            raise RequestError(f"{output / name} can't be written ({exc.strerror}). Name another: --output.") from exc
        click.echo(output / name)

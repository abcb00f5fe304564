"""The recorded examples: each raw record is understood, and the prepared ones are what prepare makes of them today.

After a change of mind about an article, look at what changed and write the prepared ones anew:
`python tests/unit/isnad_prepare/test_examples.py`.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from isnad.codec import decode_either
from isnad.messages import PreparedArticle, Takedown
from isnad.outcomes import Record
from isnad_prepare.pages import prepare_record

EXAMPLES = Path(__file__).parents[2] / "examples"
RAW = sorted((EXAMPLES / "articles.raw").glob("*.json"))
PREPARED = EXAMPLES / "articles.prepared"
FIRST_ARRIVAL = datetime(2018, 2, 9, 8, 0, tzinfo=UTC)


def prepared(raw: Path) -> dict[str, bytes]:
    """The articles that prepare makes of an example, by the names of the files that they are recorded in."""
    number = int(raw.name.partition("_")[0])
    value = raw.read_bytes()
    # Only takedowns need one.
    key = json.loads(value)["id"].encode() if "kind" in json.loads(value) else None
    record = Record("articles.raw", 0, number, FIRST_ARRIVAL + timedelta(minutes=number), key, value)
    outcome = prepare_record(record, "articles.prepared")
    assert outcome.status == "passed", outcome.error
    names = [f"{raw.stem}.{part}.json" if len(outcome.messages) > 1 else raw.name for part in range(1, 100)]
    return {name: message.value for name, message in zip(names, outcome.messages, strict=False)}


@pytest.mark.parametrize("raw", RAW, ids=lambda path: path.stem)
def test_prepared_examples_are_what_prepare_makes_of_the_raw_ones(raw: Path) -> None:
    for name, value in prepared(raw).items():
        recorded = (PREPARED / name).read_bytes()
        assert decode_either(PreparedArticle, Takedown, value) == decode_either(PreparedArticle, Takedown, recorded)


def test_there_are_no_other_prepared_examples() -> None:
    assert {path.name for path in PREPARED.glob("*.json")} == {name for raw in RAW for name in prepared(raw)}


if __name__ == "__main__":
    for raw in RAW:
        for name, value in prepared(raw).items():
            (PREPARED / name).write_bytes(msgspec.json.format(value, indent=2) + b"\n")

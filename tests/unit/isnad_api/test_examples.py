"""The recorded examples of raw articles are what the API takes."""

from pathlib import Path

import pytest

RAW = Path(__file__).parents[2] / "examples" / "articles.raw"
EXAMPLES = sorted(file for file in RAW.glob("*.json") if not file.stem.endswith(("_takedown", "_restore")))


def test_there_are_examples():
    assert EXAMPLES


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
async def test_an_example_is_accepted(api, log, file):
    answer = await api.post("/v1/articles", content=file.read_bytes(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 202, answer.text
    assert len(log.messages) == 1

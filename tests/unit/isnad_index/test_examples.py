"""The recorded examples of both topics become documents that searches find."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from isnad.indexes import Indexes
from isnad.outcomes import Record
from isnad.testing.search import FakeIndex
from isnad.topics import Topics
from isnad_index.app import indexing
from isnad_index.recounting import Recounting
from isnad_index.setting_up import set_up
from isnad_index.writing import Writer

TOPICS = Topics()
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("topic", [TOPICS.enriched, TOPICS.changes])
async def test_every_example_is_indexed_and_again_changes_nothing(topic):
    index = FakeIndex()
    await set_up(index, Indexes(), 0)
    recounting = Recounting(index, Indexes())
    process = indexing(Writer(index), TOPICS, Indexes(), recounting)
    files = sorted((EXAMPLES / topic).glob("*.json"))
    assert files, f"{topic} has no examples"
    records = [
        Record(topic, 0, offset, datetime(2018, 2, 9, tzinfo=UTC), b"key", file.read_bytes())
        for offset, file in enumerate(files)
    ]
    assert [(await process([record]))[0].status for record in records] == ["indexed"] * len(files)
    await recounting.settle()
    before = index.standing()
    assert before
    await process(records)
    await recounting.settle()
    assert index.standing() == before

"""What is counted on all shingles, which are on disk."""

import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from isnad.errors import StorageUnavailable
from isnad.similarity.index import NearDuplicateIndex
from isnad.similarity.verifying import read, will_read

TEXT = " ".join(f"word{number}" for number in range(100))


@pytest.fixture
def index(tmp_path: Path) -> NearDuplicateIndex:
    index = NearDuplicateIndex(folder=tmp_path)
    index.advance(datetime(2020, 1, 1, tzinfo=UTC))
    index.add("a", TEXT)
    return index


def test_texts_of_one_batch_are_counted_without_the_disk(index: NearDuplicateIndex, tmp_path: Path):
    """Their shingles are at hand: what was lost of an older text does not matter to them."""
    os.truncate(tmp_path / "shingles-0", 8)
    other = TEXT.replace("word", "other")
    taken = index.extend([("b", other), ("c", other)])
    assert [match.key for match in taken[1].matches] == ["b"]


def test_shingles_that_the_disk_does_not_give_are_an_error(index: NearDuplicateIndex, tmp_path: Path):
    """Never a smaller share, and never the end of the process."""
    os.truncate(tmp_path / "shingles-0", 8)
    with pytest.raises(StorageUnavailable, match="can't read its own file of shingles"):
        index.match(TEXT)
    with pytest.raises(StorageUnavailable, match="can't read its own file of shingles"):
        index.hashes(0)


def test_what_is_read_is_what_stands_there(tmp_path: Path):
    """From a place on, counted in hashes."""
    path = tmp_path / "numbers"
    np.arange(100, dtype=np.uint64).tofile(path)
    with path.open("rb") as file:
        will_read(file.fileno(), np.array([3, 90]), np.array([5, 10], np.int32))
        assert read(file.fileno(), 3, 5).tolist() == [3, 4, 5, 6, 7]
        with pytest.raises(StorageUnavailable):
            read(file.fileno(), 95, 6)

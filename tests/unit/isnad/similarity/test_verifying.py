"""What is counted on all shingles, which are on disk."""

import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from isnad.errors import StorageUnavailable
from isnad.similarity.index import NearDuplicateIndex
from isnad.similarity.verifying import read

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


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="only where files can be put out of the system's memory")
def test_what_is_not_in_the_systems_memory_is_counted_too(index: NearDuplicateIndex, tmp_path: Path):
    """What is there is counted first, the rest when the disk has given it; one text has candidates of both kinds."""
    index.extend([(f"filler-{number}", f"{number} " + TEXT.replace("word", f"w{number}-")) for number in range(200)])
    index.add("b", TEXT)
    with (tmp_path / "shingles-0").open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        file.seek(-8, os.SEEK_END)
        file.read(8)
    assert [(match.key, match.shared) for match in index.match(TEXT)] == [("a", 96), ("b", 96)]


def test_what_is_read_is_what_stands_there(tmp_path: Path):
    """From a place on, counted in hashes."""
    path = tmp_path / "numbers"
    np.arange(100, dtype=np.uint64).tofile(path)
    with path.open("rb") as file:
        assert read(file.fileno(), 3, 5).tolist() == [3, 4, 5, 6, 7]
        with pytest.raises(StorageUnavailable):
            read(file.fileno(), 95, 6)

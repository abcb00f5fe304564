"""Files of lines that can't be read to their end: what stands before is read, and the error says after which line."""

import gzip
from pathlib import Path

import pytest

from isnad.errors import RequestError
from isnad.linefiles import opened

LINES = b"".join(b'{"id":"%d"}\n' % number for number in range(300))
PACKED = gzip.compress(LINES)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (PACKED[:-4], "Compressed file ended before the end-of-stream marker was reached"),
        (PACKED[:-8] + bytes(8), "CRC check failed"),
        (PACKED + b"\nrotated\n", "Not a gzipped file"),
    ],
)
def test_no_whole_line_before_the_fault_is_lost(tmp_path: Path, content: bytes, why: str) -> None:
    """Cut within its checksum, with a wrong checksum, and with something else behind its end."""
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(content)
    found: list[tuple[int, bytes]] = []
    with opened(path) as lines, pytest.raises(RequestError) as refused:
        found.extend(lines)
    assert str(refused.value).startswith(f"{path} can't be read after line 300: {why}")
    assert found == list(enumerate(LINES.splitlines(keepends=True), start=1))


def test_gz_files_one_after_the_other_are_one(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(PACKED * 2)
    with opened(path) as lines:
        assert len(list(lines)) == 600

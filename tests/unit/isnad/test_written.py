"""The output file: it is no input, takes its name when all is written, and is not lost where it can't."""

import os
from pathlib import Path

import pytest

from isnad.errors import RequestError
from isnad.linefiles import must_not_overwrite

STANDARD = Path("-")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "articles.jsonl"
    file.write_bytes(b"{}\n")
    return file


def test_an_input_is_not_overwritten_by_any_of_its_names(source: Path, tmp_path: Path):
    (tmp_path / "soft").symlink_to(source)
    (tmp_path / "hard").hardlink_to(source)
    for name in (source, tmp_path / "soft", tmp_path / "hard", tmp_path / "." / "articles.jsonl"):
        with pytest.raises(
            RequestError, match=r"would overwrite the input .*articles\.jsonl\. Name another file: --out"
        ):
            must_not_overwrite([Path("/dev/null"), source], name)


def test_other_files_pipes_and_devices_may_be_written_to(source: Path, tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "same.jsonl").write_bytes(source.read_bytes())
    for given, output in [
        (source, tmp_path / "same.jsonl"),
        (source, tmp_path / "new.jsonl"),
        (source, tmp_path / "no-folder" / "new.jsonl"),
        (tmp_path / "none.jsonl", source),
        (tmp_path / "pipe", tmp_path / "pipe"),
        (Path("/dev/null"), Path("/dev/null")),
        (STANDARD, STANDARD),
        (STANDARD, source),
    ]:
        must_not_overwrite([given], output)


def test_a_stream_that_was_led_to_a_file_is_that_file(source: Path, monkeypatch: pytest.MonkeyPatch):
    with source.open() as given:
        monkeypatch.setattr("sys.stdin", given)
        with pytest.raises(RequestError, match="would overwrite the input -"):
            must_not_overwrite([STANDARD], source)
    with source.open("a") as led:
        monkeypatch.setattr("sys.stdout", led)
        with pytest.raises(RequestError, match="- would overwrite the input"):
            must_not_overwrite([source], STANDARD)

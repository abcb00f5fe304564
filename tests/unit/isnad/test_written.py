"""The output file: it is no input, takes its name when all is written, and is not lost where it can't."""

import os
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from isnad.errors import RequestError, SetupError
from isnad.linefiles import must_not_overwrite, written

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


def test_what_can_not_take_its_name_is_kept_and_named(tmp_path: Path):
    target = tmp_path / "verdicts.jsonl"

    def work() -> None:
        with written(target) as lines:
            lines.write(b"hours of work")
            target.mkdir()

    with pytest.raises(SetupError, match="Is a directory") as told:
        work()
    (kept,) = re.findall(r"lies in (\S+)\. Move it", str(told.value))
    assert Path(kept).read_bytes() == b"hours of work"


def test_what_was_deleted_with_its_folder_is_said_so(tmp_path: Path):
    target = tmp_path / "folder" / "verdicts.jsonl"
    target.parent.mkdir()
    with pytest.raises(SetupError, match=r"No such file.*deleted with its folder"), written(target):
        shutil.rmtree(target.parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file that is another user's")
def test_a_file_that_only_its_owner_may_replace_is_refused_before_the_work():
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o1777)
        target = Path(folder) / "verdicts.jsonl"
        target.write_bytes(b"another's")
        os.seteuid(65534)
        try:
            with pytest.raises(RequestError, match="another user's"), written(target):
                raise AssertionError("the work began")
            with written(target.with_name("mine.jsonl")) as lines:
                lines.write(b"mine")
            with written(target.with_name("mine.jsonl")) as lines:
                lines.write(b"mine too")
        finally:
            os.seteuid(0)
        assert sorted(path.name for path in Path(folder).iterdir()) == ["mine.jsonl", "verdicts.jsonl"]

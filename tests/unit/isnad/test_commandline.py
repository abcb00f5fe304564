"""How a command ends when something is wrong around it: in a sentence."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from isnad.commandline import run


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full to write to")
@pytest.mark.parametrize("arguments", [["--help"], ["topics", "--help"], ["schemas", "--help"]])
def test_output_without_room_is_a_sentence(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "isnad_cli", *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith("isnad: the output can't be written")
    assert "Traceback" not in done.stderr


def ended(callback: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(sys, "argv", ["isnad"])
    with pytest.raises(SystemExit) as end:
        run(click.Command("isnad", callback=callback), "isnad")
    return end.value.code


def test_a_file_that_the_system_refuses_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert ended((tmp_path / "none").read_bytes, monkeypatch) == 1
    assert capsys.readouterr().err == f"isnad: {tmp_path}/none: No such file or directory\n"


def test_an_error_of_the_system_without_a_file_is_a_bug_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="Bad file descriptor"):
        ended(lambda: os.read(-1, 1), monkeypatch)


def test_what_the_encoding_of_the_output_lacks_is_escaped_as_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arabic is written as it is where it can be, é and 😀 are not in ISO 8859-6, and a byte of no text is nowhere."""
    told = "خبر é 😀 \udcff"
    for encoding, shown in [("iso8859-6", "خبر \\u00e9 \\ud83d\\ude00 \\udcff"), ("utf-8", "خبر é 😀 \\udcff")]:
        written = io.BytesIO()
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", io.TextIOWrapper(written, encoding))
            assert ended(lambda: print(f'"{told}"', flush=True), monkeypatch) == 0
            assert written.getvalue().decode(encoding) == f'"{shown}"\n'
            assert json.loads(written.getvalue().decode(encoding)) == told


def test_help_can_be_shown_in_any_encoding() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "isnad_cli", "--help"],
        env={"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=True,
    )
    assert rb"Isnad (\u0625\u0633\u0646\u0627\u062f)" in done.stdout


def test_no_file_takes_the_place_of_a_closed_stream() -> None:
    """What a library in C says of an error would stand in that file."""
    code = (
        "import os, sys, click; from isnad.commandline import run\n"
        "@click.command\n"
        "def told(): os.write(1, b'%d' % os.open(os.devnull, os.O_RDONLY))\n"
        "run(told, 'told')"
    )
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" -c "$1" <&- 2>&-', sys.executable, code], capture_output=True, check=True
    )
    assert int(done.stdout) > 2

"""How a command ends when something is wrong around it: in a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest


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

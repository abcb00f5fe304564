"""`isnad doctor`: a sentence for each trouble."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from isnad_cli.__main__ import cli
from isnad_cli.doctor import check_downloads, check_ports, examine
from isnad_cli.local.artifacts import locked
from isnad_cli.local.leftovers import MARK
from isnad_cli.local.ports import is_free


@pytest.fixture
def folder() -> Iterator[Path]:
    """An open folder with a short path."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_every_check_reports(folder: Path) -> None:
    """One finding a check, in a fixed order."""
    found = examine(folder / "home", folder / "packages")
    assert [finding.check for finding in found] == [
        "Python",
        "packages",
        "memory",
        "disk",
        "rights",
        "downloads",
        "ports",
    ]
    assert all(finding.text for finding in found)


def test_a_folder_that_can_not_be_used_is_a_finding_and_no_crash(folder: Path) -> None:
    """A file stands where the home should be."""
    (folder / "home").write_text("")
    (rights,) = [f for f in examine(folder / "home", folder / "packages") if f.check == "rights"]
    assert not rights.well
    assert "--home" in rights.text


def test_a_damaged_download_is_named(folder: Path) -> None:
    """A jar of the right size with other bytes."""
    artifact = next(a for a in locked() if a.part == "compiler")
    file = folder / "maven" / artifact.path
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\0" * artifact.size)
    finding = check_downloads(folder)
    assert not finding.well
    assert f"damaged: {artifact.coordinate}. Delete" in finding.text


def test_nothing_downloaded_yet_is_no_trouble(folder: Path) -> None:
    """`isnad up` does it."""
    assert check_downloads(folder).well


def test_ports_of_this_homes_own_stack_are_not_taken_by_others(folder: Path) -> None:
    """The test's child plays a server of the home, on the port that Kafka asks for; for another home it is taken."""
    script = "import socket; s = socket.create_server(('127.0.0.1', 9092)); print('up', flush=True); input()"
    if not is_free(9092):
        pytest.skip("somebody runs a Kafka here")
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env={MARK: str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:
        assert server.stdout is not None
        server.stdout.readline()
        assert "9092 (kafka)" not in check_ports(folder).text
        assert "of the stack that runs in this home" in check_ports(folder).text
        assert "9092 (kafka)" in check_ports(folder / "other").text
        server.kill()


def test_the_exit_status_tells_scripts(folder: Path) -> None:
    """The JSON and the exit status agree."""
    result = CliRunner().invoke(cli, ["doctor", "--json", "--home", str(folder / "home")])
    assert result.exit_code == (0 if json.loads(result.output)["well"] else 1)

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
from isnad_cli.doctor import check_downloads, check_packages, check_ports, examine
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


def _require(folder: Path, *requirements: str) -> None:
    described = folder / "isnad-9.dist-info"
    described.mkdir()
    lines = ["Metadata-Version: 2.4", "Name: isnad", "Version: 9", *(f"Requires-Dist: {one}" for one in requirements)]
    (described / "METADATA").write_text("\n".join(lines))


def test_packages_of_other_extras_and_other_systems_are_not_asked_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `pip install isnad[all]` leaves out is no trouble."""
    _require(
        folder,
        "click>=8",
        "msgspec; extra == 'all'",
        "absent-trainer>=2; extra == 'train'",
        "absent-bell; sys_platform == 'dream'",
        "absent-horn[loud]; extra == 'all' and sys_platform == 'dream'",
    )
    monkeypatch.syspath_prepend(folder)
    assert check_packages().well


def test_absent_packages_are_named_once_with_what_installs_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that everything needs, and those of `isnad[all]`."""
    _require(folder, "click>=8", "absent-b", "absent-a[x]>=2; extra == 'all'", "absent-a>=1; extra == 'all'")
    monkeypatch.syspath_prepend(folder)
    finding = check_packages()
    assert not finding.well
    assert finding.text == "absent-a, absent-b not installed. Run: pip install 'isnad[all]'"


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


@pytest.mark.parametrize("name", ["a" * 300, "file/home"])
def test_a_folder_that_can_not_be_there_is_a_finding_too(folder: Path, name: str) -> None:
    """A name that no file system takes; a file in the way."""
    (folder / "file").write_text("")
    found = {finding.check: finding for finding in examine(folder / name, folder / name / "packages")}
    assert not found["rights"].well
    assert not found["downloads"].well
    assert "can't be looked at" in found["downloads"].text

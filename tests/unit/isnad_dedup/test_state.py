"""Processes that share a state folder leave each other's files alone, and delete those of the dead."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from isnad.errors import SetupError
from isnad_dedup.log.folder import StateFolder

OTHER = """
import sys, time
from pathlib import Path
from isnad_dedup.log.folder import StateFolder
state = StateFolder(Path(sys.argv[1]))
work = state.new_work()
work.mkdir()
(work / "file").write_bytes(b"12345")
print(work, flush=True)
time.sleep(60)
"""


def works(folder: Path) -> list[Path]:
    return sorted(folder.glob("work-*"))


def test_the_files_of_the_living_stay_and_those_of_the_dead_go(tmp_path: Path):
    with subprocess.Popen([sys.executable, "-c", OTHER, tmp_path], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().strip())
        first = StateFolder(tmp_path)
        assert (theirs / "file").read_bytes() == b"12345"
        assert len(works(tmp_path)) == 2
        other.send_signal(signal.SIGKILL)
    second = StateFolder(tmp_path)
    assert not theirs.exists()
    assert len(works(tmp_path)) == 2
    first.close()
    second.close()
    assert works(tmp_path) == []


def test_what_was_killed_before_it_had_an_owner_goes_too(tmp_path: Path):
    (tmp_path / "work-1234").mkdir()
    (tmp_path / "work-1234" / "file").write_bytes(b"")
    StateFolder(tmp_path).close()
    assert works(tmp_path) == []


def test_snapshots_stay(tmp_path: Path):
    state = StateFolder(tmp_path)
    assert state.snapshots == tmp_path / "snapshots"
    state.snapshots.mkdir()
    state.close()
    StateFolder(tmp_path).close()
    assert (tmp_path / "snapshots").is_dir()


def test_each_ledger_has_a_folder_of_its_own_and_all_their_bytes_count(tmp_path: Path):
    state = StateFolder(tmp_path)
    one, other = state.new_work(), state.new_work()
    assert one != other
    for path, size in ((one, 3), (other, 4)):
        path.mkdir()
        (path / "file").write_bytes(b"x" * size)
    with_folders = state.work_bytes()
    (one / "file").write_bytes(b"")
    assert with_folders - state.work_bytes() == 3
    state.close()


def test_without_a_folder_everything_is_temporary():
    state = StateFolder(None)
    assert state.snapshots is None
    work = state.new_work()
    work.mkdir()
    state.close()
    assert not work.exists()
    assert not work.parent.exists()


def test_a_folder_that_can_not_be_used_is_said_with_what_to_do(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SetupError, match="ISNAD_STATE_FOLDER"):
        StateFolder(tmp_path / "file")
    if os.geteuid() != 0:
        tmp_path.chmod(0o500)
        with pytest.raises(SetupError, match="Permission denied"):
            StateFolder(tmp_path / "state")
        tmp_path.chmod(0o700)

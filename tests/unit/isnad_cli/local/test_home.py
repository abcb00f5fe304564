"""The home: its lock, its notes, and what is refused."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from isnad.addresses import Addresses, addresses_file, store
from isnad.errors import SetupError
from isnad_cli.local.home import Home, Run


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder with a path that leaves room for a socket in it."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def home(short_path: Path) -> Home:
    made = Home(short_path / "h")
    made.create()
    return made


def test_a_second_holder_is_refused_and_told_who_holds_it(home: Home) -> None:
    """The sentence names the process and the two commands that help."""
    with home.held(), pytest.raises(SetupError, match=rf"process {os.getpid()}.*isnad status.*isnad down"), home.held():
        pass


def test_the_holder_is_known_while_it_holds(home: Home) -> None:
    """And nobody is once it let go."""
    with home.held():
        assert home.holder() == os.getpid()
    assert home.holder() is None


def test_a_killed_holder_holds_nothing(home: Home) -> None:
    """The system lets go of the lock with the process, however it ended."""
    script = f"""
import os, signal
from pathlib import Path
from isnad_cli.local.home import Home
with Home(Path({str(home.root)!r})).held():
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    with home.held():
        assert home.holder() == os.getpid()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize(
    ("private", "mode", "command"),
    [
        ("run/lock", 0o644, "down"),
        ("run/lock", 0o600, "down"),
        ("run", 0o700, "down"),
        ("run/lock", 0o644, "reset --yes"),
    ],
)
def test_the_stack_of_another_user_is_left_alone_with_a_sentence(
    home: Home, private: str, mode: int, command: str
) -> None:
    """Whoever may read its lock or not is told whom to ask, and by no traceback."""
    home.root.parent.chmod(0o755)
    (home.root / private).chmod(mode)
    # Loaded before he changes, since he may have no way to the installation.
    code = (
        "import os, sys, isnad_cli.local.command; from isnad_cli.__main__ import main; "
        "os.setgroups([]); os.setgid(65534); os.setuid(65534); sys.exit(main())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *command.split(), "--home", str(home.root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode not in (0, 70)
    assert "belongs to another user. Ask him, or root" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert home.was_used()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_another_user_learns_whose_process_holds_it(home: Home) -> None:
    """For that he needs no right to write."""
    home.root.parent.chmod(0o755)
    with home.held():
        os.seteuid(65534)
        try:
            holder = home.holder()
        finally:
            os.seteuid(0)
    assert holder == os.getpid()


def test_notes_are_kept_until_forgotten(home: Home) -> None:
    """What was started, and where it listens, is gone after an end in order."""
    store(home.root, Addresses(kafka="127.0.0.1:1"))
    home.note(Run(mode="detached"))
    assert home.noted() == Run(mode="detached")
    home.forget()
    assert home.noted() is None
    assert not addresses_file(home.root).exists()


def test_erasing_keeps_the_packages(home: Home) -> None:
    """They were downloaded, and are not data."""
    for folder in (home.packages, home.kafka, home.elasticsearch):
        folder.mkdir()
    home.erase()
    assert [path.name for path in home.root.iterdir()] == ["packages"]


def test_erasing_leaves_alone_what_is_not_its_own(home: Home) -> None:
    """A home that was set to somebody's folder by mistake does not cost him his files."""
    (home.root / "thesis.txt").write_text("years")
    home.erase()
    assert (home.root / "thesis.txt").read_text() == "years"


def test_folders_that_isnad_never_made_are_left_alone(short_path: Path) -> None:
    """Somebody's project with logs/ and state/ of its own is neither used nor erased, and not even marked."""
    for name in ("logs", "state"):
        (short_path / name).mkdir()
        (short_path / name / "mine").write_text("years")
    for act in (Home(short_path).erase, Home(short_path).create):
        with pytest.raises(SetupError, match=r"logs/, state/ that isnad did not make|state/, logs/ that"):
            act()
    assert sorted(path.name for path in short_path.iterdir()) == ["logs", "state"]
    assert (short_path / "logs" / "mine").exists()


@pytest.mark.parametrize("made", [("run/addresses.json",), ("kafka/x", "elasticsearch/x"), ("run/supervisor.conf",)])
def test_homes_without_a_marker_are_known_by_what_is_in_them(short_path: Path, made: tuple[str, ...]) -> None:
    """The first versions wrote none."""
    for name in made:
        (short_path / name).parent.mkdir()
        (short_path / name).write_text("{}")
    Home(short_path).create()
    Home(short_path).erase()
    assert list(short_path.iterdir()) == []


def test_empty_folders_are_nobodys(short_path: Path) -> None:
    """The first versions of `isnad doctor` left some and a lock; they can be used."""
    for name in ("logs", "state", "run"):
        (short_path / name).mkdir()
    (short_path / "run" / "lock").touch()
    Home(short_path).create()
    Home(short_path).must_be_ours()


def test_what_can_not_be_deleted_is_said(home: Home, short_path: Path) -> None:
    """A link in the place of a folder is not followed, the rest is deleted, and the home stays ours."""
    elsewhere = short_path / "disk"
    elsewhere.mkdir()
    (elsewhere / "file").write_text("")
    home.kafka.symlink_to(elsewhere)
    with pytest.raises(SetupError, match=r"Not everything could be deleted: .*kafka"):
        home.erase()
    assert not home.logs.exists()
    assert (elsewhere / "file").exists()
    home.kafka.unlink()
    home.erase()
    assert home.is_empty()


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    """Before anything is started, and with what to do."""
    with pytest.raises(SetupError, match=r"too long.*--home"):
        Home(tmp_path / ("x" * 100)).create()


def test_a_home_that_can_not_be_made_is_refused(short_path: Path) -> None:
    """Here a file is in the way."""
    (short_path / "file").write_text("")
    with pytest.raises(SetupError, match=r"can't be used.*--home"):
        Home(short_path / "file" / "home").create()


def test_a_home_that_can_not_be_there_is_refused(tmp_path: Path) -> None:
    """Whether it is to be made or asked after."""
    home = Home(tmp_path / ("x" * 300))
    for asked in (home.create, home.must_be_ours, home.was_used):
        with pytest.raises(SetupError, match=r"can't be used \(File name too long\).*--home"):
            asked()

"""What root writes and hands over stays what he meant, whatever the servers' user puts in the way."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from isnad.errors import SetupError
from isnad_cli.local.accounts import Account

ME = Account("me", os.geteuid(), os.getegid())


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Somebody's file, outside of the home."""
    file = tmp_path / "shadow"
    file.write_text("secret")
    file.chmod(0o644)
    return file


def test_a_folder_made_anew_holds_what_was_asked_for_and_nothing_else(tmp_path: Path, target: Path) -> None:
    """A link planted under the name of a setting goes, and what it points to is neither written nor handed over."""
    config = tmp_path / "config"
    ME.own_anew(config, {"server.properties": "old"})
    (config / "server.properties").unlink()
    (config / "server.properties").symlink_to(target)
    (config / "more").symlink_to(target)
    before = target.stat()

    ME.own_anew(config, {"server.properties": "new", "sub/empty": ""})
    assert target.read_text() == "secret"
    assert (target.stat().st_uid, target.stat().st_ctime_ns) == (before.st_uid, before.st_ctime_ns)
    assert sorted(str(path.relative_to(config)) for path in config.rglob("*")) == [
        "server.properties",
        "sub",
        "sub/empty",
    ]
    assert (config / "server.properties").read_text() == "new"
    assert not (config / "server.properties").is_symlink()


@pytest.mark.parametrize("make", [ME.enter, ME.own, lambda folder: ME.own_anew(folder, {"a": "b"})])
def test_a_link_in_the_place_of_a_folder_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """It is not followed, and the sentence says what to do."""
    elsewhere = tmp_path / "etc"
    elsewhere.mkdir(mode=0o755)
    (elsewhere / "passwd").write_text("")
    (tmp_path / "data").symlink_to(elsewhere)
    with pytest.raises(SetupError, match=r"data is a link.*--home"):
        make(tmp_path / "data")
    assert elsewhere.stat().st_mode & 0o777 == 0o755
    assert (elsewhere / "passwd").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_user_without_a_name_runs_the_servers_himself() -> None:
    """Containers are started under numbers that no list of users has."""
    # Loaded before it, since the nameless user may have no way to the installation.
    code = (
        "import os; from isnad_cli.local.accounts import server_account; "
        "os.setgid(4000012345); os.setuid(4000054321); print(server_account())"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stdout == "Account(name='4000054321', uid=4000054321, gid=4000012345)\n", ran.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("caller", [0, 4000054321])
def test_programs_run_as_the_servers_user_whoever_calls(caller: int) -> None:
    """An ordinary user may not choose his groups, and runs them as himself; root never as root."""
    code = (
        "import os, subprocess; from isnad_cli.local.accounts import server_account; "
        f"os.setgid({caller}); os.setuid({caller}); account = server_account(); "
        "said = subprocess.run(['/usr/bin/id', '-u'], capture_output=True, check=True, cwd='/', **account.entry()); "
        "print(account.uid, said.stdout.decode(), end='')"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    meant, real = ran.stdout.split() or pytest.fail(ran.stderr)
    assert meant == real
    assert int(real) == caller or caller == 0 != int(real)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_the_server_can_not_write_where_root_does(tmp_path: Path) -> None:
    """The folder around data and settings stays root's; the server may enter it."""
    nobody = Account("nobody", 65534, 65534)
    nobody.own(tmp_path / "kafka")  # as earlier versions did
    nobody.enter(tmp_path / "kafka")
    status = (tmp_path / "kafka").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (0, 65534, 0o750)
    nobody.own_anew(tmp_path / "kafka" / "config", {"a": ""})
    assert {path.stat().st_uid for path in (tmp_path / "kafka").rglob("*")} == {65534}

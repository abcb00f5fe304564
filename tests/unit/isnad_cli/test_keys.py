"""`isnad keys`: what a person sees, and that the key itself is shown once."""

import json
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from isnad.clock import SystemClock
from isnad.commandline import run as run_command
from isnad.errors import RequestError
from isnad.keys import find, read
from isnad_cli.keys import keys


@pytest.fixture
def file(tmp_path):
    return tmp_path / "keys.json"


def run(file, *arguments, exit_code=0):
    done = CliRunner().invoke(keys, [*arguments, "--keys-file", str(file)])
    assert done.exit_code == exit_code, (done.output, done.exception)
    return done


def create(file, *arguments):
    return run(file, "create", *(arguments or ("newsroom", "--scope", "read"))).stdout.strip()


def test_the_output_is_the_key_and_nothing_else_and_it_is_shown_once(file):
    written = create(file)
    assert re.fullmatch(r"isnad_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", written)
    key = find(read(file), written, SystemClock().now())
    assert (key.name, key.scopes) == ("newsroom", ("read",))
    listed = run(file, "list")
    assert written not in listed.output
    assert key.sha256 not in run(file, "list", "--json").output


def test_what_a_key_may_do_and_until_when_is_listed(file):
    create(file, "desk", "--scope", "read", "--scope", "ingest", "--expires", "2099-12-31")
    shown = run(file, "list").stdout
    assert "desk" in shown
    assert "ingest, read" in shown
    assert "2099-12-31" in shown
    assert "in use" in shown


def test_a_key_for_some_days_ends_after_them(file):
    create(file, "guest", "--scope", "read", "--expires", "90d")
    (key,) = read(file).values()
    assert (key.expires_at - key.created_at).days == 90


def test_a_revoked_key_is_no_longer_found_and_listed_only_with_all(file):
    written = create(file)
    id_ = written.split("_")[1]
    assert run(file, "revoke", id_).stdout == f"Key {id_} (newsroom) is revoked.\n"
    assert find(read(file), written, SystemClock().now()) is None
    assert "newsroom" not in run(file, "list").stdout
    assert "revoked" in run(file, "list", "--all").stdout
    assert [one["usable"] for one in json.loads(run(file, "list", "--all", "--json").stdout)] == [False]


def sentence(file, capsys, monkeypatch, *arguments):
    """The error as a user of the command sees it."""
    monkeypatch.setattr("sys.argv", ["isnad keys", *arguments, "--keys-file", str(file)])
    with pytest.raises(SystemExit) as ended:
        run_command(keys, "isnad keys")
    assert ended.value.code in (1, 2)
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "x", "--scope", "read", "--expires", "soon"), "90d"),
        (("create", "x", "--scope", "read", "--expires", "2001-01-01"), "90d"),
        (("create", "x", "--scope", "everything"), "'ingest', 'read', 'admin'"),
        (("create", "x"), "--scope"),
        (("create", "  ", "--scope", "read"), "1 to 100 characters"),
        (("revoke", "0000ffff"), "isnad keys list --all"),
    ],
)
def test_a_mistake_is_a_sentence_and_changes_nothing(file, capsys, monkeypatch, arguments, said):
    create(file)
    before = file.read_bytes()
    assert said in sentence(file, capsys, monkeypatch, *arguments)
    assert file.read_bytes() == before


def test_one_unknown_id_revokes_none_of_them(file, capsys, monkeypatch):
    id_ = create(file).split("_")[1]
    sentence(file, capsys, monkeypatch, "revoke", id_, "0000ffff")
    assert read(file)[id_].revoked_at is None


def test_a_name_can_t_steer_the_terminal(file):
    create(file, "\x1b[31mred\u202e", "--scope", "read")
    assert "\x1b" not in run(file, "list").output
    assert "\\x1b[31mred\\u202e" in run(file, "list").output


def test_a_name_that_is_no_text_is_refused_and_nothing_is_made(file):
    done = CliRunner().invoke(keys, ["create", "x\udcff", "--scope", "read", "--keys-file", str(file)])
    assert isinstance(done.exception, RequestError)
    assert str(done.exception).endswith("is not UTF-8. Write it so that it is.")
    assert not file.exists()


@pytest.mark.parametrize(("output", "status"), [(">&-", 2), (">/dev/full", 1)])
def test_a_key_that_nobody_got_is_not_in_use(file, output, status):
    create(file)
    before = read(file)
    command = f'exec "$0" -m isnad_cli keys create x --scope admin --keys-file "$1" {output}'
    done = subprocess.run(["sh", "-c", command, sys.executable, str(file)], capture_output=True, check=False)
    assert done.returncode == status
    assert b"utput" in done.stderr
    assert read(file) == before

"""The supervisor's settings file, read as the supervisor reads it."""

import shlex
from configparser import RawConfigParser
from pathlib import Path

import pytest

from isnad_cli.local.home import Home
from isnad_cli.local.leftovers import MARK
from isnad_cli.local.programs import Program
from isnad_cli.local.supervision import Supervisor, SupervisorGone, seen_from_anywhere, settings

HOME = Home(Path("/data/50% full"))
SERVER = Program("kafka", ("/java", "-cp", "a b.jar"), Path("/data/kafka"), {"A": "1"}, user="nobody")
SERVICE = Program("prepare", ("python", "-m", "isnad_prepare"), Path("/data/state"), {"B": "x y"}, inherits=True)


@pytest.fixture
def read() -> RawConfigParser:
    parser = RawConfigParser()
    parser.read_string(settings({"servers": [SERVER], "services": [SERVICE]}, HOME))
    return parser


def command(parser: RawConfigParser, name: str) -> list[str]:
    return shlex.split(parser[f"program:{name}"]["command"].replace("%%", "%"))


def test_a_server_sees_nothing_of_the_callers_environment(read: RawConfigParser) -> None:
    """Secrets and Java options of whoever called stay with him; the home's mark stays on the process."""
    words = command(read, "kafka")
    assert words[:2] == ["/usr/bin/env", "-i"]
    assert f"{MARK}=/data/50% full" in words
    assert words[-4:] == ["A=1", "/java", "-cp", "a b.jar"]


def test_a_service_keeps_the_callers_environment(read: RawConfigParser) -> None:
    """So ISNAD_ variables that were set by hand reach it."""
    assert command(read, "prepare") == ["/usr/bin/env", "B=x y", "python", "-m", "isnad_prepare"]


def test_services_are_stopped_before_the_servers(read: RawConfigParser) -> None:
    """The supervisor stops the group with the highest priority first."""
    assert int(read["group:services"]["priority"]) > int(read["group:servers"]["priority"])


def test_what_exits_is_always_started_again(read: RawConfigParser) -> None:
    """Whatever its status, and without end."""
    program = read["program:prepare"]
    assert program["autorestart"] == "true"
    assert int(program["startretries"]) > 10_000


def test_logs_are_rotated(read: RawConfigParser) -> None:
    """Each has a largest size and a number of old ones."""
    for name in ("kafka", "prepare"):
        assert read[f"program:{name}"]["stdout_logfile_maxbytes"] == "10MB"
        assert read[f"program:{name}"]["stdout_logfile_backups"] == "2"


def test_only_the_caller_can_talk_to_it(read: RawConfigParser) -> None:
    """A socket in the home, closed to others, and no port."""
    assert read["unix_http_server"]["chmod"] == "0700"
    assert "inet_http_server" not in read


def test_no_supervisor_is_said_as_such(tmp_path: Path) -> None:
    """No socket there."""
    with pytest.raises(SupervisorGone):
        Supervisor(Home(tmp_path)).processes()


def test_a_models_folder_is_named_from_the_root_and_nothing_else_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The services run in folders of their own; a hub id that looks like a path is none."""
    (tmp_path / "models" / "mine").mkdir(parents=True)
    (tmp_path / "fast").mkdir()
    monkeypatch.chdir(tmp_path)
    given = {"ISNAD_ENTITIES_MODEL": "models/mine", "OTHER": "models/mine"}
    assert seen_from_anywhere(given) == {**given, "ISNAD_ENTITIES_MODEL": str(tmp_path / "models" / "mine")}
    for name in ("", "fast", "default", "org/mine"):
        assert seen_from_anywhere({"ISNAD_ENTITIES_MODEL": name}) == {"ISNAD_ENTITIES_MODEL": name}
    assert seen_from_anywhere({}) == {}

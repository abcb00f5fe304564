"""The commands where nothing is up."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from isnad.errors import RequestError, SetupError
from isnad_cli.__main__ import cli


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_status_of_nothing_says_how_to_start(tmp_path: Path) -> None:
    """And exits with 1, for scripts."""
    result = run("status", "--home", str(tmp_path))
    assert result.exit_code == 1
    assert "isnad up" in result.output


def test_down_of_nothing_is_no_failure(tmp_path: Path) -> None:
    """What is to be down is down; no folder is made for it."""
    result = run("down", "--home", str(tmp_path / "none"))
    assert result.exit_code == 0
    assert "Nothing is up" in result.output
    assert not (tmp_path / "none").exists()


def test_logs_of_an_unknown_service_names_those_that_exist(tmp_path: Path) -> None:
    """A typing error is easily mended."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "dedup.log").write_text("one\ntwo\n")
    result = run("logs", "dedop", "--home", str(tmp_path))
    assert isinstance(result.exception, RequestError)
    assert "'dedop'. There are: dedup." in str(result.exception)
    assert run("logs", "dedup", "-n", "1", "--home", str(tmp_path)).output == "two\n"


def test_fewer_than_no_lines_of_a_log_are_a_mistake(tmp_path: Path) -> None:
    """And no line is none."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "dedup.log").write_text("one\n")
    refused = run("logs", "dedup", "-n", "-1", "--home", str(tmp_path))
    assert (refused.exit_code, type(refused.exception)) == (2, SystemExit)
    assert "-1" in refused.output.splitlines()[-1]
    assert run("logs", "dedup", "-n", "0", "--home", str(tmp_path)).output == ""


def test_reset_asks_first(tmp_path: Path) -> None:
    """Without a yes nothing is deleted."""
    for name in ("kafka", "elasticsearch"):
        (tmp_path / name).mkdir()
    result = CliRunner().invoke(cli, ["reset", "--home", str(tmp_path)], input="n\n")
    assert result.exit_code == 1
    assert (tmp_path / "kafka").exists()
    assert "Deleted" in run("reset", "--yes", "--home", str(tmp_path)).output
    assert not (tmp_path / "kafka").exists()


def test_a_second_reset_says_that_there_is_nothing(tmp_path: Path) -> None:
    """And asks nothing."""
    assert "There is nothing to delete" in run("reset", "--home", str(tmp_path)).output


def test_somebodys_folders_are_neither_stopped_nor_reset(tmp_path: Path) -> None:
    """A folder that has a run/ of its own; `down` changes nothing there, and `reset` refuses."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text("mine")
    assert "Nothing is up" in run("down", "--home", str(tmp_path)).output
    assert isinstance(run("reset", "--yes", "--home", str(tmp_path)).exception, SetupError)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["run.json"]


def test_down_after_somebody_deleted_the_lock_is_no_failure(tmp_path: Path) -> None:
    """Nothing is up then; reset works too."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "addresses.json").write_text("{}")
    assert "Nothing is up" in run("down", "--home", str(tmp_path)).output
    assert "Deleted" in run("reset", "--yes", "--home", str(tmp_path)).output


@pytest.mark.parametrize("value", ["prepare", "prepare=two", "prepare=-1"])
def test_workers_are_like_prepare_2(value: str, tmp_path: Path) -> None:
    """Anything else is refused by its own sentence."""
    result = run("up", "--home", str(tmp_path / "none"), "--workers", value)
    assert result.exit_code == 2
    assert "is not like prepare=2" in result.output


@pytest.mark.parametrize("command", ["up", "down", "status", "logs", "reset"])
def test_help_has_an_example(command: str) -> None:
    """Every command shows how it is called."""
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"  isnad {command}" in result.output


@pytest.mark.parametrize("only", ["", "kafka,"])
def test_a_service_without_a_name_is_not_everything(only: str, tmp_path: Path) -> None:
    """A script whose variable is not set would begin to download it all."""
    result = run("up", "--only", only, "--home", str(tmp_path / "home"))
    assert isinstance(result.exception, RequestError)
    assert "There is no service ''" in str(result.exception)
    assert not (tmp_path / "home").exists()

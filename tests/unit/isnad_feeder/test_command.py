"""`isnad feed` as a user calls it, without Kafka."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from isnad.errors import RequestError
from isnad_feeder.command import feed

SEEDS = Path(__file__).parents[3] / "seeds"

NO_ENCODINGS = [("--encoding", name) for name in ("hex", "rot13", "base64", "zip", "undefined", "é")]
"""Codecs of Python that are none of text, and what is no codec."""


def call(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(feed, [*map(str, arguments), "--dry-run"], input=stdin)


def test_the_seeds_are_five_pages() -> None:
    """All accepted, exit status 0, the counts as JSON on the last line."""
    result = call(SEEDS, "--json")
    assert result.exit_code == 0
    summary = json.loads(result.stdout.splitlines()[-1])
    assert (summary.pop("seconds") >= 0, summary) == (
        True,
        {"files": 5, "accepted": 5, "distinct": 5, "refused": 0, "refusals": []},
    )


def test_refusals_are_told_and_change_the_exit_status(tmp_path: Path) -> None:
    """The place and the reason on standard error, the counts on standard output, status 3."""
    (tmp_path / "a.jsonl").write_text('{"source":"o","body":"x"}\n{broken\n')
    result = call(tmp_path)
    assert result.exit_code == 3
    assert f"refused: {tmp_path / 'a.jsonl'}, line 2: not JSON: " in result.stderr
    assert result.stdout.startswith("1 file: 1 accepted, 1 refused, ")


def test_alike_refusals_are_summed_up(tmp_path: Path) -> None:
    """Of 25 lines that lack the same field ten are shown and fifteen counted; JSON lists them all."""
    (tmp_path / "a.jsonl").write_text('{"source":"o","text":"x"}\n' * 25)
    told = call(tmp_path).stderr.splitlines()
    assert (len(told), told[-1].partition(": has")[0]) == (11, f"refused: {tmp_path / 'a.jsonl'}: 15 more like this")
    summary = json.loads(call(tmp_path, "--json").stdout)
    assert [refusal["line"] for refusal in summary["refusals"]] == list(range(1, 26))


def test_standard_input_is_json_lines() -> None:
    """`-` reads a pipe; --source says whose articles they are."""
    result = call("-", "--source", "live", "--json", stdin='{"body":"x"}\n\n{"body":3}\n')
    summary = json.loads(result.stdout)
    assert (summary["files"], summary["accepted"], summary["refused"]) == (1, 1, 1)
    assert summary["refusals"] == [{"file": "-", "line": 3, "reason": "`body` is a number, where text is wanted"}]


@pytest.mark.parametrize("wrong", [("--map", "text=x"), ("--rate", "fast"), ("--encoding", "klingon"), *NO_ENCODINGS])
def test_wrong_options_send_nothing(wrong: tuple[str, str]) -> None:
    """A mistake in an option is told before anything is read."""
    assert isinstance(call(SEEDS, *wrong).exception, RequestError)


def test_a_file_name_that_is_not_utf8_is_fed_and_told(tmp_path: Path) -> None:
    """Linux allows any bytes; the counts come all the same, the name with an escape."""
    (tmp_path / os.fsdecode(b"a\xe9.jsonl")).write_text('{"source":"o","body":"x"}\n{}\n')
    result = call(tmp_path, "--json")
    summary = json.loads(result.stdout)
    assert (summary["accepted"], summary["refusals"][0]["file"]) == (1, f"{tmp_path}/a\\udce9.jsonl")
    assert f"{tmp_path}/a\\udce9.jsonl, line 2: has no `body`" in call(tmp_path).stderr


def test_the_feeder_runs_by_itself(tmp_path: Path) -> None:
    """`python -m isnad_feeder` feeds, and tells a mistake as a sentence that can't steer the terminal."""
    (tmp_path / "a.jsonl").write_text('{"source":"o","body":"x"}\n')
    program = [sys.executable, "-m", "isnad_feeder", str(tmp_path), "--dry-run"]
    fed = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (fed.returncode, fed.stderr) == (0, "")
    assert fed.stdout.startswith("1 file: 1 accepted, 0 refused, ")
    wrong = subprocess.run([*program, "--rate", "fast"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "isnad: --rate 'fast': write articles per second, minute or hour, as in --rate 50/s\n"


def test_a_path_that_is_not_there_is_a_mistake_in_the_call() -> None:
    """Status 2, and the path is named."""
    result = call(SEEDS / "none")
    assert (result.exit_code, "none" in result.stderr) == (2, True)


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "0"])
def test_what_is_no_time_to_wait_is_refused(seconds: str, tmp_path: Path) -> None:
    """With `nan` it would never give up."""
    result = call(tmp_path, f"--timeout={seconds}")
    assert result.exit_code == 2
    assert "--timeout" in result.stderr

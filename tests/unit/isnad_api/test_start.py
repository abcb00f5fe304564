"""Without keys the API starts where only this machine can reach it, and nowhere else."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "environment",
    [
        {"ISNAD_API_HOST": "0.0.0.0"},
        {"ISNAD_API_HOST": "127.0.0.1", "ISNAD_API_OPEN": "never"},
        {"ISNAD_API_HOST": "127.0.0.1", "ISNAD_API_PROXIES": "127.0.0.1"},
    ],
    ids=["every address", "asked to", "behind a proxy"],
)
def test_where_keys_are_needed_and_there_are_none_it_refuses_to_start(tmp_path, environment):
    said = refused(environment | {"ISNAD_KEYS_FILE": str(tmp_path / "keys.json")})
    assert f"isnad keys create NAME --scope read --keys-file {tmp_path / 'keys.json'}" in said


def test_a_broken_file_keeps_it_from_starting_on_loopback_too(tmp_path):
    (tmp_path / "keys.json").write_text("{")
    said = refused({"ISNAD_API_HOST": "127.0.0.1", "ISNAD_KEYS_FILE": str(tmp_path / "keys.json")})
    assert str(tmp_path / "keys.json") in said


def refused(environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "isnad_api"],
        env={"ISNAD_API_PORT": "0", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 78
    assert done.stderr.startswith("isnad-api: ")
    assert done.stderr.count("\n") == 1
    return done.stderr

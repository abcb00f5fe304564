"""Without keys the API starts where only this machine can reach it, and nowhere else."""

import subprocess
import sys
from datetime import timedelta

import pytest

from isnad.clock import SystemClock
from isnad.errors import SetupError
from isnad.keys import changing, make
from isnad_api.access import is_open
from isnad_api.keyring import require_keys
from isnad_api.settings import ApiSettings

NOW = SystemClock().now()


@pytest.mark.parametrize(
    ("address", "to", "proxies", "open_"),
    [
        ("127.0.0.1", "local", "", True),
        ("::1", "local", "", True),
        ("127.0.0.1", "never", "", False),
        ("127.0.0.1", "local", "127.0.0.1", False),
        ("0.0.0.0", "local", "", False),
        ("::", "local", "", False),
        ("10.0.0.1", "local", "", False),
    ],
)
def test_it_is_open_on_loopback_unless_told_otherwise_or_behind_a_proxy(address, to, proxies, open_):
    assert is_open(address, to=to, proxies=proxies) is open_


def test_where_it_is_open_no_key_is_needed_to_start(tmp_path):
    require_keys(tmp_path / "keys.json", NOW, is_open=True, address="127.0.0.1")


@pytest.mark.parametrize("expires_in", [None, timedelta(days=1)])
def test_one_key_in_use_is_enough_to_start(tmp_path, expires_in):
    add(tmp_path / "keys.json", expires_in)
    require_keys(tmp_path / "keys.json", NOW, is_open=False, address="10.0.0.1")


def test_an_expired_key_is_not(tmp_path):
    add(tmp_path / "keys.json", -timedelta(seconds=1))
    with pytest.raises(SetupError, match="isnad keys create"):
        require_keys(tmp_path / "keys.json", NOW, is_open=False, address="10.0.0.1")


def test_a_broken_file_keeps_it_from_starting_where_it_is_open_too(tmp_path):
    (tmp_path / "keys.json").write_text("{")
    with pytest.raises(SetupError, match="holds no API keys"):
        require_keys(tmp_path / "keys.json", NOW, is_open=True, address="127.0.0.1")


def test_the_process_ends_with_a_sentence_that_names_the_command(tmp_path):
    file = tmp_path / "keys.json"
    done = subprocess.run(
        [sys.executable, "-m", "isnad_api"],
        env={"ISNAD_API_PORT": "0", "ISNAD_API_HOST": "0.0.0.0", "ISNAD_KEYS_FILE": str(file)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 78
    assert done.stderr.startswith("isnad-api: ")
    assert f"isnad keys create NAME --scope read --keys-file {file}" in done.stderr
    assert done.stderr.count("\n") == 1


def add(file, expires_in):
    with changing(file) as known:
        expires_at = NOW + expires_in if expires_in else None
        key, _ = make("x", ["read"], NOW, expires_at=expires_at, known=known)
        known[key.id] = key


@pytest.mark.parametrize("wrong", ["*", "proxy.example", "127.0.0.1:80", "10.0.0.0/33"])
def test_a_proxy_is_an_address_or_a_network(wrong):
    assert ApiSettings(api_proxies=" 127.0.0.1, 10.0.0.0/8,").proxies == "127.0.0.1,10.0.0.0/8"
    with pytest.raises(SetupError, match="ISNAD_API_PROXIES"):
        _ = ApiSettings(api_proxies=wrong).proxies

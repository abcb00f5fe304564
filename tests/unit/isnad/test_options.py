"""The options that commands share: what is no address is refused at once, with the form that is expected."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from isnad.addresses import Addresses, addresses_file, load, store
from isnad.errors import SetupError
from isnad.options import api_option, home_option, kafka_option


@click.command()
@api_option
@kafka_option
@home_option
def told(kafka: str, api: str, home: Path) -> None:
    """Say what was understood."""
    click.echo(f"{kafka} {api}")


def call(tmp_path: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(told, ["--home", str(tmp_path), *arguments], env=environment)
    return result.exit_code, result.stdout.strip(), result.stderr


@pytest.mark.parametrize(
    "servers",
    ["localhost:9092", "[::1]:9092", "a-1.example:1,b:65535", "خادم.example:9092", "a_b.:1", "xn--fa-hia.de:1"],
)
def test_addresses_of_kafka(tmp_path: Path, servers: str) -> None:
    """Names, numbers and several of them are passed on."""
    assert call(tmp_path, "--kafka", servers)[:2] == (0, f"{servers} http://127.0.0.1:8400")


def test_spaces_between_addresses_are_left_out(tmp_path: Path) -> None:
    """As they come in from a settings file."""
    assert call(tmp_path, ISNAD_KAFKA=" a:1, b:2 ")[1] == "a:1,b:2 http://127.0.0.1:8400"


@pytest.mark.parametrize(
    "wrong",
    ["localhost:abc", "[::1", "[::1]", "[x]:1", "::1:9092", "", " ", "a", "a:", ":1", "a:1,", "a:0", "a:65536",
     "a:1 b:2", "a..b:1", "kafka://a:1", "a:٩٠", "a\x1b[2J:1"],
)  # fmt: skip
def test_what_is_no_address_of_kafka(tmp_path: Path, wrong: str) -> None:
    """Status 2 and one sentence that shows the form."""
    status, shown, said = call(tmp_path, "--kafka", wrong)
    assert (status, shown) == (2, "")
    assert said.splitlines()[-1].endswith(
        f"{wrong!r} is no address of Kafka; write host:port[,host:port], as in 127.0.0.1:9092"
    )


@pytest.mark.parametrize(
    "url", ["http://localhost:8400", "https://news.example/isnad/", "http://[::1]:8400", "http://a_b.:1", "http://خادم"]
)
def test_urls_of_the_api(tmp_path: Path, url: str) -> None:
    """With and without port and path."""
    assert call(tmp_path, "--api", url)[:2] == (0, f"127.0.0.1:9092 {url}")


@pytest.mark.parametrize(
    "wrong",
    ["", "localhost:8400", "http://", "http://[::1", "http://a:abc", "http://a:0", "http://a:65536", "ftp://a",
     "http://a b", "http://a..b", f"http://{'a' * 64}:1", "http://a/?q=1", "http://a#b", "http://a\n.example"],
)  # fmt: skip
def test_what_is_no_url_of_the_api(tmp_path: Path, wrong: str) -> None:
    """Status 2 and one sentence that shows the form."""
    status, shown, said = call(tmp_path, "--api", wrong)
    assert (status, shown) == (2, "")
    assert said.splitlines()[-1].endswith(
        f"{wrong!r} is no URL of a server; write http://host:port, as in http://127.0.0.1:8400"
    )


def test_a_mistake_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    """Who did not write the option sees where the address came from."""
    assert "ISNAD_KAFKA" in call(tmp_path, ISNAD_KAFKA="localhost:abc")[2]


def test_without_an_option_the_running_stack_is_asked(tmp_path: Path) -> None:
    """An empty variable counts as none."""
    store(tmp_path, Addresses(kafka="127.0.0.1:19092", api="http://127.0.0.1:18400"))
    assert call(tmp_path, ISNAD_KAFKA="")[1] == "127.0.0.1:19092 http://127.0.0.1:18400"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_who_has_no_home_is_asked_for_one() -> None:
    """Neither HOME nor the list of users says where."""
    code = "import os; from isnad.addresses import default_home; os.setuid(4000054321); default_home()"
    ran = subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, text=True, check=False)
    assert ran.stderr.splitlines()[-1].startswith("isnad.errors.SetupError: This user has no home folder. Set HOME")


@pytest.mark.parametrize("content", [b"\xff\xfe{", b'{"api": "\xff"}', b"[" * 100_000, b"{"])
def test_a_damaged_note_of_the_stack_is_told(tmp_path: Path, content: bytes) -> None:
    addresses_file(tmp_path).parent.mkdir()
    addresses_file(tmp_path).write_bytes(content)
    with pytest.raises(SetupError, match=r"addresses\.json can't be read .*Run `isnad up` again"):
        load(tmp_path)


def test_an_address_of_the_stack_that_can_not_be_is_refused_too(tmp_path: Path) -> None:
    store(tmp_path, Addresses(api="http://a..b"))
    assert call(tmp_path)[0] == 2

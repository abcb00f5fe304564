"""No secret is shown by any service or command that is set up wrongly, and none by --help."""

import importlib
import os
import signal
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from isnad_cli.__main__ import COMMANDS, cli

SECRET = "open-sesame"
SERVICES = ("prepare", "dedup", "entities", "index", "api")

GIVEN = {
    "ISNAD_KAFKA": "127.0.0.1:9",
    "ISNAD_KAFKA_SECURITY": "SASL_SSL",
    "ISNAD_KAFKA_USER": "me",
    "ISNAD_KAFKA_PASSWORD": SECRET,
    "ISNAD_KAFKA_KEY_PASSWORD": SECRET,
    "ISNAD_ELASTICSEARCH": f"https://me:{SECRET}@127.0.0.1:9",
    "ISNAD_API_KEY": SECRET,
    "ISNAD_HEALTH_PORT": "0",
    "ISNAD_API_PORT": "0",
}
"""Right settings, with a secret wherever there can be one."""

WRONG = {
    "no user": {"ISNAD_KAFKA_USER": ""},
    "no encryption": {"ISNAD_KAFKA_SECURITY": "PLAINTEXT"},
    "no such protocol": {"ISNAD_KAFKA_SECURITY": SECRET[:4]},
    "password in the address": {"ISNAD_KAFKA": f"me:{SECRET}@127.0.0.1:9"},
    "password of two lines": {"ISNAD_KAFKA_PASSWORD": f"{SECRET}\n{SECRET}"},
    "two passwords": {"ISNAD_KAFKA_PASSWORD_FILE": "/nowhere"},
    "no certificates": {"ISNAD_KAFKA_CA": "/nowhere"},
    "not the certificate's key": {"ISNAD_KAFKA_CERTIFICATE": __file__, "ISNAD_KAFKA_KEY": __file__},
}

WRONG_ELASTICSEARCH = {
    "address without port": {"ISNAD_ELASTICSEARCH": f"https://me:{SECRET}@es"},
    "address with a mistake": {"ISNAD_ELASTICSEARCH": f"https:/me:{SECRET}@es:9200"},
    "password not encoded": {"ISNAD_ELASTICSEARCH": f"https://me:{SECRET}#{SECRET}@es:9200"},
    "two ways to get in": {"ISNAD_ELASTICSEARCH_API_KEY": SECRET},
    "key of two lines": {"ISNAD_ELASTICSEARCH_API_KEY": f"{SECRET}\n{SECRET}"},
    "no certificates of Elasticsearch": {"ISNAD_ELASTICSEARCH_CA": "/nowhere"},
}

CASES = [
    *((service, wrong) for service in SERVICES for wrong in WRONG),
    *((service, wrong) for service in ("index", "api") for wrong in WRONG_ELASTICSEARCH),
]


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in os.environ:  # noqa: TID251
        if name.startswith("ISNAD_"):
            monkeypatch.delenv(name)
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.parametrize(("service", "wrong"), CASES)
def test_a_service_that_refuses_to_start_shows_no_secret(service, wrong, environ, capfd):
    """Status 78, and what it says names a variable."""
    for name, value in (WRONG | WRONG_ELASTICSEARCH)[wrong].items():
        environ.setenv(name, value)
    main = importlib.import_module(f"isnad_{service}.__main__").main
    assert main() == 78
    out, err = capfd.readouterr()
    assert "ISNAD_" in err
    assert SECRET not in out + err


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_refuses_to_start_leaves_the_signals_as_they_were(service, environ):
    """Else the tests that come after it would be ended as it would."""
    environ.setenv("ISNAD_KAFKA_CA", "/nowhere")
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.getsignal(number) for number in numbers]
    assert importlib.import_module(f"isnad_{service}.__main__").main() == 78
    assert [signal.getsignal(number) for number in numbers] == before


@pytest.mark.parametrize("wrong", WRONG)
def test_a_command_that_refuses_shows_no_secret(wrong, environ, tmp_path):
    """What is raised is isnad's own error, whose text `isnad` prints, or a mistake in the call."""
    for name, value in WRONG[wrong].items():
        environ.setenv(name, value)
    result = CliRunner().invoke(cli, ["topics", "check", "--home", str(tmp_path)])
    assert result.exit_code != 0
    said = f"{result.output} {result.exception}"
    assert "ISNAD_KAFKA" in said
    assert SECRET not in said


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def test_no_help_shows_a_secret(environ):
    """Of any command, with secrets in the environment."""
    paths = list(commands(cli))
    assert len(paths) > len(COMMANDS)
    for path in paths:
        result = CliRunner().invoke(cli, [*path, "--help"])
        assert result.exit_code == 0, result.output
        assert SECRET not in result.output, path

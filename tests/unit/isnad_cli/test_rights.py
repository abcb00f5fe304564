"""`isnad rights`: what is printed can be run as it is."""

import json
import shlex

import pytest
from click.testing import CliRunner

from isnad.errors import RequestError
from isnad_cli.__main__ import cli
from isnad_cli.granting import KAFKA_USERS


def printed(*arguments: str) -> str:
    result = CliRunner().invoke(cli, ["rights", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_rights_of_one_service_in_kafka():
    """Each line a whole command, names with the prefix."""
    lines = printed("kafka", "feeder", "--topic-prefix", "t.", "--principal", "User:CN={},O=Desk").splitlines()
    assert [shlex.split(line) for line in lines] == [
        ["kafka-acls.sh", "--bootstrap-server", "localhost:9092", "--add", "--allow-principal", "User:CN=feeder,O=Desk",
         "--operation", "Write", "--topic", "t.articles.raw"],
    ]  # fmt: skip


def test_without_a_name_the_rights_of_all():
    shown = printed("kafka", "--program", "acls")
    assert {f"User:isnad-{user}" for user in KAFKA_USERS} == set(shlex.split(shown)) & {
        word for word in shlex.split(shown) if word.startswith("User:")
    }
    assert all(line.startswith("acls --add ") for line in shown.splitlines())
    assert "--resource-pattern-type prefixed --group isnad-" in shown


def test_the_request_for_a_key_of_elasticsearch():
    """The reader's may read articles, stories, takedowns and entities, and see that the server is well."""
    names = ["desk-articles*", "desk-stories*", "desk-takedowns*", "desk-entities*"]
    assert json.loads(printed("elasticsearch", "api", "--index-prefix", "desk")) == {
        "name": "desk-api",
        "role_descriptors": {
            "desk-api": {
                "cluster": ["monitor"],
                "indices": [{"names": names, "privileges": ["read"]}],
            }
        },
    }


@pytest.mark.parametrize("users", [(), ("prepare", "dedup")])
def test_one_principal_is_not_given_the_rights_of_several_services(users):
    result = CliRunner().invoke(cli, ["rights", "kafka", *users, "--principal", "User:x"])
    assert isinstance(result.exception, RequestError)
    assert "User:isnad-{}" in str(result.exception)
    assert result.stdout == ""


def test_one_service_may_be_called_anything():
    assert "User:x" in printed("kafka", "feeder", "--principal", "User:x")

"""`isnad topics` on a real Kafka."""

import itertools

import pytest
from click.testing import CliRunner

from isnad.errors import BrokerUnavailable, SetupError
from isnad_cli.topics import topics

pytestmark = pytest.mark.real

_numbers = itertools.count()


@pytest.fixture
def call(kafka):
    prefix = f"command{next(_numbers)}."

    def call(*arguments):
        return CliRunner().invoke(topics, [*arguments, "--kafka", kafka, "--topic-prefix", prefix])

    return call


def test_missing_topics_are_refused_until_they_are_created(call):
    """Exit status not 0, and the sentence names the command."""
    missing = call("check")
    assert isinstance(missing.exception, SetupError)
    assert "isnad topics create" in str(missing.exception)
    assert missing.output.count("does not exist") == 6
    created = call("create")
    assert created.exit_code == 0
    assert created.output.count("created ") == 6
    assert call("check").exit_code == 0
    again = call("create")
    assert again.exit_code == 0
    assert "created" not in again.output


def test_partitions_are_added_and_too_many_are_explained(call):
    """Kafka can't take partitions away, so the sentence says what can be done instead."""
    call("create", "--partitions", "2")
    assert isinstance(call("check").exception, SetupError)
    more = call("create", "--partitions", "3")
    assert more.exit_code == 0
    assert more.output.count("3 partitions instead of 2") == 4
    assert "Start every service, the API too, with ISNAD_PARTITIONS=3." in more.output
    fewer = call("create", "--partitions", "2")
    assert isinstance(fewer.exception, SetupError)
    assert "--partitions 3" in str(fewer.exception)
    assert "ISNAD_PARTITIONS=3" in str(fewer.exception)


def test_no_kafka_is_a_sentence(unused_tcp_port):
    """With the address."""
    result = CliRunner().invoke(topics, ["check", "--kafka", f"127.0.0.1:{unused_tcp_port}"])
    assert isinstance(result.exception, BrokerUnavailable)
    assert str(unused_tcp_port) in str(result.exception)

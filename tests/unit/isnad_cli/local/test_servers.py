"""Kafka's and Elasticsearch's settings."""

from pathlib import Path

import pytest

from isnad.errors import SetupError
from isnad_cli.local.accounts import Account, server_account
from isnad_cli.local.elasticsearch_server import ElasticsearchServer
from isnad_cli.local.kafka_server import KafkaServer
from isnad_cli.local.packages import Packages

PACKAGES = Packages(Path("/p/java"), (Path("/p/a.jar"), Path("/p/b.jar")), Path("/p/elasticsearch"))
ACCOUNT = Account("nobody", 65534, 65534)


def test_kafka_listens_on_loopback_only() -> None:
    """Every listener has an address, and it is this machine's own."""
    properties = KafkaServer(PACKAGES, Path("/h/kafka"), ACCOUNT, 9192, 9193).properties()
    for listener in [*properties["listeners"].split(","), *properties["advertised.listeners"].split(",")]:
        assert listener.partition("://")[2].startswith("127.0.0.1:")


def test_kafka_creates_no_topic_by_itself() -> None:
    """A misspelt topic is an error, not a new topic."""
    properties = KafkaServer(PACKAGES, Path("/h/kafka"), ACCOUNT, 9192, 9193).properties()
    assert properties["auto.create.topics.enable"] == "false"


def test_elasticsearch_listens_on_loopback_only() -> None:
    """Both its ports are bound to this machine's own address."""
    settings = ElasticsearchServer(PACKAGES, Path("/h/es"), ACCOUNT, 9201, 9301).settings()
    assert settings["network.host"] == "127.0.0.1"
    assert not [name for name in settings if name.endswith(("bind_host", "publish_host")) or name == "http.host"]


def test_elasticsearch_knows_disk_limits_in_bytes() -> None:
    """In shares of a large disk it would stop writing with hundreds of GB free."""
    settings = ElasticsearchServer(PACKAGES, Path("/h/es"), ACCOUNT, 9201, 9301).settings()
    limits = {name: value for name, value in settings.items() if "watermark" in name}
    assert len(limits) == 3
    assert all(value.endswith(("mb", "gb")) for value in limits.values())


def test_a_folder_closed_to_the_servers_user_is_refused(tmp_path: Path) -> None:
    """Pytest's own folders are closed to others, as root's are."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(SetupError, match=r"can't enter .*--home"):
        Account("somebody", 54321, 54321).must_reach(closed / "home")


def test_the_servers_never_run_as_root() -> None:
    """Elasticsearch would refuse."""
    assert server_account().uid != 0

"""A disk that is full: the broker's, the one of dedup's snapshots, Elasticsearch's."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.conftest import Servers
from tests.harness.chain import Chain
from tests.harness.servers import ended, start_again
from tests.harness.small_disk import SmallDisk, small_disk

from isnad_cli.local.packages import Packages

pytestmark = pytest.mark.real

FULL_SECONDS = 10

MEGABYTES = 1600
"""Elasticsearch of the local stack wants some hundred free, or it makes no index."""


@pytest.fixture
def disk(servers: Servers) -> Iterator[SmallDisk]:
    """In the home of the test's servers, which their user can reach."""
    with small_disk(servers.home / "small-disk", MEGABYTES) as mounted:
        yield mounted


@pytest.fixture
def own_servers(disk: SmallDisk, local_packages: Packages) -> Iterator[Servers]:
    """A Kafka and an Elasticsearch that write on the small disk."""
    running = Servers(disk.folder, local_packages)
    try:
        yield running
    finally:
        running.stop()


@pytest.mark.row(41, "disk full for the broker")
def test_full_for_the_broker(chain: Chain, disk: SmallDisk, own_servers: Servers):
    """The broker ends by itself; all stages wait without committing, and go on when it has room and runs again."""
    broker = own_servers.start_kafka()
    broker.wait()
    chain.kafka = own_servers.kafka_server.address
    chain.create_topics()
    chain.start()
    with chain.load(1200, per_second=60):
        disk.fill()
        chain.wait_until(lambda: ended(broker.started), "the broker does not notice that its disk is full")
        for name in ("prepare", "dedup", "entities", "index"):
            worker = chain.workers[name]
            chain.wait_until(lambda: "kafka" in worker.waits_for(), f"/readyz of {name} does not name Kafka")  # noqa: B023
        time.sleep(FULL_SECONDS)
        disk.empty()
        start_again(broker)
    assert chain.settle().count.dead == 0


@pytest.mark.row(41, "disk full for Elasticsearch")
def test_full_for_elasticsearch(chain: Chain, disk: SmallDisk, own_servers: Servers):
    """The index service waits and says so, and goes on when there is room."""
    own_servers.start_elasticsearch().wait()
    chain.elasticsearch = own_servers.elasticsearch_server.url
    look_often_for_room(chain.elasticsearch)
    chain.start()
    index = chain.workers["index"]
    with chain.load(1500, per_second=60):
        chain.wait_until(lambda: bool(chain.documents(fields=())), "nothing is indexed")
        disk.fill()
        chain.wait_until(lambda: "elasticsearch" in index.waits_for(), "/readyz does not name Elasticsearch")
        assert index.waits_for()["elasticsearch"]["reason"]
        time.sleep(FULL_SECONDS)
        disk.empty()
        if ended(own_servers.start_elasticsearch().started):
            start_again(own_servers.start_elasticsearch())
    assert chain.settle().count.dead == 0
    assert index.starts == 1


def look_often_for_room(elasticsearch: str) -> None:
    """Let Elasticsearch look each ten seconds, and not each thirty, whether its disk is full."""
    setting = {"persistent": {"cluster.info.update.interval": "10s"}}
    httpx.put(f"{elasticsearch}/_cluster/settings", json=setting, timeout=30).raise_for_status()


@pytest.mark.row(41, "disk full for dedup's snapshots and working files")
def test_full_for_dedup(chain: Chain, disk: SmallDisk, tmp_path: Path):
    """Dedup commits nothing that it could not keep, says that the disk is full, and goes on when there is room."""
    chain.settings["ISNAD_STATE_FOLDER"] = str(disk.folder / "state")
    chain.start()
    dedup = chain.workers["dedup"]
    with chain.load(1000, per_second=60):
        chain.wait_until(lambda: bool(dedup.logged("wrote a snapshot")), "no snapshot was written")
    disk.fill()
    with chain.load(500, per_second=60):
        chain.wait_until(lambda: full_is_said(chain), "nobody says that the disk is full")
        time.sleep(FULL_SECONDS)
        chain.check_commits(["dedup"])
        disk.empty()
    assert chain.settle().count.dead == 0


def full_is_said(chain: Chain) -> bool:
    """In /readyz, or in the log where only snapshots fail: work goes on without them."""
    dedup = chain.workers["dedup"]
    said = dedup.logged("a snapshot could not be written") or "disk" in dedup.waits_for()
    return bool(said)

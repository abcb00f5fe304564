"""Fixtures for tests that need the real servers: started once for all tests that ask, and ended with them.

`kafka` and `elasticsearch` give one address and start one server; `stack` gives both; `secured_kafka` and
`secured_elasticsearch` are others, as they stand in production. The packages are downloaded
once, into the folder that ISNAD_PACKAGES names, else into the one that `isnad up` uses.
"""

import logging
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
import structlog
from rich.console import Console
from tests.secured import Certificates, SecuredElasticsearch, SecuredKafka

from isnad.addresses import default_home
from isnad_cli.local import leftovers, packages, readiness
from isnad_cli.local.accounts import Account, server_account
from isnad_cli.local.elasticsearch_server import ElasticsearchServer
from isnad_cli.local.kafka_server import KafkaServer
from isnad_cli.local.packages import Packages
from isnad_cli.local.ports import choose_any
from isnad_cli.local.programs import Program

START_SECONDS = 120
PREFIX = "isnad-tests-"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the tests that take minutes, as `make long` does")
    faults = parser.getgroup("faults", "what the chain must survive")
    faults.addoption(
        "--faults",
        metavar="ROWS",
        help="run the faults of these rows (2,7,13, or all) and print a table; without it only a few, in short",
    )
    faults.addoption("--soak-minutes", metavar="N", type=int, default=5, help="how long the row of the long run takes")
    faults.addoption("--faults-table", metavar="FILE", type=Path, help="write the table there too, as JSON")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    long = [item for item in items if item.get_closest_marker("long")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """A command that a test calls sets up logging for its whole process, which here is that of the next test too."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)
    root.handlers[:] = [
        one for one in root.handlers if not isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    structlog.reset_defaults()


@dataclass(frozen=True)
class Stack:
    """The running servers."""

    home: Path
    kafka: str
    """Bootstrap address, host:port."""
    elasticsearch: str
    """Base URL."""


class ImpatientKafka(KafkaServer):
    """Kafka that allows shorter sessions: what a killed worker had is given to another one sooner."""

    def properties(self) -> dict[str, str]:
        return {**super().properties(), "group.min.session.timeout.ms": "1000"}


@dataclass
class Process:
    """One server that the tests started."""

    program: Program
    account: Account
    log: Path
    answers: Callable[[], bool]
    started: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.started is None:
            with self.log.open("ab") as log:
                self.started = subprocess.Popen(
                    self.program.command,
                    cwd=self.program.directory,
                    env={"PATH": os.defpath, leftovers.MARK: str(self.log.parent), **self.program.environment},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    **self.account.entry(),
                )

    def wait(self) -> None:
        assert self.started is not None
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.started.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{self.program.name} did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        if self.started is None or self.started.poll() is not None:
            return
        server = psutil.Process(self.started.pid)
        # Elasticsearch's launcher ends before the server that it started.
        family = [server, *server.children(recursive=True)]
        server.terminate()
        _, left = psutil.wait_procs(family, self.program.stop_seconds)
        for process in left:
            process.kill()
        self.started.wait()


@dataclass
class Servers:
    """Kafka and Elasticsearch of the test session, started when first asked for."""

    home: Path
    packages: Packages
    account: Account = field(default_factory=server_account)

    def __post_init__(self) -> None:
        self.certificates = Certificates(self.home)
        names = ("kafka", "controller", "elasticsearch", "transport")
        port = choose_any((*names, *(f"secured-{name}" for name in (*names, "mutual"))))
        self.kafka_server = ImpatientKafka(
            self.packages,
            self.home / "kafka",
            self.account,
            port["kafka"],
            port["controller"],
            heap_mb=320,
            short_lived=True,
        )
        self.elasticsearch_server = ElasticsearchServer(
            self.packages,
            self.home / "elasticsearch",
            self.account,
            port["elasticsearch"],
            port["transport"],
            heap_mb=384,
            short_lived=True,
        )
        self.secured_kafka = SecuredKafka(
            self.packages,
            self.home / "secured-kafka",
            self.account,
            port["secured-kafka"],
            port["secured-controller"],
            heap_mb=256,
            short_lived=True,
            certificates=self.certificates,
            mutual_port=port["secured-mutual"],
        )
        self.secured_elasticsearch = SecuredElasticsearch(
            self.packages,
            self.home / "secured-elasticsearch",
            self.account,
            port["secured-elasticsearch"],
            port["secured-transport"],
            heap_mb=384,
            short_lived=True,
            certificates=self.certificates,
        )
        self.running: dict[str, Process] = {}

    def start_kafka(self) -> Process:
        return self._start("kafka", self.kafka_server, lambda: readiness.accepts(self.kafka_server.port))

    def start_elasticsearch(self) -> Process:
        url = self.elasticsearch_server.url
        return self._start("elasticsearch", self.elasticsearch_server, lambda: readiness.elasticsearch_answers(url))

    def start_secured_kafka(self) -> Process:
        return self._start("secured-kafka", self.secured_kafka, lambda: readiness.accepts(self.secured_kafka.port))

    def start_secured_elasticsearch(self) -> Process:
        return self._start("secured-elasticsearch", self.secured_elasticsearch, self.secured_elasticsearch.answers)

    def _start(self, name: str, server: KafkaServer | ElasticsearchServer, answers: Callable[[], bool]) -> Process:
        if name not in self.running:
            server.prepare()
            process = Process(server.program(), self.account, self.home / f"{name}.log", answers)
            process.start()
            self.running[name] = process
        return self.running[name]

    def stop(self) -> None:
        for process in self.running.values():
            process.stop()


@pytest.fixture(scope="session")
def local_packages() -> Packages:
    """The packages folder, complete."""
    folder = Path(os.environ.get("ISNAD_PACKAGES") or default_home() / "packages")  # noqa: TID251  a composition root
    return packages.prepare(folder, Console(stderr=True))


def sweep() -> None:
    """End and delete what test sessions that were killed have left behind."""
    for owner in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/owner"):
        if not psutil.pid_exists(int(owner.read_text() or 0)):
            leftovers.end(owner.parent)
            shutil.rmtree(owner.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def servers(local_packages: Packages) -> Iterator[Servers]:
    """The servers of this session, none started yet."""
    sweep()
    home = Path(tempfile.mkdtemp(prefix=PREFIX))
    # The servers' user has to enter it, and pytest's own folders are closed to others.
    home.chmod(0o755)
    (home / "owner").write_text(str(os.getpid()))
    running = Servers(home, local_packages)
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def kafka(servers: Servers) -> str:
    """Bootstrap address of a real Kafka, with no topics."""
    servers.start_kafka().wait()
    return servers.kafka_server.address


@pytest.fixture(scope="session")
def elasticsearch(servers: Servers) -> str:
    """Base URL of a real, empty Elasticsearch with the analysis plugin."""
    servers.start_elasticsearch().wait()
    return servers.elasticsearch_server.url


@pytest.fixture(scope="session")
def stack(servers: Servers) -> Stack:
    """A real Kafka and a real Elasticsearch, both answering."""
    for process in (servers.start_kafka(), servers.start_elasticsearch()):
        process.wait()
    return Stack(servers.home, servers.kafka_server.address, servers.elasticsearch_server.url)


@pytest.fixture(scope="session")
def secured_kafka(servers: Servers) -> SecuredKafka:
    """A real Kafka behind TLS and SCRAM, with no topics, on which only the administrator has rights."""
    servers.start_secured_kafka().wait()
    return servers.secured_kafka


@pytest.fixture(scope="session")
def secured_elasticsearch(servers: Servers) -> SecuredElasticsearch:
    """A real, empty Elasticsearch behind TLS and API keys."""
    servers.start_secured_elasticsearch().wait()
    return servers.secured_elasticsearch

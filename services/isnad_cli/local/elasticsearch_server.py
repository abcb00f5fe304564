"""Elasticsearch on one machine: its settings, the folders it needs, and how it is started. One node, loopback only."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from isnad_cli.local.accounts import Account
from isnad_cli.local.packages import Packages
from isnad_cli.local.programs import Program

_LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %marker%m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


@dataclass(frozen=True, slots=True)
class ElasticsearchServer:
    """The Elasticsearch of one home. `folder` holds its settings and data."""

    packages: Packages
    folder: Path
    account: Account
    port: int
    transport_port: int
    heap_mb: int = 512
    short_lived: bool = False
    """For tests: compiled less well and started sooner."""

    name: ClassVar[str] = "elasticsearch"

    @property
    def url(self) -> str:
        """Base address."""
        return f"http://127.0.0.1:{self.port}"

    def settings(self) -> dict[str, str]:
        """Elasticsearch's own settings, by its names."""
        return {
            "cluster.name": "isnad",
            "node.name": "local",
            "path.data": str(self.folder / "data"),
            "path.logs": str(self.folder / "tmp"),
            "network.host": "127.0.0.1",
            "http.port": str(self.port),
            "transport.port": str(self.transport_port),
            "discovery.type": "single-node",
            "xpack.security.enabled": "false",
            "action.auto_create_index": "false",
            # In free bytes: by shares, a large disk that is fairly full would make the indices read-only.
            "cluster.routing.allocation.disk.watermark.low": "1gb",
            "cluster.routing.allocation.disk.watermark.high": "700mb",
            "cluster.routing.allocation.disk.watermark.flood_stage": "400mb",
        }

    def jvm_options(self) -> list[str]:
        """Options of the server's Java machine; the distribution's own ask for modules that the runtime lacks."""
        return [
            f"-Xms{self.heap_mb}m",
            f"-Xmx{self.heap_mb}m",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            f"-Djava.io.tmpdir={self.folder / 'tmp'}",
            *(["-XX:TieredStopAtLevel=1"] if self.short_lived else []),
        ]

    def files(self) -> dict[str, str]:
        """The files of its settings, by name."""
        shipped = self.packages.elasticsearch_home / "config"
        return {
            "elasticsearch.yml": "".join(f"{key}: {value}\n" for key, value in self.settings().items()),
            "jvm.options": "\n".join(self.jvm_options()) + "\n",
            "log4j2.properties": _LOGGING,
            # Elasticsearch's launcher wants this folder to be there.
            "jvm.options.d/none.options": "",
            **{
                name: (shipped / name).read_text() for name in ("role_mapping.yml", "roles.yml", "users", "users_roles")
            },
        }

    def prepare(self) -> None:
        """Write the settings."""
        self.account.enter(self.folder)
        for name in ("data", "tmp"):
            self.account.own(self.folder / name)
        # His own, since the server adds a keystore.
        self.account.own_anew(self.folder / "config", self.files())

    def program(self) -> Program:
        """How it is started."""
        return Program(
            name=self.name,
            command=(str(self.packages.elasticsearch_home / "bin" / "elasticsearch"),),
            directory=self.folder,
            environment={
                "ES_JAVA_HOME": str(self.packages.java_home),
                "ES_PATH_CONF": str(self.folder / "config"),
                "ES_TMPDIR": str(self.folder / "tmp"),
                # Of the launcher, which only starts the server and then waits for its end.
                "CLI_JAVA_OPTS": "-XX:TieredStopAtLevel=1 -Xss512k",
            },
            user=self.account.name,
            stop_seconds=30,
        )

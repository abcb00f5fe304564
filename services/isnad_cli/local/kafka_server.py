"""Kafka on one machine: its settings, the folder it needs, and how it is started. One process, KRaft, loopback only."""

import base64
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from isnad.errors import SetupError
from isnad_cli.local.accounts import Account
from isnad_cli.local.packages import Packages
from isnad_cli.local.programs import Program

_LOGGING = """\
Configuration:
  status: WARN
  Appenders:
    Console:
      name: STDOUT
      PatternLayout:
        pattern: "[%d] %p %m (%c)%n"
  Loggers:
    Root:
      level: WARN
      AppenderRef:
        - ref: STDOUT
    Logger:
      - name: org.apache.kafka.server
        level: INFO
      - name: kafka.server
        level: INFO
"""


@dataclass(frozen=True, slots=True)
class KafkaServer:
    """The Kafka of one home. `folder` holds its settings and data."""

    packages: Packages
    folder: Path
    account: Account
    port: int
    controller_port: int
    heap_mb: int = 384
    short_lived: bool = False
    """For tests: compiled less well and started sooner."""

    name: ClassVar[str] = "kafka"

    @property
    def address(self) -> str:
        """Bootstrap address, host:port."""
        return f"127.0.0.1:{self.port}"

    @property
    def _settings(self) -> Path:
        return self.folder / "config" / "server.properties"

    @property
    def _logging(self) -> Path:
        return self.folder / "config" / "log4j2.yaml"

    def properties(self) -> dict[str, str]:
        """Kafka's own settings, by its names."""
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            # The voters are named here and not in the log, so that the controller's port can change between starts.
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "log.dirs": str(self.folder / "data"),
            # `isnad topics` creates them as they must be; a typing error must not create one silently.
            "auto.create.topics.enable": "false",
            # One broker can't keep more than one copy of its own topics, and a small chain needs few partitions there.
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            # A stage that was away for as long as its topic keeps messages goes on where it stood; Kafka forgets after
            # seven days unless told otherwise.
            "offsets.retention.minutes": str(60 * 24 * 31),
            "group.initial.rebalance.delay.ms": "0",
            "num.network.threads": "2",
            "num.io.threads": "4",
            # Of the heap, and 128 MB unless told otherwise.
            "log.cleaner.dedupe.buffer.size": str(8 * 1024 * 1024),
        }

    def files(self) -> dict[str, str]:
        """The files of its settings, by name."""
        properties = "".join(f"{key}={value}\n" for key, value in self.properties().items())
        return {self._settings.name: properties, self._logging.name: _LOGGING}

    def format_options(self) -> tuple[str, ...]:
        """What the data folder is formatted with, besides the settings."""
        return ()

    def prepare(self) -> None:
        """Write the settings, and format the data folder the first time.

        Raises:
            SetupError: Kafka refuses the folder.
        """
        self.account.enter(self.folder)
        for name in ("data", "tmp"):
            self.account.own(self.folder / name)
        self.account.own_anew(self.folder / "config", self.files())
        if (self.folder / "data" / "meta.properties").exists():
            return
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        done = subprocess.run(
            [
                *self._java("kafka.tools.StorageTool"),
                "format",
                f"--cluster-id={cluster}",
                "--config",
                str(self._settings),
                *self.format_options(),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={},
            **self.account.entry(),
        )
        if done.returncode:
            raise SetupError(
                f"Kafka can't use {self.folder} ({(done.stderr or done.stdout).strip()[-300:]}). "
                "Run `isnad doctor`, or choose another folder with --home."
            )

    def program(self) -> Program:
        """How it is started."""
        return Program(
            name=self.name,
            command=(*self._java("kafka.Kafka"), str(self._settings)),
            directory=self.folder,
            user=self.account.name,
            stop_seconds=20,
        )

    def _java(self, main: str) -> tuple[str, ...]:
        archive = self.folder / "tmp" / "classes.jsa"
        # Written at the first end; it halves the work of each later start.
        quicker = ["-XX:+AutoCreateSharedArchive", f"-XX:SharedArchiveFile={archive}"]
        return (
            str(self.packages.java),
            f"-Xmx{self.heap_mb}m",
            "-Xms64m",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.awt.headless=true",
            f"-Djava.io.tmpdir={self.folder / 'tmp'}",
            f"-Dkafka.logs.dir={self.folder / 'tmp'}",
            f"-Dlog4j2.configurationFile={self._logging}",
            *(["-XX:TieredStopAtLevel=1"] if self.short_lived else quicker),
            "-cp",
            ":".join(str(jar) for jar in self.packages.kafka_jars),
            main,
        )

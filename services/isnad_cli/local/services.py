"""The services that `isnad up` starts, and how each is told where everything is."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from isnad.addresses import Addresses
from isnad.errors import RequestError
from isnad_cli.local.programs import Program

SERVERS = ("kafka", "elasticsearch")
SERVICES = ("prepare", "dedup", "entities", "index", "api")

_NEEDS = {
    "prepare": ("kafka",),
    "dedup": ("kafka",),
    "entities": ("kafka",),
    "index": SERVERS,
    "api": SERVERS,
}
_SINGLE = ("api",)
_NOT_PASSED_ON = tuple(
    f"ISNAD_{name}"
    for name in (
        *("KAFKA_SECURITY", "KAFKA_MECHANISM", "KAFKA_USER", "KAFKA_PASSWORD", "KAFKA_PASSWORD_FILE"),
        *("KAFKA_CA", "KAFKA_CERTIFICATE", "KAFKA_KEY", "KAFKA_KEY_PASSWORD", "KAFKA_KEY_PASSWORD_FILE"),
        *("ELASTICSEARCH_API_KEY", "ELASTICSEARCH_API_KEY_FILE", "ELASTICSEARCH_USER", "ELASTICSEARCH_PASSWORD"),
        *("ELASTICSEARCH_PASSWORD_FILE", "ELASTICSEARCH_CA"),
    )
)
_FIRST_HEALTH_PORT = 8401

PORTS = {"kafka": 9092, "kafka-controller": 9093, "elasticsearch": 9200, "elasticsearch-transport": 9300, "api": 8400}
"""The ports that are asked for first; the health pages of the services follow that of the API."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the stack is to be started, and how many of each service."""

    names: tuple[str, ...] = (*SERVERS, *SERVICES)
    workers: Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        """Check it.

        Raises:
            RequestError: a name that there isn't, a service without its servers, or a number of workers that can't be.
        """
        known = (*SERVERS, *SERVICES)
        for name in (*self.names, *(self.workers or {})):
            if name not in known:
                raise RequestError(f"There is no service {name!r}. Choose from {', '.join(known)}.")
        for name in self.names:
            absent = [server for server in _NEEDS.get(name, ()) if server not in self.names]
            if absent:
                raise RequestError(
                    f"{name} needs {' and '.join(absent)} too: --only {','.join([*absent, *self.names])}"
                )
        for name, number in (self.workers or {}).items():
            if name in (*SERVERS, *_SINGLE) and number != 1:
                raise RequestError(f"There can be only one {name} on one machine.")
            if number < 1:
                raise RequestError(f"{number} workers of {name} are none. Leave a service out with --only.")

    @property
    def servers(self) -> tuple[str, ...]:
        """The chosen servers."""
        return tuple(name for name in SERVERS if name in self.names)

    @property
    def processes(self) -> dict[str, str]:
        """The service of each process of the chosen services: `entities-2` is the second worker of `entities`."""
        found = {}
        for name in SERVICES:
            if name in self.names:
                for number in range(1, (self.workers or {}).get(name, 1) + 1):
                    found[name if number == 1 else f"{name}-{number}"] = name
        return found

    @property
    def server_ports(self) -> dict[str, int]:
        """The ports that the servers ask for, each by a name of its own."""
        return {name: port for name, port in PORTS.items() if name.partition("-")[0] in self.servers}

    @property
    def service_ports(self) -> dict[str, int]:
        """The ports that the services ask for: the API's own, and one for each process's health pages."""
        own = {"api": PORTS["api"]} if "api" in self.names else {}
        return own | {f"{name}-health": _FIRST_HEALTH_PORT + i for i, name in enumerate(self.processes)}


def program(
    process: str, service: str, *, where: Addresses, ports: Mapping[str, int], state: Path, keys: Path
) -> Program:
    """Return how one process of a service is started."""
    environment = {
        # How the user reaches another Kafka or Elasticsearch is not for those of the local stack.
        **dict.fromkeys(_NOT_PASSED_ON, ""),
        "ISNAD_KAFKA": where.kafka,
        "ISNAD_ELASTICSEARCH": where.elasticsearch,
        "ISNAD_HEALTH_HOST": "127.0.0.1",
        "ISNAD_HEALTH_PORT": str(ports[f"{process}-health"]),
        "ISNAD_LOG_FORMAT": "json",
    }
    if service == "dedup":
        # One folder for all its workers: whoever starts finds the snapshots of the others.
        environment["ISNAD_STATE_FOLDER"] = str(state / service)
    if service == "api":
        environment |= {
            "ISNAD_API_HOST": "127.0.0.1",
            "ISNAD_API_PORT": str(ports["api"]),
            "ISNAD_KEYS_FILE": str(keys),
        }
    return Program(
        name=process,
        command=(sys.executable, "-m", f"isnad_{service}"),
        directory=state / process,
        environment=environment,
        inherits=True,
    )

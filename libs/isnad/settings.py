"""Settings of the services: frozen dataclasses filled once from the environment, by the composition roots only.

A field `batch_size` is read from `ISNAD_BATCH_SIZE`. Everything has a default that fits the local stack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar, get_type_hints

import msgspec

from isnad.endpoints import kafka_servers
from isnad.errors import SetupError
from isnad.topics import RAW_PARTITIONS, Topics

PREFIX = "ISNAD_"

LogFormat = Literal["auto", "json", "text"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceSettings:
    """What every service is told."""

    kafka: str = "127.0.0.1:9092"
    """Bootstrap servers, `host:port[,host:port]`."""
    topic_prefix: str = ""
    partitions: int = RAW_PARTITIONS
    health_host: str = "127.0.0.1"
    health_port: int = 0
    """Port of /healthz, /readyz and /metrics; 0 picks a free one and logs it."""
    log_format: LogFormat = "auto"
    """`auto` is readable on a terminal and JSON elsewhere."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def topics(self) -> Topics:
        """The names of the topics under this prefix."""
        return Topics(self.topic_prefix)


@dataclass(frozen=True, kw_only=True, slots=True)
class StageSettings(ServiceSettings):
    """What every stage of the chain is told."""

    batch_size: int = 100
    """At most so many records at once."""
    batch_seconds: float = 0.1
    """At most so long is waited for a batch to fill."""
    watchdog_seconds: float = 120.0
    """With lag and no progress for so long the process ends with an error."""
    session_seconds: float = 10.0
    """After so long without a sign of life Kafka gives a dead worker's partitions to others; Kafka allows 6 or more."""


S = TypeVar("S", bound=ServiceSettings)


def load(kind: type[S], environ: Mapping[str, str]) -> S:
    """Fill settings from environment variables.

    Raises:
        SetupError: a variable can't be read as what its field is; the text names the variable.
    """
    types = get_type_hints(kind)
    given: dict[str, Any] = {}
    for field in fields(kind):
        variable = PREFIX + field.name.upper()
        if variable in environ:
            try:
                value = msgspec.convert(environ[variable], types[field.name], strict=False)
                given[field.name] = kafka_servers(value) if field.name == "kafka" else value
            except msgspec.ValidationError as exc:
                raise SetupError(f"{variable}={environ[variable]!r}: {exc}. Correct the variable or unset it.") from exc
            except ValueError as exc:  # the address of Kafka; the text holds it
                raise SetupError(f"{variable}: {exc}. Correct the variable or unset it.") from exc
    return kind(**given)

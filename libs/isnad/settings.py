"""Settings of the services: frozen dataclasses filled once from the environment, by the composition roots only.

A field `batch_size` is read from `ISNAD_BATCH_SIZE`. A field that is itself a dataclass, as `kafka`, takes its first
field from `ISNAD_KAFKA` and each other one, as `user`, from `ISNAD_KAFKA_USER`. A `Secret` may also come from the file
that `<its variable>_FILE` names. Everything has a default that fits the local stack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from isnad import secret
from isnad.errors import SetupError
from isnad.kafka_access import KafkaAccess
from isnad.poison import PoisonLimit
from isnad.secret import Secret
from isnad.topics import RAW_PARTITIONS, Topics

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

PREFIX = "ISNAD_"

LogFormat = Literal["auto", "json", "text"]

_MOST = 2**31 - 1

Count = Annotated[int, msgspec.Meta(ge=1, le=_MOST)]
"""How many of something; without one nothing would go on."""
CountOrNone = Annotated[int, msgspec.Meta(ge=0, le=_MOST)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=604_800)]
"""A duration, at most a week; `nan` and `inf` are none."""
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Rate = Annotated[float, msgspec.Meta(gt=0, le=_MOST)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceSettings:
    """What every service is told."""

    kafka: KafkaAccess = field(default_factory=KafkaAccess)
    topic_prefix: str = ""
    partitions: Count = RAW_PARTITIONS
    health_host: str = "127.0.0.1"
    health_port: Port = 0
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

    batch_size: Count = 100
    """At most so many records at once."""
    batch_seconds: Seconds = 0.1
    """At most so long is waited for a batch to fill."""
    watchdog_seconds: Seconds = 120.0
    """With lag and no progress for so long the process ends with an error."""
    session_seconds: Seconds = 10.0
    """After so long without a sign of life Kafka gives a dead worker's partitions to others; Kafka allows 6 or more."""
    poison_row: CountOrNone = 100
    """After so many dead letters in a row of a partition the stage waits for a person; 0 for no limit."""
    poison_share: Share = 0.5
    """So much of the last `poison_window` records of a partition may be dead letters; 0 for no limit."""
    poison_window: Count = 1000
    """Of so many records the share is taken; those that a partition has not had yet count as well."""

    @property
    def poison(self) -> PoisonLimit:
        """How much of a partition may go to the dead letters before the stage waits for a person."""
        return PoisonLimit(self.poison_row, self.poison_share, self.poison_window)


S = TypeVar("S", bound=ServiceSettings)
A = TypeVar("A", bound="DataclassInstance")


def load(kind: type[S], environ: Mapping[str, str]) -> S:
    """Fill settings from environment variables.

    Raises:
        SetupError: a variable can't be read as what its field is; the text names the variable, and quotes no secret.
    """
    types = get_type_hints(kind, include_extras=True)
    given: dict[str, Any] = {}
    for one in fields(kind):
        variable, type_ = PREFIX + one.name.upper(), types[one.name]
        if isinstance(type_, type) and is_dataclass(type_):
            given[one.name] = access(type_, variable, environ)
        else:
            given |= _read(one.name, type_, variable, environ)
    return kind(**given)


def access(kind: type[A], variable: str, environ: Mapping[str, str], **known: str) -> A:
    """Fill the access to a server, as `KafkaAccess`, from environment variables.

    Args:
        kind: a dataclass.
        variable: of its first field; the others are read from `<variable>_<NAME>`, an empty one counts as none.
        environ: the environment.
        known: fields that come from somewhere else.

    Raises:
        SetupError: a variable can't be read as what its field is, or they don't go together.
        ValueError: a field in `known` is wrong; the text is a sentence for the user.
    """
    types = get_type_hints(kind, include_extras=True)
    first, *others = (one.name for one in fields(kind))
    given: dict[str, Any] = dict(known)
    if first not in known:
        given |= _read(first, types[first], variable, environ)
    set_ = {name: value for name, value in environ.items() if value}
    for name in others:
        if name not in known:
            given |= _read(name, types[name], f"{variable}_{name.upper()}", set_)
    try:
        return kind(**given)
    except ValueError as exc:  # of the address; the text holds it
        if first in known:
            raise
        raise SetupError(f"{variable}: {exc}. Correct the variable or unset it.") from exc


def _read(name: str, type_: Any, variable: str, environ: Mapping[str, str]) -> dict[str, Any]:  # noqa: ANN401  a type
    """Return the field with its value, nothing where the variable is not set."""
    if type_ is Secret:
        value = secret.from_environment(variable, environ)
        return {} if value is None else {name: value}
    if variable not in environ:
        return {}
    try:
        return {name: msgspec.convert(environ[variable], type_, strict=False)}
    except msgspec.ValidationError as exc:
        choice = f"; choose from {', '.join(get_args(type_))}" if get_origin(type_) is Literal else ""
        raise SetupError(f"{variable}={environ[variable]!r}: {exc}{choice}. Correct the variable or unset it.") from exc

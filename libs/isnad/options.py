"""Options that several commands share (click): the home, and where Kafka and the API are.

An address comes from the option, else from its environment variable, else from the running local stack, else it is the
default port. How Kafka lets us in comes from the environment alone, where other users of the machine don't see it.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from isnad import addresses, settings
from isnad.endpoints import base_url
from isnad.kafka_access import KafkaAccess

F = TypeVar("F", bound=Callable[..., Any])

_KAFKA = "Kafka, host:port[,host:port]; ISNAD_KAFKA_SECURITY, ISNAD_KAFKA_USER and others say how it lets us in"
_API = "isnad's API, a URL"


class NamedPath(click.Path):
    """A path that is not empty, as a shell's variable that is not set leaves it; that would be the current folder."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401  click's
        """Return the path."""
        if value == "":
            self.fail("the name is empty. Name a file.", param, ctx)
        return super().convert(value, param, ctx)


def home_option(command: F) -> F:
    """`--home`: the folder of the local stack, passed on as `home: Path`."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="ISNAD_HOME",
        default=addresses.default_home,
        show_default="the user's data folder",
        is_eager=True,
        expose_value=True,
        help="Folder of the local stack.",
    )(command)


def _checked_or_stack(
    field: str, check: Callable[[str], object]
) -> Callable[[click.Context, click.Parameter, str | None], object]:
    def callback(context: click.Context, parameter: click.Parameter, value: str | None) -> object:
        if value is None:
            home = context.params.get("home") or addresses.default_home()
            value = str(getattr(addresses.load(home), field))
        try:
            return check(value)
        except ValueError as exc:
            raise click.BadParameter(str(exc), context, parameter) from exc

    return callback


def _later(resolve: Callable[[click.Context, click.Parameter, str | None], object]) -> Callable[..., object]:
    def callback(context: click.Context, parameter: click.Parameter, value: str | None) -> object:
        return lambda: resolve(context, parameter, value)

    return callback


def _kafka_access(servers: str) -> KafkaAccess:
    environ = os.environ  # noqa: TID251  a command's own root: its options are the only other thing that it is told
    return settings.access(KafkaAccess, "ISNAD_KAFKA", environ, servers=servers)


def _address_option(name: str, what: str, check: Callable[[str], object], *, later: bool = False) -> Callable[[F], F]:
    resolve = _checked_or_stack(name, check)
    return click.option(
        f"--{name}",
        envvar=f"ISNAD_{name.upper()}",
        show_envvar=True,
        callback=_later(resolve) if later else resolve,
        show_default="the local stack's",
        help=f"Address of {what}.",
    )


def kafka_option(command: F) -> F:
    """`--kafka host:port`, passed on as `kafka: KafkaAccess`; put it under `home_option`."""
    return _address_option("kafka", _KAFKA, _kafka_access)(command)


def kafka_if_asked_option(command: F) -> F:
    """`--kafka host:port`, passed on as `kafka: Callable[[], KafkaAccess]`, for a command that may do without.

    What is wrong with the address, its settings or the note of the local stack is told when it is called.
    """
    return _address_option("kafka", _KAFKA, _kafka_access, later=True)(command)


def api_option(command: F) -> F:
    """`--api URL`, passed on as `api: str`; put it under `home_option`."""
    return _address_option("api", _API, base_url)(command)


def api_if_asked_option(command: F) -> F:
    """`--api URL`, passed on as `api: Callable[[], str]`, for a command that may do without; as with Kafka."""
    return _address_option("api", _API, base_url, later=True)(command)


def topic_prefix_option(command: F) -> F:
    """`--topic-prefix`, passed on as `topic_prefix: str`."""
    return click.option(
        "--topic-prefix",
        envvar="ISNAD_TOPIC_PREFIX",
        default="",
        help="Prefix of all topics, where chains share one Kafka.",
    )(command)

"""Options that the commands around the local stack share (click)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def packages_option(command: F) -> F:
    """`--packages`, passed on as `packages: Path | None`; None stands for the folder in the home."""
    return click.option(
        "--packages",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="ISNAD_PACKAGES",
        show_default="packages in the home",
        help="Folder for Java, Kafka and Elasticsearch; several homes can share one.",
    )(command)

"""How every stage of the chain is launched, by the `main` of its service."""

import sys
from collections.abc import Callable, Mapping
from typing import TypeVar

from isnad import logs, settings
from isnad.errors import SetupError
from isnad.health import Health
from isnad.kafka import tls_context
from isnad.settings import StageSettings
from isnad.stage import EXIT_SETUP, Stage

S = TypeVar("S", bound=StageSettings)


def launch(name: str, kind: type[S], build: Callable[[S, Health], Stage], environ: Mapping[str, str]) -> int:
    """Run a stage until it is told to stop; return the exit status, as `isnad.stage` lists them.

    Args:
        name: short name of the service, for its log.
        kind: its settings.
        build: makes the stage of them.
        environ: the environment, which only the service's `main` reads.
    """
    try:
        told = settings.load(kind, environ)
        logs.configure(told, name)
        tls_context(told.kafka)  # a wrong file of certificates is told before anything is made
        stage = build(told, Health())
    except SetupError as exc:
        print(f"isnad-{name}: {exc}", file=sys.stderr)  # noqa: T201  the log may not be set up
        return EXIT_SETUP
    return stage.run()

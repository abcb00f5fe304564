"""The local stack that the demo runs on: the one that is up in this home, or one of its own."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from isnad import addresses
from isnad.addresses import Addresses
from isnad.errors import SetupError
from isnad_cli.local.display import Display
from isnad_cli.local.home import Home
from isnad_cli.local.observation import all_ready, observe
from isnad_cli.local.stack import Stack, running

_LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Standing:
    """A stack that is up."""

    addresses: Addresses
    ours: bool
    """Whether it was started here, and ends here."""


@contextmanager
def standing(
    home: Home, packages: Path, environ: Mapping[str, str], console: Console, start_seconds: float
) -> Iterator[Standing]:
    """Bring the stack up, and take it down at the end; one that is up already is used and left running.

    Raises:
        SetupError: it does not come up; the text says what to do.
    """
    with ExitStack() as at_the_end:
        with Display(console, f"isnad in {home.root}", keep=False) as display:
            ours = not (home.holder() or observe(home))
            if ours:
                stack = Stack(home, packages, environ, console, start_seconds=start_seconds)
                where = at_the_end.enter_context(running(stack, display.show))
            else:
                where = _ready_one(home, display, start_seconds)
        yield Standing(where, ours)


def _ready_one(home: Home, display: Display, start_seconds: float) -> Addresses:
    deadline = time.monotonic() + start_seconds
    while True:
        rows = observe(home)
        display.show(rows)
        if all_ready(rows):
            return addresses.load(home.root)
        if time.monotonic() > deadline:
            raise SetupError(
                f"The stack in {home.root} is up but not ready after {start_seconds:g} s. See `isnad status`; "
                "start it anew with `isnad down` and `isnad up`."
            )
        time.sleep(_LOOK_SECONDS)

"""How a command of isnad runs: an error that isnad raised on purpose is a sentence and an exit status."""

import contextlib
import errno
import logging
import os
import sys

import click

from isnad.errors import IsnadError, RequestError
from isnad.terminal import escaped

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def run(command: click.Command, name: str) -> None:
    """Run the command and end the process; `name` is how the user called it.

    Exit status: the command's own; 2 for a mistake in the call, 1 for another error of isnad's or a missing package.
    Any other exception is a bug, and goes on.
    """
    # What libraries log is not for the user of a command; what matters of it reaches him as isnad's own sentence.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        command(prog_name=name)
    except ModuleNotFoundError as exc:
        if exc.name is None or exc.name.startswith("isnad"):
            raise
        _say(f"the package {exc.name!r} is not installed. Get it: pip install 'isnad[all]'")
        sys.exit(1)
    except IsnadError as exc:
        _say(str(exc))
        sys.exit(2 if isinstance(exc, RequestError) else 1)
    except OSError as exc:
        if exc.errno not in _NO_ROOM:
            raise
        _say(f"the output can't be written ({exc.strerror}). Make room, then run the command again.")
        _drop_output()
        sys.exit(1)


def _drop_output() -> None:
    """What stands unwritten in the buffer would be tried again, and reported, when the interpreter ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(sentence: str) -> None:
    # It may quote a foreign file or server, so nothing in it may steer the terminal.
    click.echo("\n".join(map(escaped, f"isnad: {sentence}".split("\n"))), err=True)

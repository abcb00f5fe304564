"""How a command runs: imported when it is called; an error that isnad raised on purpose is a sentence and a status."""

import codecs
import contextlib
import difflib
import errno
import importlib
import io
import logging
import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from isnad.errors import IsnadError, RequestError
from isnad.terminal import escaped

_ESCAPES = "isnad-escapes"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so extras stay optional and help is quick.

    Args:
        lazy: by name of the command, where it is (`module:name`) and one line about it.
        settings: what `click.Group` takes.
    """

    def __init__(self, *, lazy: Mapping[str, tuple[str, str]], **settings: Any) -> None:  # noqa: ANN401  click's
        super().__init__(**settings)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Return the names, in the order of the table."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None where there is none.

        Raises:
            UsageError: there is one of a name much like it.
        """
        if cmd_name not in self._lazy:
            if alike := difflib.get_close_matches(cmd_name, self._lazy, n=1):
                raise click.UsageError(
                    f"There is no command {cmd_name!r}. Did you mean `{ctx.command_path} {alike[0]}`?"
                )
            return None
        module, _, name = self._lazy[cmd_name][0].partition(":")
        command: Any = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101  the tables are ours
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  click's signature
        """Write the names with their lines, which takes no import."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._lazy.items()])


def run(command: click.Command, name: str) -> None:
    """Run the command and end the process; `name` is how the user called it.

    Exit status: the command's own; 2 for a mistake in the call, 1 for another error of isnad's, a missing package or a
    file that the system refuses. Any other exception is a bug, and goes on.
    """
    # What libraries log is not for the user of a command; what matters of it reaches him as isnad's own sentence.
    logging.getLogger().addHandler(logging.NullHandler())
    _occupy_closed_streams()
    _write_in_any_encoding()
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
        if exc.errno in _NO_ROOM:
            _say(f"the output can't be written ({exc.strerror}). Make room, then run the command again.")
            _drop_output()
        elif isinstance(exc.filename, str | bytes | os.PathLike):
            _say(f"{os.fsdecode(exc.filename)}: {exc.strerror}")
        else:
            raise
        sys.exit(1)


def _occupy_closed_streams() -> None:
    """Take the numbers of closed standard streams, else the next files get them, and what C writes there with them."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _write_in_any_encoding() -> None:
    r"""Let what standard output's encoding lacks, as Arabic in Latin-1, be written as JSON escapes it: \u0627.

    Python's own way (backslashreplace) writes \xe9 and \U0001f600 too, which are no JSON.
    """
    codecs.register_error(_ESCAPES, _escapes)
    # Standard error is never strict; and an output that passes on the bytes of file names, in UTF-8, goes on so.
    output = sys.stdout
    if isinstance(output, io.TextIOWrapper) and (output.errors == "strict" or output.encoding.lower() != "utf-8"):
        output.reconfigure(errors=_ESCAPES)


def _escapes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex(" ", 2).split()
    return "".join(f"\\u{unit}" for unit in units), error.end


def _drop_output() -> None:
    """What stands unwritten in the buffer would be tried again, and reported, when the interpreter ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(sentence: str) -> None:
    # It may quote a foreign file or server, so nothing in it may steer the terminal.
    click.echo("\n".join(map(escaped, f"isnad: {sentence}".split("\n"))), err=True)

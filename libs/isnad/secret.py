"""Passwords and keys: handed to whom they are meant for, shown to nobody, read from the environment or a file."""

from collections.abc import Mapping
from pathlib import Path

from isnad.errors import SetupError

FILE = "_FILE"
"""`X_FILE` names a file that holds what the secret variable `X` would."""

_MAX_BYTES = 64 * 1024


class Secret:
    """A password or key; false when it is empty.

    Printed, formatted or logged it is three stars: only `reveal` gives it away, to be called where it is handed over.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "***" if self else "''"


def from_environment(variable: str, environ: Mapping[str, str]) -> Secret | None:
    """Return the secret in a variable, or in the file that `<variable>_FILE` names; None where neither is set.

    A line end after it is not part of it, as editors and secret stores leave one. An empty variable is not set.

    Raises:
        SetupError: both are set, the file can't be read, or it holds anything but one line; the secret is not in it.
    """
    given, file = environ.get(variable), environ.get(variable + FILE)
    if given and file:
        raise SetupError(f"{variable} and {variable}{FILE} are both set. Unset one of them.")
    if file:
        return Secret(_one_line(_read(variable + FILE, file), f"The file {file} of {variable}{FILE}"))
    return Secret(_one_line(given, variable)) if given else None


def _read(variable: str, file: str) -> str:
    try:
        with Path(file).open("rb") as opened:
            held = opened.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as exc:  # ValueError: a NUL in the name
        why = getattr(exc, "strerror", None) or exc
        raise SetupError(
            f"{variable}: {file} can't be read ({why}). Correct the path, or let the user of this process read it."
        ) from exc
    try:
        return held.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The error holds the bytes, so it is not passed on.
        raise SetupError(f"{variable}: {file} is not text in UTF-8. Write just the secret into it.") from None


def _one_line(text: str, where: str) -> str:
    value = text.rstrip("\r\n")
    if not value or len(text) > _MAX_BYTES or not value.isprintable():
        raise SetupError(f"{where} must hold one line, the secret, and nothing else.")
    return value

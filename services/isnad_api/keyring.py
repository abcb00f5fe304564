"""The API keys as the file has them now: a key that was revoked is refused within a second, without a restart."""

from datetime import datetime
from pathlib import Path

import structlog

from isnad import keys
from isnad.clock import Clock
from isnad.errors import SetupError
from isnad.keys import Key
from isnad_api.problems import ProblemError

LOOK_SECONDS = 0.5
"""So old what is known of the file may be."""

_log = structlog.get_logger()


def require_keys(file: Path, now: datetime, *, is_open: bool, address: str) -> None:
    """Return if the API may start: it is open, or somebody can get in.

    Raises:
        SetupError: nobody can, or the file can't be read.
    """
    known = keys.read(file)
    if is_open or any(key.usable(now) for key in known.values()):
        return
    raise SetupError(
        f"Who asks the API on {address} needs an API key, and {file} holds none in use. Make one: "
        f"isnad keys create NAME --scope read --keys-file {file} (without keys only programs on this machine are let "
        "in, while ISNAD_API_HOST is 127.0.0.1, ISNAD_API_OPEN is local and ISNAD_API_PROXIES is empty)."
    )


class Keyring:
    """The keys of a file; several processes can share it."""

    def __init__(self, file: Path, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._looked = float("-inf")
        self._seen: object = None
        self._keys: dict[str, Key] = {}
        self._wrong: SetupError | None = None

    def find(self, written: str, now: datetime) -> Key | None:
        """Return the key that is written so, if it may be used now.

        Raises:
            ProblemError: 503, the file can't be read.
        """
        self._look()
        if self._wrong is not None:
            raise ProblemError(
                503,
                "The API keys can't be read for now, so nobody can be let in; the log says why.",
                headers={"Retry-After": "5"},
            )
        return keys.find(self._keys, written, now)

    async def check(self) -> None:
        """Return if the keys can be read.

        Raises:
            SetupError: they can't; the text says why.
        """
        self._look()
        if self._wrong is not None:
            raise self._wrong

    def _look(self) -> None:
        now = self._clock.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        seen = self._signs()
        if seen == self._seen and self._wrong is None:
            return
        try:
            self._keys = keys.read(self._file)
        except SetupError as exc:
            if self._wrong is None:
                _log.error("nobody is let in until the API keys can be read", reason=str(exc))
            self._wrong = exc
            self._keys = {}
        else:
            if self._wrong is not None:
                _log.info("the API keys can be read again")
            self._wrong = None
        self._seen = seen

    def _signs(self) -> object:
        """What differs after every change: the file is replaced, and its mode may be changed in place."""
        try:
            status = self._file.stat()
        except OSError as exc:
            return exc.errno
        return status.st_ino, status.st_dev, status.st_mtime_ns, status.st_ctime_ns, status.st_size

"""API keys, and the file that holds them.

A key is written `isnad_<id>_<secret>`. The id is no secret: it names the key in lists, logs and metrics. Of the secret
only the SHA-256 is kept: it has 256 random bits, so that nobody can try them all, and a slow password hash would only
make each request slow. The file is small JSON, readable by its owner; it is replaced whole, and two writers wait for
each other. Root may make a key for an API that runs as another user: whose the file is, or its folder before there is
one, his it stays with all that is beside it.
"""

import fcntl
import hmac
import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from isnad.errors import SetupError

Scope = Literal["ingest", "read", "admin"]
"""What a key may do: push articles; search and read; take articles down. `admin` includes the other two."""

SCOPES: tuple[Scope, ...] = ("ingest", "read", "admin")
FILE_NAME = "keys.json"

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""Written with its zone. Without one nobody can say when it is."""

_ID_BYTES, _SECRET_BYTES = 4, 32
_WRITTEN = re.compile(r"isnad_(?P<id>[0-9a-f]{8})_[A-Za-z0-9_-]{43}", re.ASCII)
_OTHERS_WRITE = 0o002


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is kept of a key."""

    id: str
    name: str
    """For people: who has it."""
    scopes: tuple[Scope, ...]
    sha256: str
    """Of the whole key as it is written, in hexadecimal."""
    created_at: Moment
    expires_at: Moment | None = None
    revoked_at: Moment | None = None

    def usable(self, now: datetime) -> bool:
        """Return whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def allows(self) -> frozenset[Scope]:
        """Return all that it may do."""
        return frozenset(SCOPES if "admin" in self.scopes else self.scopes)


# A field that this version does not know may restrict a key, so it is refused and not passed over.
class _Keys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Literal[1]
    keys: tuple[Key, ...]


def make(
    name: str, scopes: Sequence[Scope], now: datetime, *, expires_at: datetime | None, known: Mapping[str, Key]
) -> tuple[Key, str]:
    """Return a new key, and as it is written; only the caller ever has the latter."""
    id_ = secrets.token_hex(_ID_BYTES)
    while id_ in known:
        id_ = secrets.token_hex(_ID_BYTES)
    written = f"isnad_{id_}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    key = Key(id=id_, name=name, scopes=tuple(scopes), sha256=_digest(written), created_at=now, expires_at=expires_at)
    return key, written


def find(known: Mapping[str, Key], written: str, now: datetime) -> Key | None:
    """Return the key that is written so, if it may be used now."""
    form = _WRITTEN.fullmatch(written)
    if form is None:
        return None
    key = known.get(form["id"])
    # Compared also where there is nothing to find, and in constant time: how long it takes tells nothing.
    same = hmac.compare_digest(_digest(written), key.sha256 if key else "0" * 64)
    return key if key is not None and same and key.usable(now) else None


def read(file: Path) -> dict[str, Key]:
    """Return the keys by their id; none where there is no file.

    Raises:
        SetupError: the file can't be read, or others may write it.
    """
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            content = opened.read()
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise SetupError(
            f"The API keys in {file} can't be read ({exc.strerror}). Let isnad's user read the file, or name another: "
            "ISNAD_KEYS_FILE."
        ) from exc
    if mode & _OTHERS_WRITE:
        raise SetupError(f"Everybody may write {file}, and so make API keys. Take that away: chmod 600 {file}")
    try:
        keys = msgspec.json.decode(content, type=_Keys).keys
    except (msgspec.DecodeError, UnicodeError, RecursionError) as exc:
        raise SetupError(
            f"{file} holds no API keys of this version of isnad ({exc}). Restore it from a copy, or move it away and "
            "make new keys: isnad keys create"
        ) from exc
    return {key.id: key for key in keys}


@contextmanager
def changing(file: Path) -> Iterator[dict[str, Key]]:
    """Give the keys to be changed and, unless the block raises, write them; another writer waits meanwhile.

    Raises:
        SetupError: the file can't be read or written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = _open_lock(file)
    except OSError as exc:
        raise _not_written(file, exc) from exc
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        keys = read(file)
        yield keys
        _write(file, keys)
    finally:
        os.close(lock)


def _open_lock(file: Path) -> int:
    # Whoever may write the folder could put a link there, and have what it leads to given to him.
    how = os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    lock = os.open(file.with_name(f"{file.name}.lock"), how, 0o600)
    if os.fstat(lock).st_nlink == 1:
        with suppress(OSError):
            _give_to_owner(lock, file)
    return lock


def _write(file: Path, keys: Mapping[str, Key]) -> None:
    content = msgspec.json.format(msgspec.json.encode(_Keys(version=1, keys=tuple(keys.values()))))
    # Who reads it knows a new file by its inode; a link to the file stays one.
    target = file.resolve()
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        try:
            opened = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            with os.fdopen(opened, "wb") as writing:
                writing.write(content + b"\n")
                writing.flush()
                os.fsync(writing.fileno())
                _give_to_owner(writing.fileno(), target)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as exc:
        raise _not_written(file, exc) from exc


def _give_to_owner(opened: int, file: Path) -> None:
    """Give an opened file to the owner of the key file; where there is none yet to the folder's, if that is allowed."""
    try:
        _give(opened, file.stat())
    except FileNotFoundError:
        with suppress(PermissionError):
            _give(opened, file.parent.stat())


def _give(opened: int, like: os.stat_result) -> None:
    if os.fstat(opened).st_uid != like.st_uid:
        os.fchown(opened, like.st_uid, like.st_gid)


def _not_written(file: Path, exc: OSError) -> SetupError:
    return SetupError(
        f"The API keys in {file} can't be written ({exc.strerror}). Let this user write there, or name another file: "
        "ISNAD_KEYS_FILE."
    )


def _digest(written: str) -> str:
    return sha256(written.encode()).hexdigest()

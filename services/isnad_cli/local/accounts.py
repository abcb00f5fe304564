"""As whom Kafka and Elasticsearch run: the caller, but never root.

Elasticsearch refuses to run as root, who therefore starts the servers as the unprivileged user `nobody`.
"""

import os
import pwd
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from isnad.errors import SetupError


class Entry(TypedDict, total=False):
    """Arguments of `subprocess` by which a program runs as somebody else."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """A user that the servers run as."""

    name: str
    uid: int
    gid: int

    def enter(self, folder: Path) -> None:
        """Create a folder that belongs to the caller, and in which this user can read and not write.

        Only in such a folder may root write and hand things over: in one of the user's own, he could put a link to
        somebody's file in the way.

        Raises:
            SetupError: there is a link, or a file.
        """
        _settle(folder, os.geteuid(), self.gid, 0o750)

    def own(self, folder: Path) -> None:
        """Create a folder that belongs to this user alone, in one that he can't write to.

        Raises:
            SetupError: there is a link, or a file.
        """
        _settle(folder, self.uid, self.gid, 0o700)

    def own_anew(self, folder: Path, texts: Mapping[str, str]) -> None:
        """Make a folder of this user that holds just these files, whatever was there, in one that he can't write to.

        Raises:
            SetupError: there is a link, or a file.
        """
        if os.path.lexists(folder):
            _settle(folder, os.geteuid(), self.gid, 0o700)
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
        for name, text in texts.items():
            file = folder / name
            file.parent.mkdir(mode=0o700, exist_ok=True)
            file.write_text(text)
        # The folder itself at last: as soon as it is his he can put into it what he likes.
        for path in (*folder.rglob("*"), folder):
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def entry(self) -> Entry:
        """Return how `subprocess` is told to run a program as this user; the caller himself may not even ask for it."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def must_reach(self, folder: Path) -> None:
        """Check that this user can enter the folder.

        Raises:
            SetupError: a folder on the way is closed to him.
        """
        if self.uid == os.geteuid():
            return
        for step in [*reversed(folder.resolve().parents), folder.resolve()]:
            if step.exists() and not step.stat().st_mode & 0o001:
                raise SetupError(
                    f"Elasticsearch refuses to run as root and runs as {self.name}, who can't enter {step}. "
                    "Choose another folder with --home (or ISNAD_PACKAGES), or start isnad as an ordinary user."
                )


def _settle(folder: Path, uid: int, gid: int, mode: int) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except (FileExistsError, NotADirectoryError) as exc:
        raise SetupError(
            f"{folder} is a link or no folder, which isnad does not follow. "
            "Remove it, or choose another folder with --home."
        ) from exc
    try:
        os.fchown(descriptor, uid, gid)
        os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def server_account() -> Account:
    """Return the user that the servers run as: the caller himself, but never root.

    Raises:
        SetupError: root calls, and the system has no user `nobody`.
    """
    uid = os.geteuid()
    if uid != 0:
        try:
            me = pwd.getpwuid(uid)
        except KeyError:  # a container may run as any number
            return Account(str(uid), uid, os.getegid())
        return Account(me.pw_name, me.pw_uid, me.pw_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as exc:
        raise SetupError(
            "Elasticsearch refuses to run as root, and there is no user `nobody`. Start isnad as an ordinary user."
        ) from exc
    return Account(nobody.pw_name, nobody.pw_uid, nobody.pw_gid)

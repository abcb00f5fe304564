"""As whom Kafka and Elasticsearch run: the caller, but never root.

Elasticsearch refuses to run as root, who therefore starts the servers as the unprivileged user `nobody`.
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from isnad.errors import SetupError


@dataclass(frozen=True, slots=True)
class Account:
    """A user that the servers run as."""

    name: str
    uid: int
    gid: int

    def own(self, folder: Path) -> None:
        """Create a folder that belongs to this user alone."""
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def hand_over(self, file: Path) -> None:
        """Give a file to this user."""
        os.chown(file, self.uid, self.gid)

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


def server_account() -> Account:
    """Return the user that the servers run as: the caller himself, but never root.

    Raises:
        SetupError: root calls, and the system has no user `nobody`.
    """
    if os.geteuid() != 0:
        me = pwd.getpwuid(os.geteuid())
        return Account(me.pw_name, me.pw_uid, me.pw_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as exc:
        raise SetupError(
            "Elasticsearch refuses to run as root, and there is no user `nobody`. Start isnad as an ordinary user."
        ) from exc
    return Account(nobody.pw_name, nobody.pw_uid, nobody.pw_gid)

"""Where dedup keeps its state: snapshots, and the working files of each process that is running.

::

    state folder/
    ├── lock              held for a moment by who makes or removes a folder of working files
    ├── snapshots/        shared by all processes with this state folder
    └── work-<token>/     of one process, which holds the file `owner` in it locked for as long as it lives
"""

import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import structlog

from isnad.errors import SetupError

_WORK = "work-"
_OWNER = "owner"

_logger = structlog.get_logger()


class StateFolder:
    """The state folder, with working files of this process in it, which are deleted when the process has ended.

    Nobody else's working files are touched while their process lives. What a killed process left behind is deleted by
    the next one that starts.
    """

    def __init__(self, root: Path | None) -> None:
        """Make the folders.

        Args:
            root: the state folder; None for a temporary one, which has no snapshots.

        Raises:
            SetupError: the folder can't be used.
        """
        self._temporary = tempfile.TemporaryDirectory(prefix="isnad-dedup-") if root is None else None
        folder = Path(self._temporary.name) if self._temporary is not None else root
        assert folder is not None  # noqa: S101  one of them is there
        self.snapshots = None if root is None else root / "snapshots"
        self._numbers = itertools.count(1)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _locked(folder / "lock"):
                for left in folder.glob(f"{_WORK}*"):
                    _remove_if_dead(left)
                self._work = folder / f"{_WORK}{token_hex(4)}"
                self._work.mkdir()
                self._owner = os.open(self._work / _OWNER, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
                fcntl.flock(self._owner, fcntl.LOCK_EX)
        except OSError as exc:
            raise SetupError(
                f"The state folder {folder} can't be used ({exc.strerror}). "
                "Set ISNAD_STATE_FOLDER to a folder on a local disk that this user may write to."
            ) from exc

    def new_work(self) -> Path:
        """Return the path of a folder for working files that is not there yet."""
        return self._work / str(next(self._numbers))

    def work_bytes(self) -> int:
        """Return how many bytes this process's working files have."""
        total = 0
        for path in self._work.rglob("*"):
            try:
                total += path.stat().st_size
            except FileNotFoundError:  # the window has moved on meanwhile
                continue
        return total

    def close(self) -> None:
        """Delete this process's working files."""
        shutil.rmtree(self._work, ignore_errors=True)
        os.close(self._owner)
        if self._temporary is not None:
            self._temporary.cleanup()


def _remove_if_dead(work: Path) -> None:
    try:
        owner = os.open(work / _OWNER, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:  # killed before it was its own
        shutil.rmtree(work, ignore_errors=True)
        return
    try:
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        _logger.info("deletes what a process that was killed left behind", folder=str(work))
        shutil.rmtree(work, ignore_errors=True)
    finally:
        os.close(owner)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)

"""From the paths that a user named to the files to read: folders are walked, sorted, hidden files passed over."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from isnad_feeder.places import Place, Refusal


@dataclass(frozen=True, slots=True)
class File:
    """A regular file to read."""

    path: Path
    size: int


def files(paths: Iterable[Path]) -> Iterator[File | Refusal]:
    """Yield every file under the paths, folders in sorted order; what is no readable file is refused with its reason.

    A named file is taken even when it is hidden. Links are followed, except into a folder that holds the link.
    """
    for path in paths:
        yield from _walk(path, ())


def _walk(path: Path, above: tuple[tuple[int, int], ...]) -> Iterator[File | Refusal]:
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            if not os.access(path, os.R_OK):
                yield Refusal(Place(str(path)), "may not be read; change its rights")
            else:
                yield File(path, status.st_size)
        elif stat.S_ISDIR(status.st_mode):
            folder = (status.st_dev, status.st_ino)
            if folder in above:
                yield Refusal(Place(str(path)), "a link to a folder that holds it")
                return
            for entry in sorted(path.iterdir()):
                if not entry.name.startswith("."):
                    yield from _walk(entry, (*above, folder))
        else:
            yield Refusal(Place(str(path)), "neither a file nor a folder; to read a pipe, give it as - (JSON lines)")
    except OSError as exc:
        yield Refusal(Place(str(path)), f"can't be opened: {exc.strerror or exc}")

"""The installed packages with some lines changed: another version, or one with a fault put in on purpose."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.harness.workers import python_path


@dataclass(frozen=True)
class Change:
    """Some text of one file, and what stands there instead.

    Attributes:
        file: below the folder of packages, as in `isnad/stage.py`.
        old: stands there exactly once.
        new: takes its place.
    """

    file: str
    old: str
    new: str

    def made_in(self, text: str) -> str:
        """Return the file's text with the change.

        Raises:
            NotThere: the old text does not stand there exactly once.
        """
        if text.count(self.old) != 1:
            raise NotThere(f"{self.file} has {text.count(self.old)} times, and not once:\n{self.old}")
        return text.replace(self.old, self.new)


class NotThere(Exception):
    """The text to be changed is not there, or more than once: the code has moved on, and the change must too."""


def altered(folder: Path, changes: Iterable[Change]) -> str:
    """Copy the packages that are changed into a folder, change them, and return the PYTHONPATH with which they run."""
    for change in changes:
        name, _, _ = change.file.partition("/")
        if not (folder / name).exists():
            # With what was compiled of it, which is known again by the times of the files.
            shutil.copytree(installed(name), folder / name)
        file = folder / change.file
        file.write_text(change.made_in(file.read_text(encoding="utf-8")), encoding="utf-8")
    return python_path(folder)


def installed(file: str) -> Path:
    """Return where a package or a file of it is, by its path below the folder of packages."""
    name, _, rest = file.partition("/")
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / rest

"""Which files are found under the paths that a user names."""

import os
from pathlib import Path

from isnad_feeder.finding import File, files
from isnad_feeder.places import Refusal


def names(found: list[File | Refusal], root: Path) -> list[str]:
    return [one.path.relative_to(root).as_posix() for one in found if isinstance(one, File)]


def reasons(found: list[File | Refusal]) -> list[str]:
    return [one.reason for one in found if isinstance(one, Refusal)]


def make(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("خبر")


def test_folders_are_walked_in_order_without_hidden_files(tmp_path: Path) -> None:
    """Sorted by name at each level; .hidden files and folders are passed over."""
    make(tmp_path, "b/2.txt", "b/1.txt", "a.txt", "b/.draft.txt", ".git/x.txt")
    assert names(list(files([tmp_path])), tmp_path) == ["a.txt", "b/1.txt", "b/2.txt"]


def test_a_hidden_file_that_is_named_is_taken(tmp_path: Path) -> None:
    """What the user names himself is meant."""
    make(tmp_path, ".page.txt")
    assert names(list(files([tmp_path / ".page.txt"])), tmp_path) == [".page.txt"]


def test_a_link_into_a_folder_above_ends(tmp_path: Path) -> None:
    """A loop of links is refused once and the rest is found once."""
    make(tmp_path, "a/1.txt")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    found = list(files([tmp_path]))
    assert names(found, tmp_path) == ["a/1.txt"]
    assert reasons(found) == ["a link to a folder that holds it"]


def test_a_link_to_another_folder_is_followed(tmp_path: Path) -> None:
    """Only loops are refused, not links."""
    make(tmp_path, "elsewhere/1.txt", "here/2.txt")
    (tmp_path / "here" / "link").symlink_to(tmp_path / "elsewhere")
    assert names(list(files([tmp_path / "here"])), tmp_path) == ["here/2.txt", "here/link/1.txt"]


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    """A broken link and a named pipe are refused with their reason."""
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    assert reasons(list(files([tmp_path]))) == [
        "can't be opened: No such file or directory",
        "neither a file nor a folder; to read a pipe, give it as - (JSON lines)",
    ]

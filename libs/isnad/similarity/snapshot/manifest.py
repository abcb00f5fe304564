"""The table of contents of a snapshot: which files belong to it, with their sizes and checksums, and facts about it."""

import os
import re
import zlib
from pathlib import Path
from typing import Any, Literal

import msgspec

from isnad.errors import PermanentError
from isnad.similarity.snapshot.files import in_words, write_all

FORMAT = 1
"""Number of the way in which manifest and parts are written. What has another number is not read."""

FILE = "manifest"

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

_FIRST_LINE = re.compile(rb"isnad snapshot, format ([0-9]{1,9}), crc32 ([0-9a-f]{8})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class SnapshotError(PermanentError):
    """A snapshot can't be written, or what is there can't be used; the text says why."""


class Entry(msgspec.Struct, frozen=True):
    """A part."""

    kind: Literal["array", "data", "file"]
    size: int
    """Bytes."""
    crc32: int
    final: bool = True
    """Otherwise the file may be longer than the part; what follows is of whoever wrote on."""


class Manifest(msgspec.Struct, frozen=True):
    """What `write` writes and `read` returns."""

    identity: dict[str, Any]
    about: dict[str, Any]
    parts: dict[str, Entry]


def is_name(name: str) -> bool:
    """Return whether a part can have this name: one that is a file in the snapshot's folder, wherever it came from."""
    return name != FILE and _NAME.fullmatch(name) is not None


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a snapshot to the disk.

    Raises:
        OSError: it can't be written.
    """
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    with (folder / FILE).open("xb", buffering=0) as file:
        write_all(file, memoryview(b"isnad snapshot, format %d, crc32 %08x\n" % (FORMAT, zlib.crc32(text)) + text))
        os.fsync(file.fileno())


def read(folder: Path) -> Manifest:
    """Return the manifest of a snapshot.

    Raises:
        SnapshotError: there is none, it is damaged, or of another format.
    """
    try:
        first, _, text = (folder / FILE).read_bytes().partition(b"\n")
    except OSError as exc:
        raise SnapshotError(f"The snapshot {folder} can't be used: {in_words(exc)}.") from exc
    found = _FIRST_LINE.fullmatch(first)
    if found is not None and int(found[1]) != FORMAT:
        raise SnapshotError(f"The snapshot {folder} can't be used: it has format {int(found[1])}, not {FORMAT}.")
    if found is None or int(found[2], 16) != zlib.crc32(text):
        raise SnapshotError(f"The snapshot {folder} can't be used: its manifest is damaged.")
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.DecodeError as exc:
        raise SnapshotError(f"The snapshot {folder} can't be used: its manifest can't be read: {exc}.") from exc
    for name in manifest.parts:
        if not is_name(name):
            raise SnapshotError(f"The snapshot {folder} can't be used: its manifest names a part {name!r}.")
    return manifest

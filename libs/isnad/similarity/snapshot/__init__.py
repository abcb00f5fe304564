"""State written to disk: whole or not at all, with a checksum of every byte, so that damage is always found.

A snapshot is a folder. Each *part* of the state is a file in it: an array (NumPy's own `.npy` format, never pickled),
some bytes, or the beginning of a file that only grows. The file `manifest` lists them with their sizes and checksums,
beside small facts about the state; its first line has the format's number and the checksum of the rest.

It is written into a folder beside, forced to the disk and then renamed, so a crash at any moment leaves either all of
it or a folder that nobody takes for one. What has not changed since a former snapshot is one file on disk with two
names (a hard link), neither written nor read again. So damage to that file is damage to both, and found in both.

The checksum is CRC-32 as in zlib: it finds damage, not malice. It reads about 2 GB a second on one core, and several
parts are checked at once.
"""

from isnad.similarity.snapshot.keeping import Described, Snapshots, SnapshotsBusy, described
from isnad.similarity.snapshot.manifest import FORMAT, Json, SnapshotError
from isnad.similarity.snapshot.parts import Array, Captured, FilePart, Frozen, Part
from isnad.similarity.snapshot.reading import Opened, opened, remove
from isnad.similarity.snapshot.writing import unfinished_in, write

__all__ = [
    "FORMAT",
    "Array",
    "Captured",
    "Described",
    "FilePart",
    "Frozen",
    "Json",
    "Opened",
    "Part",
    "SnapshotError",
    "Snapshots",
    "SnapshotsBusy",
    "described",
    "opened",
    "remove",
    "unfinished_in",
    "write",
]

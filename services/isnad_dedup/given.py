"""What was answered for each article in the window: on disk, found by the number of its present text (pure)."""

from datetime import datetime

import msgspec
import numpy as np

from isnad.messages import Verdict
from isnad.similarity.archive import Archive
from isnad.similarity.rows import Rows
from isnad.similarity.snapshot import Captured, Opened

_ABOUT = "given"
_ADDRESSES = "given-addresses"


class Text(msgspec.Struct, array_like=True, frozen=True):
    """What was answered for one text of an article."""

    digest: bytes
    """By which the text is known again."""
    arrived_at: datetime | None
    """When it came first."""
    verdict: Verdict


class Answered(msgspec.Struct, array_like=True, frozen=True):
    """What was answered for an article. Times are in UTC, as they come back from the disk."""

    published_at: datetime
    """Of its first version."""
    texts: tuple[Text, ...]
    """The present one is the last; of the others, the one replaced latest is the next to last."""

    @property
    def present(self) -> Text:
        """What was answered for its present text."""
        return self.texts[-1]


class _About(msgspec.Struct, frozen=True):
    """What a snapshot says of it."""

    first_number: int
    """The lowest one that has an address."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Answered).decode


class Given:
    """The answers given, as records of an archive that others use too.

    Kept in memory: 8 bytes for each text in the window.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._addresses = Rows(address=np.int64)

    def find(self, number: int) -> Answered:
        """Return what was answered for the article that has a text of this number.

        Raises:
            KeyError: nothing is kept under this number, or not any more.
        """
        place = self._addresses.place(number)
        return _decode(self._archive.read(self._addresses["address"].item(place)))

    def keep(self, number: int, answered: Answered) -> None:
        """Keep what was answered for the article that has the newest text.

        Raises:
            StorageUnavailable: the archive can't be written.
        """
        address = self._archive.append(_encode(answered))
        place = self._addresses.make(number)
        self._addresses["address"][place] = address

    def forget(self, before: int) -> None:
        """Forget the answers under all numbers before this one, which have left the window."""
        self._addresses.forget(before)

    def capture(self) -> Captured:
        """Return where the answers are; the archive is captured by whoever has it."""
        first_number, columns = self._addresses.capture()
        about = _About(first_number)
        return Captured({_ABOUT: msgspec.to_builtins(about)}, {_ADDRESSES: columns["address"]})

    def restore(self, opened: Opened) -> None:
        """Go on from a captured state; the archive was restored before.

        Raises:
            SnapshotError: a part of it can't be read.
        """
        about = msgspec.convert(opened.about[_ABOUT], _About)
        self._addresses.restore(about.first_number, {"address": opened.array(_ADDRESSES)})

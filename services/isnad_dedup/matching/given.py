"""What was answered for each article in the window: on disk, found by the number of its present text (pure)."""

from datetime import datetime
from typing import NamedTuple

import msgspec
import numpy as np

from isnad.messages import RawPlace, Verdict
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
    """What was answered for an article, and how its story knows it. Times are in UTC, as on the disk."""

    source: str
    """Of its first version, and so the next."""
    published_at: datetime
    title: str
    """Of its present version, and so the next."""
    url: str | None
    page_id: str
    """Of the page that it stands on with others; empty where it stands alone."""
    texts: tuple[Text, ...]
    """The present one is the last; of the others, the one replaced latest is the next to last."""

    @property
    def present(self) -> Text:
        """What was answered for its present text."""
        return self.texts[-1]


class Known(NamedTuple):
    """An article in the window."""

    number: int
    """Of its present text."""
    answered: Answered
    raw: RawPlace | None
    """The newest of its raw records."""


class _Place(msgspec.Struct, array_like=True, frozen=True):
    """A `RawPlace`, in a third of the bytes."""

    appended_at: datetime
    partition: int
    offset: int


class _Kept(msgspec.Struct, array_like=True, frozen=True):
    """A record of the archive."""

    raw: _Place | None
    answered: Answered | int
    """Or the address of the record that has it, where only the place is another one."""


class _About(msgspec.Struct, frozen=True):
    """What a snapshot says of it."""

    first_number: int
    """The lowest one that has an address."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Kept).decode


class Given:
    """The answers given, as records of an archive that others use too.

    Kept in memory: 8 bytes for each text in the window.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._addresses = Rows(address=np.int64)

    def find(self, number: int) -> tuple[Answered, RawPlace | None]:
        """Return what was answered for the article that has a text of this number, and its newest raw record's place.

        Raises:
            KeyError: nothing is kept under this number, or not any more.
        """
        kept, _ = self._read(number)
        place = kept.raw
        raw = None if place is None else RawPlace(place.appended_at, place.partition, place.offset)
        assert isinstance(kept.answered, Answered)  # noqa: S101  `_read` follows the address
        return kept.answered, raw

    def keep(self, number: int, answered: Answered, raw: RawPlace | None) -> None:
        """Keep what was answered for the article that has the newest text, and its raw record's place.

        Raises:
            StorageUnavailable: the archive can't be written.
        """
        self._write(number, _Kept(_placed(raw), answered))

    def move(self, number: int, raw: RawPlace) -> None:
        """Note that the article that has a text of this number came again, with a raw record that stands later.

        Raises:
            KeyError: nothing is kept under this number, or not any more.
            StorageUnavailable: the archive can't be written.
        """
        _, address = self._read(number)
        # What the article had at first stays where it is as long as its text is in the window.
        self._write(number, _Kept(_placed(raw), address))

    def _read(self, number: int) -> tuple[_Kept, int]:
        """Return a number's record, with the answer in it, and the address of the answer."""
        place = self._addresses.place(number)
        address = self._addresses["address"].item(place)
        kept = _decode(self._archive.read(address))
        if isinstance(kept.answered, int):
            address = kept.answered
            kept = _Kept(kept.raw, _decode(self._archive.read(address)).answered)
        return kept, address

    def _write(self, number: int, kept: _Kept) -> None:
        address = self._archive.append(_encode(kept))
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


def _placed(raw: RawPlace | None) -> _Place | None:
    return None if raw is None else _Place(raw.appended_at, raw.partition, raw.offset)

"""What stands in the search index, as a number that two people can compare: a count and a hash of all documents (pure).

Two indexes that hold the same articles and stories have the same content, in whichever order and under whichever names
they were made. Where a document stands in the ordered log is left out: an article that came again, or a whole topic
that was replayed, stands at a later place and is the same article.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec

from isnad.search_index import Document

PLACES = frozenset({"log_offset", "log_appended_at"})
"""The fields that say where in the ordered log a document comes from."""

_HASH_BYTES = 32
_MODULUS = 1 << (8 * _HASH_BYTES)

_encoder = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class Content:
    """What a set of documents comes to.

    Attributes:
        documents: how many there are.
        hash: 64 hexadecimal digits.
        doubled: how many of them have the id of another one.
    """

    documents: int
    hash: str
    doubled: int


class Counting:
    """Adds up documents one after the other, in a memory that doesn't grow with them.

    Each is hashed (BLAKE2b, 32 bytes) with its id, and the hashes are added modulo 2^256, so that the order doesn't
    matter, and unlike with exclusive or, two equal documents don't cancel out. It tells slips from equality; it is no
    protection against somebody who looks for another set with the same sum.
    """

    def __init__(self) -> None:
        self._documents = 0
        self._sum = 0
        self._doubled = 0
        self._last_id: str | None = None

    def add(self, documents: Iterable[Document]) -> None:
        """Add documents; those of one id are to follow each other, or they are not seen as doubled."""
        for one in documents:
            self._documents += 1
            self._sum = (self._sum + _hash(one.id, one.content)) % _MODULUS
            self._doubled += one.id == self._last_id
            self._last_id = one.id

    def content(self) -> Content:
        """Return what they come to so far."""
        return Content(self._documents, self._sum.to_bytes(_HASH_BYTES).hex(), self._doubled)


def _hash(id_: str, content: Mapping[str, Any]) -> int:
    lasting = {name: value for name, value in content.items() if name not in PLACES}
    # As JSON, two values that follow each other can't be read as two others.
    return int.from_bytes(blake2b(_encoder.encode([id_, lasting]), digest_size=_HASH_BYTES).digest())

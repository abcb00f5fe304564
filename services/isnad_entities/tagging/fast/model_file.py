"""The file of a trained model: a mark, a format, a checksum, and the packed content (adapter of the file system).

The weights of word features are whole numbers of 8 bits, with one scale for each feature. The content is MessagePack in
LZMA; nothing in it is run.
"""

import hashlib
import lzma
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from isnad.similarity.compiled import compiled
from isnad_entities.tagging.labels import LABELS
from isnad_entities.tagging.unusable import unusable

FORMAT = 1

_MARK = b"isnad names\x00"
_FORMAT_BYTES = 2
_SUM_BYTES = 32
_MOST_BYTES = 1 << 30
"""Unpacked; a file that unpacks to more is no model."""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """What a model file holds; arrays as bytes, little-endian, row by row."""

    labels: tuple[str, ...]
    features: str
    """Names of word features, one a line."""
    weights: bytes
    """int8, `[features, offsets × labels]`."""
    scales: bytes
    """float32, `[features]`."""
    profiles: tuple[str, ...]
    column_weights: bytes
    """float16, `[columns' numbers, labels]`."""
    transitions: bytes
    """float32, `[gaps, labels, labels]`."""
    words: str
    """Frequent words of the news, one a line."""
    depths: int
    """Coarser classes that each class lies in."""
    finest: bytes
    """uint16, `[words]`."""
    coarser: bytes
    """uint16, `[classes, depths]`."""
    opinions: bytes
    """uint8, `[words, types]`."""
    often: bytes
    """uint8, `[words]`."""
    ready_words: tuple[int, ...]
    """The most frequent of the words, by their place among them: what is known of them is worked out already."""
    ready_rows: bytes
    """int8, `[ready words, offsets × labels]`."""
    ready_scales: bytes
    """float32, `[ready words]`."""
    ready_bridges: bytes
    """uint8, `[ready words]`."""
    ready_profiles: bytes
    """uint16, `[ready words]`."""
    curves: dict[str, tuple[tuple[float, ...], tuple[float, ...]]]
    """For each type what the model believes, and how often it is right then."""
    trained: dict[str, str | int | float]
    """How it was trained, and how good it is, for people."""


class ScaledWeights:
    """Weights of features as a model file has them."""

    def __init__(self, features: Sequence[str], weights: NDArray[np.int8], scales: NDArray[np.float32]) -> None:
        self._places = {feature: place for place, feature in enumerate(features)}
        self._weights = weights
        self._scales = scales

    def of(self, rows: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """Return the sums of the weights of rows of features; unknown ones weigh nothing."""
        known = self._places
        places = [[known[feature] for feature in row if feature in known] for row in rows]
        ends = np.cumsum([0, *map(len, places)], dtype=np.int64)
        return _sums(np.array([place for row in places for place in row], np.int64), ends, self._weights, self._scales)


@compiled
def _sums(
    places: NDArray[np.int64], ends: NDArray[np.int64], weights: NDArray[np.int8], scales: NDArray[np.float32]
) -> NDArray[np.float32]:
    found = np.zeros((len(ends) - 1, weights.shape[1]), np.float32)
    for row in range(len(found)):
        for at in range(ends[row], ends[row + 1]):
            place = places[at]
            for column in range(weights.shape[1]):
                found[row, column] += weights[place, column] * scales[place]
    return found


def scaled(weights: NDArray[np.floating]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return weights as whole numbers from -127 to 127, and the scale of each row."""
    greatest = np.abs(weights).max(axis=1, initial=0)
    scales = np.where(greatest > 0, greatest / 127, 1).astype(np.float32)
    return np.rint(weights / scales[:, None]).astype(np.int8), scales


def unscaled(rows: bytes, scales: bytes) -> NDArray[np.float32]:
    """Return the rows that `scaled` made small."""
    held = np.frombuffer(scales, np.float32)
    return np.frombuffer(rows, np.int8).reshape(len(held), -1) * held[:, None]


def write(file: Path, model: Model) -> None:
    """Write a model file; the same model gives the same bytes."""
    packed = lzma.compress(msgspec.msgpack.encode(model), preset=9)
    head = _MARK + FORMAT.to_bytes(_FORMAT_BYTES, "little")
    file.write_bytes(head + hashlib.sha256(packed).digest() + packed)


def read(file: Path) -> Model:
    """Read a model file.

    Raises:
        SetupError: it is missing, no model file, of a newer format, or damaged; the text says which and what to do.
    """
    try:
        content = file.read_bytes()
    except OSError as exc:
        raise unusable(file, f"it can't be read ({exc.strerror})") from exc
    if not content.startswith(_MARK):
        raise unusable(file, "it is no model file")
    at = len(_MARK)
    made_for = int.from_bytes(content[at : at + _FORMAT_BYTES], "little")
    if made_for != FORMAT:
        raise unusable(file, f"it is of format {made_for}, and this version of isnad reads format {FORMAT}")
    at += _FORMAT_BYTES
    packed = content[at + _SUM_BYTES :]
    if hashlib.sha256(packed).digest() != content[at : at + _SUM_BYTES]:
        raise unusable(file, "it is damaged (its checksum is another)")
    try:
        unpacker = lzma.LZMADecompressor()
        model = msgspec.msgpack.decode(unpacker.decompress(packed, _MOST_BYTES), type=Model)
    except (lzma.LZMAError, msgspec.MsgspecError) as exc:
        raise unusable(file, f"it does not hold what a model does ({exc})") from exc
    if model.labels != LABELS:
        raise unusable(file, "its labels are others than this version of isnad has")
    return model

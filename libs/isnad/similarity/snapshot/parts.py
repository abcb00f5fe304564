"""What a component hands over of its state, to be written later."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from isnad.similarity.snapshot.manifest import Json

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class FilePart:
    """The first `size` bytes of a file whose bytes, once written to it, never change; it may only grow."""

    path: Path
    size: int
    final: bool
    """Whether it will not grow either."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """An array that is never another one under this name: what a former snapshot has of it is good."""

    array: Array


Part = Array | bytes | FilePart | Frozen | Callable[[], bytes]
"""An array is the snapshot's own, so nobody changes it any more; a callable is called by whoever writes."""


@dataclass(frozen=True, slots=True)
class Captured:
    """A state at one moment, to be written later: small facts about it, and its parts by name.

    Names (letters, digits, `.`, `_` and `-`) begin with the component that the part belongs to. A `Frozen` or a
    `FilePart` of the same name is taken for the same everywhere, so these names hold a token of the state's history.
    """

    about: dict[str, Json]
    parts: dict[str, Part]

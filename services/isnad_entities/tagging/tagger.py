"""What a tagger is: passages in, typed spans with scores out (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from isnad.messages import EntityType
from isnad_entities.words.passage import Passage


@dataclass(frozen=True, slots=True)
class Tagged:
    """Words `first` to `last` of a passage are one name; whole words, clitics included."""

    first: int
    last: int
    type: EntityType
    score: float
    """The calibrated probability that both the words and the type are right, above 0 and at most 1."""


class Tagger(Protocol):
    """Tags the words of passages."""

    def tag(self, passages: Sequence[Passage]) -> list[list[Tagged]]:
        """Return the names of each passage, in the order of the passages and of their words; none overlap.

        A passage without words has none. The answer for a passage depends on nothing but the passages given with it.
        """
        ...

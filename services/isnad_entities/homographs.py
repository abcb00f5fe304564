"""Names that several things share: «عمان» is in Jordan or at the Gulf, «برشلونة» a city or a club (pure).

Which is meant, the rest of the article says: it has some of the words that speak for one of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from isnad.text.words import words
from isnad_entities.lexicon import Entity, Lexicon
from isnad_entities.lists import sections, table


@dataclass(frozen=True, slots=True)
class _Candidate:
    canonical: tuple[str, ...]
    cues: frozenset[str]
    least: int


class Homographs:
    """The table `data/homographs.tsv`."""

    def __init__(self, by_written: Mapping[tuple[str, ...], list[_Candidate]]) -> None:
        self._by_written = by_written

    @classmethod
    def read(cls) -> "Homographs":
        """Read the table."""
        cues = sections("cues")
        found: dict[tuple[str, ...], list[_Candidate]] = {}
        for row in table("homographs"):
            candidate = _Candidate(
                tuple(words(row["canonical"])), cues.get(row["cues"], frozenset()), int(row["least"])
            )
            found.setdefault(tuple(words(row["written"])), []).append(candidate)
        return cls(found)

    def meant(self, written: tuple[str, ...], entity: Entity, article: frozenset[str], lexicon: Lexicon) -> Entity:
        """Return what a name means in an article of these words; the entity itself if it is no homograph."""
        for candidate in self._by_written.get(written, ()):
            if len(candidate.cues & article) >= candidate.least:
                pattern = lexicon.known(candidate.canonical)
                return pattern.entity if pattern else entity
        return entity

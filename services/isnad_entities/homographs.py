"""Names that several places share: «عمان» is in Jordan or at the Gulf, as the rest of the article says (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from isnad.text.words import words
from isnad_entities.lexicon import Entity, Lexicon
from isnad_entities.lists import spellings, table


@dataclass(frozen=True, slots=True)
class _Candidate:
    canonical: tuple[str, ...]
    cues: frozenset[str]


class Homographs:
    """The table `data/homographs.tsv`."""

    def __init__(self, by_written: Mapping[tuple[str, ...], list[_Candidate]]) -> None:
        self._by_written = by_written

    @classmethod
    def read(cls) -> "Homographs":
        """Read the table."""
        found: dict[tuple[str, ...], list[_Candidate]] = {}
        for row in table("homographs"):
            cues = frozenset(word for cue in spellings(row["cues"]) for word in words(cue))
            found.setdefault(tuple(words(row["written"])), []).append(_Candidate(tuple(words(row["canonical"])), cues))
        return cls(found)

    def meant(self, written: tuple[str, ...], entity: Entity, cues: frozenset[str], lexicon: Lexicon) -> Entity:
        """Return what a name means in an article with the words `cues`; the entity itself if it is no homograph."""
        for candidate in self._by_written.get(written, ()):
            if not candidate.cues or candidate.cues & cues:
                pattern = lexicon.known(candidate.canonical)
                return pattern.entity if pattern else entity
        return entity

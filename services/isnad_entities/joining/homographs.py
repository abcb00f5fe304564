"""Names that several things share: «طرابلس» is in Libya or in Lebanon, «برشلونة» a city or a club (pure).

Which is meant, the rest of the article says. What speaks for a place is its country: other places of it and adjectives
of its nationality. What speaks for another thing are words of its field (`data/homographs.tsv`, `data/cues.txt`). The
more of them, the surer; the others stay as alternatives.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp

from isnad.messages import Alternative, EntityType
from isnad.text.words import words
from isnad_entities.lists.files import sections, table
from isnad_entities.lists.lexicon import Entity, Lexicon

_PER_CUE = 1.2
"""Log-odds that one more word of the field, or of the country, adds."""

_AT_LEAST = 0.6
"""What stands over the least number of cues, in cues: with just so many the thing is twice as likely as not."""

_USUAL = 0.6
"""Log-odds of the place that is meant where nothing is said."""

_MOST_CUES = 8
_LEAST_SCORE = 0.005
"""A less likely meaning is no alternative."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an article says besides the name."""

    words: frozenset[str]
    """Its normalised words."""
    countries: Counter[str] = field(default_factory=Counter)
    """How many different places and adjectives speak for a country (ISO 3166-1 alpha-2)."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    entity: Entity
    cues: frozenset[str] = frozenset()
    least: int = 0
    """Cues from which on it is meant."""
    usual: bool = False
    """Meant where nothing is said."""
    rarer: float = 0.0
    """Log-odds against it: of the usual one's population to its own."""


class Homographs:
    """What ambiguous names may mean: the table `data/homographs.tsv`, and the towns that share their names.

    Args:
        listed: the lists of names.
        by_written: what a row of normalised words may mean.
    """

    def __init__(self, listed: Lexicon, by_written: Mapping[tuple[str, ...], list[_Candidate]]) -> None:
        self._by_written = dict(by_written)
        for row, towns in listed.namesakes.items():
            first = listed.known(row)
            if first is None:
                continue
            held = self._by_written.setdefault(row, [_Candidate(first.entity, usual=True)])
            known = {one.entity for one in held}
            held.extend(_Candidate(one.town, rarer=one.smaller) for one in towns if one.town not in known)

    @classmethod
    def read(cls, listed: Lexicon) -> "Homographs":
        """Read the table."""
        cues = sections("cues")
        found: dict[tuple[str, ...], list[_Candidate]] = {}
        for row in table("homographs"):
            pattern = listed.named(row["canonical"])
            if pattern is not None:
                candidate = _Candidate(
                    pattern.entity, cues.get(row["cues"], frozenset()), int(row["least"]), usual=not row["cues"]
                )
                found.setdefault(tuple(words(row["written"])), []).append(candidate)
        return cls(listed, found)

    def __contains__(self, written: tuple[str, ...]) -> bool:
        return written in self._by_written

    def of_type(self, written: tuple[str, ...], type_: EntityType) -> Entity | None:
        """Return the first entity of a type that a name may mean."""
        return next((one.entity for one in self._by_written.get(written, ()) if one.entity.type == type_), None)

    def meant(
        self, written: tuple[str, ...], entity: Entity, around: Surroundings, type_: EntityType | None = None
    ) -> tuple[Entity, tuple[Alternative, ...]]:
        """Return what a name means in an article, and what else it may mean, likeliest first.

        Args:
            written: the name's normalised words.
            entity: what it means where it is no homograph.
            around: the rest of the article.
            type_: what it is for sure; None where that is to be found too.
        """
        candidates = self._by_written.get(written, [])
        if type_ is not None:
            candidates = [one for one in candidates if one.entity.type == type_]
        if entity not in [one.entity for one in candidates]:
            return entity, ()
        countries = {one.entity.country for one in candidates if one.entity.type == "LOC"}
        weights = [
            (exp(self._log_odds(one, around, among_places=len(countries) > 1)), one.entity) for one in candidates
        ]
        total = sum(weight for weight, _ in weights)
        (_, likeliest), *others = sorted(weights, key=lambda one: -one[0])
        scored = [(other, weight / total) for weight, other in others]
        return likeliest, tuple(_alternative(other, score) for other, score in scored if score >= _LEAST_SCORE)

    def _log_odds(self, one: _Candidate, around: Surroundings, *, among_places: bool) -> float:
        odds = _USUAL if one.usual else -one.rarer
        if one.cues:
            odds = _PER_CUE * (len(one.cues & around.words) - one.least + _AT_LEAST)
        if among_places and one.entity.type == "LOC" and one.entity.country:
            heard = _PER_CUE * around.countries[one.entity.country]
            # The cues of a country are its nationality: they count once.
            odds = max(odds, heard) if one.cues else odds + heard
        return min(odds, _PER_CUE * _MOST_CUES)


def _alternative(entity: Entity, score: float) -> Alternative:
    return Alternative(
        canonical=entity.canonical,
        entity=entity.id,
        score=round(score, 3),
        latin=entity.latin,
        country=entity.country,
        location=entity.location,
    )

"""The names that are on lists, and where one stands in a row of words (pure; the lists are in `data/`).

A look-up takes the longest name that begins at a word, clitics taken off it where that is needed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import log
from typing import NamedTuple, cast

from isnad.identity import entity_id
from isnad.messages import EntityType, GeoPoint
from isnad.text.words import words
from isnad_entities.lists.files import spellings, table
from isnad_entities.lists.gazetteer import ARAB_COUNTRIES
from isnad_entities.lists.spelling import sound
from isnad_entities.lists.vocabulary import Vocabulary, vocabulary
from isnad_entities.words.byword import ByWord
from isnad_entities.words.clitics import splits
from isnad_entities.words.passage import Passage

_NEAR_DEGREES = 0.5
"""Two lists mean the same town when its names and its place agree so far."""

_MOST_TIMES = 20
"""A namesake so many times smaller is never meant without more words."""

_SHORT_NAME = 4
_SHORT_NAME_POPULATION = 1_000_000
"""Below it a name of so few letters is more often something else."""

SHORTEST_AFTER_CLITIC = 3
"""Letters of a listed name's first word that are left when a clitic is taken off."""

_FARTHEST_BEFORE = 3
_TWO = 2
_PLACE_OPENINGS = frozenset(words("سان سانت سانتا ساو لوس بورت فورت دير كفر بيت عين خان تل كيب نيو"))
"""Names that open with these are names of towns, though a saint's be made of given names."""

_ARABIC_SCRIPT = ARAB_COUNTRIES | {"AF", "IR", "PK"}
_SHORTEST_SOUND = 6
"""Letters of a sound that is no accident."""

_COMPOUND = re.compile(r"\b(دير|ابو|بو|تل|كفر|عين|راس|خان|عبد|دي|بن|نور|سيف|صلاح|جاد|خير|نصر|فضل|سعد) (?=\S)")


@dataclass(frozen=True, slots=True)
class Entity:
    """Something with a name."""

    type: EntityType
    canonical: str
    latin: str | None = None
    country: str | None = None
    location: GeoPoint | None = None
    kind: str | None = None

    @property
    def id(self) -> str:
        """Stable id; see `isnad.identity.entity_id`."""
        return entity_id(self.type, self.canonical, self.country)


_NOTHING = Entity("MISC", "")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to write an entity's name."""

    words: tuple[str, ...]
    entity: Entity
    framed: bool = False
    """Means the entity only where the words around it say so: it is an ordinary word too."""
    minor: bool = False
    """A town that only GeoNames has: many of them are family names as well."""
    silent: bool = False
    """Names nothing: its words are passed over, as in «حصة الأسد»."""
    titles: int = 0
    """Words at its beginning that are a title and no part of the name, as in «الملك سلمان»."""


@dataclass(frozen=True, slots=True)
class Match:
    """A name in a passage: words `first` to `last`, `cut` letters of clitics before it."""

    first: int
    last: int
    cut: int
    pattern: Pattern

    @property
    def entity(self) -> Entity:
        """What is named."""
        return self.pattern.entity

    @property
    def length(self) -> int:
        """Number of words."""
        return self.last - self.first + 1


class Namesake(NamedTuple):
    """A smaller town that has the name of a listed one."""

    town: Entity
    smaller: float
    """How many times it is smaller, as a logarithm."""


@dataclass(frozen=True, slots=True)
class _Beginning:
    """The patterns that can begin with a word: those that go on, by their second word, and those that don't."""

    by_second: Mapping[str, Sequence[tuple[int, Pattern]]]
    """Letters cut and pattern, the longest first."""
    alone: tuple[tuple[int, Pattern], ...]


_NONE = _Beginning({}, ())


class Lexicon:
    """Patterns by their first word."""

    def __init__(
        self,
        patterns: Iterable[Pattern],
        shorts: Iterable[tuple[tuple[str, ...], str]] = (),
        namesakes: Mapping[tuple[str, ...], Sequence[Namesake]] | None = None,
    ) -> None:
        by_first: dict[str, dict[tuple[str, ...], Pattern]] = {}
        for pattern in patterns:
            by_first.setdefault(pattern.words[0], {}).setdefault(pattern.words, pattern)
        self._by_first = {
            first: sorted(held.values(), key=lambda pattern: -len(pattern.words)) for first, held in by_first.items()
        }
        self._starts = ByWord(self._starting)
        self._beginnings = ByWord(self._beginning)
        self._by_sound = _by_sound(by_first)
        self.namesakes = namesakes or {}
        """Smaller towns in other countries that have the name of a listed one."""
        self.shorts: dict[str, list[tuple[str, ...]]] = {}
        """Short forms by canonical name; they hold in an article that has the name in full."""
        for short, canonical in shorts:
            self.shorts.setdefault(canonical, []).append(short)

    def __len__(self) -> int:
        return sum(map(len, self._by_first.values()))

    def __iter__(self) -> Iterator[Pattern]:
        """Yield all patterns; those that begin with the same word follow each other, the longest first."""
        for held in self._by_first.values():
            yield from held

    def starts(self, word: str) -> tuple[tuple[int, Pattern], ...]:
        """Return (letters cut, pattern) of everything that could begin with this word, the longest first."""
        return self._starts[word]

    def _starting(self, word: str) -> tuple[tuple[int, Pattern], ...]:
        found = [
            (cut, pattern)
            for cut, rest in splits(word)
            if not cut or len(rest) >= SHORTEST_AFTER_CLITIC
            for pattern in self._by_first.get(rest, ())
        ]
        return tuple(sorted(found, key=lambda one: (-len(one[1].words), one[0])))

    def match(self, passage: Passage, place: int) -> Iterator[Match]:
        """Return the names that stand at a word, the longest first."""
        beginning = self._beginnings[passage.word(place)]
        longer = beginning.by_second.get(passage.word(place + 1)) if beginning.by_second else None
        # Most words at which a name could begin end here.
        return self._matching(passage, place, beginning, longer) if longer or beginning.alone else iter(())

    def _matching(
        self, passage: Passage, place: int, beginning: "_Beginning", longer: Sequence[tuple[int, Pattern]] | None
    ) -> Iterator[Match]:
        if longer and passage.tight(place + 1):
            for cut, pattern in longer:
                if len(pattern.words) == _TWO or all(
                    passage.word(place + step) == word and passage.tight(place + step)
                    for step, word in enumerate(pattern.words[2:], start=2)
                ):
                    yield Match(place, place + len(pattern.words) - 1, cut, pattern)
        for cut, pattern in beginning.alone:
            yield Match(place, place, cut, pattern)

    def _beginning(self, word: str) -> "_Beginning":
        starts = self.starts(word)
        if not starts:
            return _NONE
        by_second: dict[str, list[tuple[int, Pattern]]] = {}
        for cut, pattern in starts:
            if len(pattern.words) > 1:
                by_second.setdefault(pattern.words[1], []).append((cut, pattern))
        return _Beginning(by_second, tuple(one for one in starts if len(one[1].words) == 1))

    def around(self, passage: Passage, first: int, last: int) -> Iterator[Match]:
        """Yield the names that go on beyond these words to one or both sides, the farthest before them first."""
        for place in range(max(0, first - _FARTHEST_BEFORE), first + 1):
            for match in self.match(passage, place):
                if match.last >= last and match.length > last - first + 1:
                    yield match

    def sounding_like(self, row: tuple[str, ...]) -> Entity | None:
        """Return the foreign person whose name is transliterated another way here, if there is exactly one."""
        return self._by_sound.get(sound(row)) if len(row) > 1 else None

    def named(self, canonical: str) -> Pattern | None:
        """Return the pattern of an entity's canonical name."""
        return self.known(tuple(words(canonical)))

    def known(self, row: tuple[str, ...]) -> Pattern | None:
        """Return the pattern of exactly these words."""
        return next((pattern for pattern in self._by_first.get(row[0], ()) if pattern.words == row), None)


def _by_sound(by_first: dict[str, dict[tuple[str, ...], Pattern]]) -> dict[str, Entity]:
    found: dict[str, set[Entity]] = {}
    for held in by_first.values():
        for row, pattern in held.items():
            entity = pattern.entity
            if entity.type == "PER" and len(row) > 1 and entity.country and entity.country not in _ARABIC_SCRIPT:
                key = sound(row)
                if len(key.replace(" ", "")) >= _SHORTEST_SOUND:
                    found.setdefault(key, set()).add(entity)
    return {key: entities.pop() for key, entities in found.items() if len(entities) == 1}


@cache
def lexicon() -> Lexicon:
    """Return the lexicon of the data files, read once (about half a second)."""
    known = vocabulary()
    patterns: list[Pattern] = []
    shorts: list[tuple[tuple[str, ...], str]] = []
    for name in ("people", "organisations", "events", "places"):
        for row in table(name):
            entity = _entity(row, cast(EntityType, row["type"]))
            patterns.extend(_with_titles(known, _patterns(entity, row)) if name == "people" else _patterns(entity, row))
            shorts.extend((tuple(words(short)), entity.canonical) for short in spellings(row["short"]))
    for row in table("territories"):
        patterns.extend(_patterns(_entity({**row, "country": row["iso"]}, "LOC"), row))
    namesakes: dict[tuple[str, ...], list[Namesake]] = {}
    patterns.extend(_towns(patterns, known, namesakes))
    patterns.extend(Pattern(tuple(words(row["phrase"])), _NOTHING, silent=True) for row in table("no_names"))
    return Lexicon(patterns, shorts, namesakes)


@cache
def agencies() -> Lexicon:
    """Return the news agencies, read once."""
    return Lexicon(pattern for row in table("agencies") for pattern in _patterns(_entity(row, "ORG", "agency"), row))


def _entity(row: dict[str, str], type_: EntityType, kind: str | None = None) -> Entity:
    """The entity of a row; of this kind where the table does not tell."""
    location = GeoPoint(float(row["lat"]), float(row["lon"])) if row["lat"] else None
    told = row.get("kind") or kind
    return Entity(type_, row["canonical"], row["latin"] or None, row["country"] or None, location, told)


def _patterns(entity: Entity, row: dict[str, str]) -> Iterator[Pattern]:
    framed = {tuple(words(name)) for name in spellings(row["framed"])}
    for name in (entity.canonical, *spellings(row["variants"])):
        for form in _forms(name):
            if form not in framed:
                yield Pattern(form, entity)
    for form in framed:
        yield Pattern(form, entity, framed=True)


def _with_titles(known: Vocabulary, patterns: Iterable[Pattern]) -> Iterator[Pattern]:
    """Mark the titles of persons' names, unless the person is called by it: «الأمير هاري»."""
    for pattern in patterns:
        first = pattern.words[0]
        by_title = pattern.entity.type == "PER" and len(pattern.words) > 1 and known.facts(first).title
        called = words(pattern.entity.canonical)[0] == first or known.facts(first).of_person
        yield replace(pattern, titles=1) if by_title and not called else pattern


def _forms(name: str) -> Iterator[tuple[str, ...]]:
    """The words of a name, and once more with its first two written together, as in «ديرالزور»."""
    row = words(name)
    yield tuple(row)
    joined = _COMPOUND.sub(r"\1", " ".join(row))
    if len(joined.split()) < len(row):
        yield tuple(joined.split())


def _towns(
    listed: list[Pattern], known: Vocabulary, namesakes: dict[tuple[str, ...], list[Namesake]]
) -> Iterator[Pattern]:
    """GeoNames' towns: new ones, and further spellings of those that our own lists have.

    Towns that have the name of one in another country go into `namesakes`.
    """
    by_words = {pattern.words: pattern.entity for pattern in reversed(listed)}
    own = [pattern.entity for pattern in listed if pattern.entity.location is not None]
    populations: dict[tuple[str, ...], int] = {}
    for row in table("geonames"):
        town = _entity(row, "LOC", "city")
        names = [tuple(words(name)) for name in (row["canonical"], *spellings(row["variants"]))]
        entity = next((by_words[name] for name in names if _same_town(by_words.get(name), town)), town)
        for name in names:
            other = by_words.get(name)
            population = int(row["population"])
            largest = populations.setdefault(name, population)
            if other is None:
                framed = _is_ambiguous(name, population, known)
                by_words[name] = entity
                yield Pattern(name, entity, framed=framed, minor=entity is town)
            elif (
                other.type == "LOC"
                and other.country != town.country
                and other.kind == "city"
                and largest < _MOST_TIMES * population
                and not _is_near(other, town)
            ):
                # Our own lists may have it under another name: «طرابلس اللبنانية».
                alike = (
                    one for one in own if _same_town(one, town) and words(one.canonical)[: len(name)] == list(name)
                )
                same = next(alike, town)
                if other != same:
                    namesakes.setdefault(name, []).append(Namesake(same, log(largest / population)))


def _same_town(entity: Entity | None, town: Entity) -> bool:
    return entity is not None and entity.country == town.country and _is_near(entity, town)


def _is_near(one: Entity, other: Entity) -> bool:
    if one.location is None or other.location is None:
        return False
    apart = max(abs(one.location.lat - other.location.lat), abs(one.location.lon - other.location.lon))
    return apart < _NEAR_DEGREES


def _is_ambiguous(name: tuple[str, ...], population: int, known: Vocabulary) -> bool:
    facts = [known.facts(word) for word in name]
    if len(name) > 1:
        return name[0] not in _PLACE_OPENINGS and all(
            fact.ordinary or fact.given or fact.family or fact.nationality for fact in facts
        )
    (word,), (fact,) = name, facts
    if fact.ordinary or fact.given or fact.family or fact.nationality or fact.title:
        return True
    return len(word) <= _SHORT_NAME and population < _SHORT_NAME_POPULATION

"""The names of a passage by lists and rules alone (pure).

A passage is read once from left to right. At every word the longest listed name, a person by title or given name, and
what a trigger word announces are weighed, and the longest wins.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace

from isnad_entities.found import Found, written_without
from isnad_entities.lists.lexicon import Entity, Lexicon, Match
from isnad_entities.lists.spelling import bare, canonical_body, canonical_name
from isnad_entities.lists.vocabulary import Facts, Vocabulary
from isnad_entities.rules.organisations import Organisations
from isnad_entities.rules.persons import Licence, Persons
from isnad_entities.rules.places import Places
from isnad_entities.words.passage import Gap, Passage

_LONGEST_BRIDGE = 9
"""Words that may stand between a title and the name."""


class Rules:
    """Finds names by lists and rules."""

    def __init__(self, listed: Lexicon, known: Vocabulary) -> None:
        self._lexicon = listed
        self._vocabulary = known
        self._persons = Persons(listed, known)
        self._places = Places(listed, known)
        self._organisations = Organisations(listed, known)
        self._idle: dict[str, bool] = {}

    def read(self, passage: Passage, closed: AbstractSet[tuple[str, int]] = frozenset()) -> Iterator[Found]:
        """Yield the names in order; none overlap, and none touches a word of `closed` (field, place)."""
        place, size, field = 0, len(passage), passage.field
        title_at = -_LONGEST_BRIDGE
        near = False
        idle = self._idle
        while place < size:
            word = passage.tokens[place].word
            if title_at < 0 and idle.get(word):
                place += 1
                continue
            if closed and (field, place) in closed:
                place += 1
                title_at, near = -1, False
                continue
            facts = self._vocabulary.facts(word)
            if title_at < 0 and word not in idle and self._is_idle(word, facts):
                idle[word] = True
                place += 1
                continue
            if passage.gaps[place] is Gap.STOP:
                title_at, near = -1, False
            licence = Licence.NONE if title_at < 0 else Licence.NEAR if near else Licence.FAR
            names = self._at(passage, place, facts, licence)
            if closed:
                names = [
                    name for name in names if not any((field, at) in closed for at in range(name.first, name.last + 1))
                ]
            yield from (name for name in names if not name.silent)
            if names and names[0].silent:
                place = names[0].last + 1
                continue
            if names:
                person = names[-1].type == "PER"
                place = names[-1].last + 1
                title_at, near = (-1, False) if person else (title_at, title_at >= 0)
                continue
            title_at, near = self._bridge(passage, place, facts, title_at)
            place += 1

    def _bridge(self, passage: Passage, place: int, facts: Facts, title_at: int) -> tuple[int, bool]:
        """Where the title stands whose name is still to come (-1: nowhere), and whether it may come next."""
        if facts.title:
            return place, True
        if title_at < 0 or place - title_at >= _LONGEST_BRIDGE:
            return -1, False
        word = passage.word(place)
        adjective = facts.nationality or (word.startswith("ال") and not facts.verb)
        if adjective or facts.between:
            return title_at, adjective
        return (
            (title_at, False) if facts.ordinary and not facts.verb and word.startswith(("ل", "و", "ب")) else (-1, False)
        )

    def _is_idle(self, word: str, facts: Facts) -> bool:
        """Whether no name can begin at the word, and it announces none."""
        return not (
            self._lexicon.starts(word)
            or facts.title
            or facts.name_cuts
            or facts.particle
            or self._places.licenses(word)
            or self._organisations.starts(word)
        )

    def _at(self, passage: Passage, place: int, facts: Facts, licence: Licence) -> list[Found]:
        match = self._listed(passage, place, facts, licence)
        run = self._persons.at(passage, place, facts, licence)
        if run and (match is None or run.length > match.length):
            return [self._person(passage, run.first, run.last, run.cut, match)]
        if match:
            return [self._going_on(passage, Found.of(passage, match))]
        body = self._organisations.at(passage, place)
        if body:
            return [self._body(passage, body.first, body.last, body.cut, body.type, body.prefix)]
        return [
            Found.of(passage, name.match)
            if name.match
            else Found(
                passage,
                name.first,
                name.last,
                name.cut,
                Entity("LOC", bare(written_without(passage, name.first, name.last, name.cut))),
            )
            for name in self._places.after(passage, place)
        ]

    def _going_on(self, passage: Passage, name: Found) -> Found:
        """«الملك سلمان» goes on in «الملك سلمان بن عبد العزيز آل سعود»."""
        if name.type == "PER" and self._vocabulary.facts(passage.word(name.last + 1)).particle:
            return replace(name, last=self._persons.end(passage, name.last))
        return name

    def _listed(self, passage: Passage, place: int, facts: Facts, licence: Licence) -> Match | None:
        for match in self._lexicon.match(passage, place):
            kind = match.entity.type
            if match.pattern.framed:
                framed = (
                    (kind == "LOC" and self._places.frames(passage, place, minor=match.pattern.minor))
                    or (kind == "ORG" and self._organisations.frames(passage, place))
                    or (kind == "PER" and licence is Licence.NEAR and not match.cut)
                )
                if not framed:
                    continue
            if match.cut and match.length == 1 and facts.ordinary and facts.title:
                continue
            if kind == "ORG" and self._organisations.names_office(passage, match):
                continue
            if (
                match.length == 1
                and facts.nationality
                and kind == "LOC"
                and self._is_adjective(passage, place, match.cut)
            ):
                continue
            return match
        return None

    def _is_adjective(self, passage: Passage, place: int, cut: int) -> bool:
        """Whether «سورية» is the adjective of the word before: «قوات سورية», but «شمال سورية»."""
        before = passage.word(place - 1)
        if cut or passage.gap(place) is not Gap.SPACE or before in self._vocabulary.triggers["country follows"]:
            return False
        if before in self._vocabulary.triggers["adjective follows"] or any(
            before.endswith(word) and len(before) - len(word) <= 2
            for word in self._vocabulary.triggers["adjective follows"]
        ):
            return True
        return before.endswith(("ه", "ات")) and not before.startswith("ال") and self._vocabulary.facts(before).ordinary

    def _person(self, passage: Passage, first: int, last: int, cut: int, match: Match | None) -> Found:
        """A person by the rules; a listed one whose name goes on here («محمد بن سلمان بن عبدالعزيز») stays the same."""
        name = Found(
            passage,
            first,
            last,
            cut,
            Entity("PER", canonical_name(written_without(passage, first, last, cut), self._vocabulary)),
        )
        whole = self._lexicon.known(name.words())
        if whole and whole.entity.type == "PER":
            return Found(passage, first, last, cut, whole.entity, listed=True)
        alike = self._lexicon.sounding_like(name.words())
        if alike:
            return Found(passage, first, last, cut, alike, listed=True)
        if (
            match
            and match.entity.type == "PER"
            and match.length > 1
            and self._vocabulary.facts(passage.word(match.last + 1)).particle
        ):
            return Found(passage, first, last, cut, match.entity, listed=True)
        return name

    def _body(self, passage: Passage, first: int, last: int, cut: int, kind: str, prefix: str) -> Found:
        written = prefix + canonical_body(written_without(passage, first, last, cut), self._vocabulary)
        row = Found(passage, first, last, cut, Entity("ORG", "")).words()
        # «قناة «العربية»» is listed as one name.
        outside = (passage.word(first - 1), *row)
        known = self._lexicon.known(row) or (None if cut else self._lexicon.known(outside))
        if known:
            return Found(passage, first, last, cut, known.entity, listed=True)
        return Found(passage, first, last, cut, Entity(kind, written))  # type: ignore[arg-type]

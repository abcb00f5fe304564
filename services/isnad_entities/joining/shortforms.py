"""Short forms within an article: «لافروف» where «سيرغي لافروف» is named, «قسد» where «… الديمقراطية (قسد)» is (pure).

A short form means what the article names in full, before or after it; where two share it, the one named last before.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from isnad.text.words import words
from isnad_entities.found import Found
from isnad_entities.lists.lexicon import Entity, Lexicon, agencies
from isnad_entities.lists.vocabulary import Vocabulary
from isnad_entities.words.byword import ByWord
from isnad_entities.words.clitics import splits, with_clitics
from isnad_entities.words.passage import Gap, Passage

_SHORTEST = 3
_MOST_SHARING = 50
"""Full names kept that share a short form; an article with more is a list of names."""

_SHORTEST_BODY = 2
"""Words of an organisation that has to have more for its nationality to go."""

_SHORTEST_ABBREVIATION = 2
_LONGEST_TAIL = 3
_SON = frozenset({"بن", "ابن", "بنت"})
_NO_TAIL = frozenset({"الله", "الدين", "الثاني", "الاول", "الثالث", "السادس", "الخامس", "الرابع", "الاب", "الابن"})
_SERVANT = "عبد"
_RULERS = frozenset({"head of state", "head of government"})
_RULE = frozenset(words("الرئيس رئيس قوات نظام حكم عهد حكومة إدارة"))


@dataclass(frozen=True, slots=True)
class _Short:
    entity: Entity
    order: tuple[int, int]
    """Field and word where the full name stands."""
    ordinary: bool
    """An ordinary word as well: counts only where somebody speaks or a title stands before."""
    adjective: bool
    """A nationality as well: counts only where somebody speaks, since «الرئيس السوداني» is the one of Sudan."""
    title: bool
    """A title as well: «الوزير» is any minister, and never short for «هشام الوزير»."""
    national: bool
    """An organisation without its nationality."""
    in_full: bool
    """Of a person whose full name is one for sure: it is listed, begins with a given name or stands there again."""


class ShortForms:
    """What the short forms of one article mean."""

    def __init__(
        self, found: Sequence[Found], passages: Sequence[Passage], lexicon: Lexicon, vocabulary: Vocabulary
    ) -> None:
        self._vocabulary = vocabulary
        self._lexicon = lexicon
        self._by_first: dict[str, list[tuple[tuple[str, ...], _Short]]] = {}
        self._alone: dict[str, tuple[int, int]] = {}
        """Where a listed person's family name first stands alone in the body."""
        order = {passage.field: number for number, passage in enumerate(passages)}
        times = Counter(name.entity.canonical for name in found if name.type == "PER" and not name.listed)
        whole: dict[tuple[str, ...], tuple[Entity, tuple[int, int]]] = {}
        for name in found:
            place = (order[name.passage.field], name.first)
            for short in lexicon.shorts.get(name.entity.canonical, ()):
                self._add(short, name.entity, place)
            if name.type == "PER":
                row = name.words()
                if name.listed and len(row) == 1 and name.passage.field == "body":
                    self._alone.setdefault(row[0], place)
                in_full = name.listed or times[name.entity.canonical] > 1 or vocabulary.facts(row[0]).given > 0
                if len(row) > 1 and in_full and not name.listed:
                    whole.setdefault(row, (name.entity, place))
                for tail in _tails(row, vocabulary):
                    self._add(tail, name.entity, place, in_full=in_full)
            elif name.type == "ORG":
                if short_word := self._abbreviation(name):
                    self._add((short_word,), name.entity, place, sure=True)
                row = name.words()
                if len(row) > _SHORTEST_BODY and row[-1].startswith("ال") and vocabulary.facts(row[-1]).nationality:
                    # «وزارة الداخلية» is the one of «وزارة الداخلية السعودية».
                    self._add(row[:-1], name.entity, place, sure=True, national=True)

        for row, (entity, place) in whole.items():
            # Where a full name stands again and the tagger has not seen it; «بن هامل» may be short for another.
            if not any(form == row for form, _ in self._by_first.get(row[0], ())):
                self._add(row, entity, place)

    def __bool__(self) -> bool:
        return bool(self._by_first)

    @property
    def opening(self) -> frozenset[str]:
        """The words, with clitics or without, that a short form can begin with."""
        return frozenset().union(*map(_written_forms.__getitem__, self._by_first))

    def means_person(self, row: tuple[str, ...]) -> bool:
        """Whether these words are what a person of the article goes by."""
        return any(form == row and short.entity.type == "PER" for form, short in self._by_first.get(row[0], ()))

    def _add(
        self,
        row: tuple[str, ...],
        entity: Entity,
        order: tuple[int, int],
        *,
        sure: bool = False,
        national: bool = False,
        in_full: bool = False,
    ) -> None:
        held = self._by_first.setdefault(row[0], [])
        if len(held) >= _MOST_SHARING:
            return
        facts = self._vocabulary.facts(row[0])
        doubtful = not sure and len(row) == 1 and entity.type == "PER"
        held.append(
            (
                row,
                _Short(
                    entity,
                    order,
                    ordinary=doubtful and facts.ordinary,
                    adjective=doubtful and facts.nationality,
                    title=doubtful and facts.title,
                    national=national,
                    in_full=in_full,
                ),
            )
        )

    def _abbreviation(self, name: Found) -> str | None:
        """The single word in brackets or «quotes» behind an organisation's name, «… الديمقراطية (قسد)», or before it.

        Before it, «قسد (قوات سوريا الديمقراطية)», the brackets hold the name and nothing else.
        """
        passage = name.passage
        place = name.last + 1
        if not _is_held(passage, place, place, "([«", ")]»"):
            if name.first == 0 or name.cut or not _is_held(passage, name.first, name.last, "([", ")]"):
                return None
            place = name.first - 1
        word = passage.word(place)
        if len(word) < _SHORTEST_ABBREVIATION or self._lexicon.starts(word):
            return None
        if word.isascii() and word.isalpha():
            # «(WHO)», but neither «(video)» nor the agency that reported it, «(AFP)».
            return word if passage.written(place, place)[0].isupper() and not agencies().starts(word) else None
        facts = self._vocabulary.facts(word)
        return None if facts.ordinary or facts.nationality or not facts.unknown else word

    def at(self, passage: Passage, place: int, field: int, *, sure: bool = False) -> tuple[int, int, Entity] | None:
        """Return (last word, letters cut, entity) of a short form that stands at a word.

        Args:
            passage: the field.
            place: the word.
            field: the number of the field.
            sure: it is known that the word names somebody or something.
        """
        for cut, rest in splits(passage.word(place)):
            fitting = [
                (row, short)
                for row, short in self._by_first.get(rest, ())
                if all(
                    passage.word(place + step) == word and passage.tight(place + step)
                    for step, word in enumerate(row[1:], start=1)
                )
            ]
            if not fitting:
                continue
            length = max(len(row) for row, _ in fitting)
            shorts = [short for row, short in fitting if len(row) == length]
            before = [short for short in shorts if short.order < (field, place)]
            short = before[-1] if before else shorts[0]
            last = place + length - 1
            if short.national and self._is_of_another(passage, last):
                continue
            if sure or self._counts(passage, place, last, cut, short):
                return last, cut, short.entity
        return None

    def relative(self, name: Found, field: int) -> Entity | None:
        """Return who is meant by a well-known person's family name where the article names only others of the family.

        As with any short form the one named last before. But who is called by the family name alone from the beginning
        goes by it all along, and so does a ruler where rule is spoken of: «الرئيس الأسد», «قوات الأسد».

        Where the article has the well-known person in full as well, the family name stays his: of 72 such names in
        6,000 articles of ANT 4 meant the relative named last before. Of 48 where it has relatives alone, 44 did.

        Args:
            name: the family name.
            field: the number of its field.
        """
        row = name.words()
        family = [short for form, short in self._by_first.get(row[0], ()) if form == row and short.in_full]
        if not family or any(short.entity == name.entity for short in family):
            return None
        if name.entity.kind in _RULERS and self._is_of_rule(name):
            return None
        alone = self._alone.get(row[0])
        if alone is not None and all(alone < short.order for short in family):
            return None
        before = [short for short in family if short.order < (field, name.first)]
        # A headline tells of whom the body speaks.
        return (before[-1] if before else family[0]).entity

    def _is_of_rule(self, name: Found) -> bool:
        before = name.passage.word(name.first - 1)
        return name.passage.tight(name.first) and any(rest in _RULE for _, rest in splits(before))

    def _is_of_another(self, passage: Passage, last: int) -> bool:
        """«وزارة الخارجية في كازاخستان»: it says itself whose it is."""
        if passage.word(last + 1) != "في" or not passage.tight(last + 2):
            return False
        return any(match.entity.kind == "country" for match in self._lexicon.match(passage, last + 2))

    def _counts(self, passage: Passage, place: int, last: int, cut: int, short: _Short) -> bool:
        after = passage.word(last + 1)
        if short.entity.type != "PER":
            # «التحالف المؤيد للنظام» is another one than «التحالف الدولي».
            return not (passage.tight(last + 1) and after.startswith(("ال", "لل")))
        before = passage.word(place - 1) if passage.gap(place) in (Gap.SPACE, Gap.QUOTE) else ""
        if before and self._vocabulary.is_trigger(before, "place, loosely"):
            return False
        if short.title:
            return False
        if not (short.ordinary or short.adjective):
            return True
        if cut or not before:
            return False
        if before in self._vocabulary.triggers["said"]:
            # «وقال الإسباني رافاييل نادال»
            return not (short.adjective and passage.tight(last + 1) and self._vocabulary.facts(after).of_person)
        return not short.adjective and self._vocabulary.facts(before).title


def _is_held(passage: Passage, first: int, last: int, opening: str, closing: str) -> bool:
    """Whether such marks stand right before and behind these words."""
    return (
        last < len(passage)
        and passage.gap(first) is Gap.QUOTE
        and bool(set(opening) & set(passage.between(first)))
        and bool(set(closing) & set(passage.between(last + 1)))
    )


_written_forms = ByWord(lambda word: frozenset(with_clitics(word)), 20_000)
"""A word with any clitics; some 2 kB each."""


def _tails(row: tuple[str, ...], vocabulary: Vocabulary) -> Iterator[tuple[str, ...]]:
    """The ways in which a person's full name is cut short: the family name with its particles."""
    joined = _join_servant(row)
    if len(joined) < 2:
        return
    start = len(joined) - 1
    while start > 1 and vocabulary.facts(joined[start - 1]).particle and len(joined) - start < _LONGEST_TAIL:
        start -= 1
    tail = joined[start:]
    if tail[0] in _SON and (start > 1 or tail[-1].startswith(_SERVANT)):
        return  # a father's name tells nobody apart
    if tail[-1] in _NO_TAIL:
        if len(joined) > len(tail) + 1:
            yield joined[-2:]
        return
    if len("".join(tail)) < _SHORTEST:
        return
    yield tail
    if len(tail) > 1:
        yield ("".join(tail),)
    if tail[0].startswith("عبدال"):
        yield (_SERVANT, tail[0].removeprefix(_SERVANT), *tail[1:])


def _join_servant(row: tuple[str, ...]) -> tuple[str, ...]:
    """«عبد الرحمن» as one word."""
    joined: list[str] = []
    for word in row:
        if joined and joined[-1] == _SERVANT and word.startswith("ال"):
            joined[-1] += word
        else:
            joined.append(word)
    return tuple(joined)

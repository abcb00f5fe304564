"""The names in an article: people, places, organisations and events (pure).

Each field is read by itself: by a tagger joined with the lists (`joining/`), or by lists and rules alone
(`rules/`). Then the whole article says what short forms mean, in the title as well as in the body, and which of
several things with one name.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cache
from itertools import islice

from isnad.messages import Alternative, EntityType, Mention
from isnad_entities.found import Found
from isnad_entities.joining.homographs import Homographs, Surroundings
from isnad_entities.joining.joined import Joining
from isnad_entities.joining.shortforms import ShortForms
from isnad_entities.lists.lexicon import Lexicon, lexicon
from isnad_entities.lists.vocabulary import Vocabulary, vocabulary
from isnad_entities.paragraphs import NOWHERE, Paragraph, Remembered, paragraphs
from isnad_entities.rules.finding import Rules
from isnad_entities.tagging.tagger import Tagger
from isnad_entities.words.passage import Passage

MOST_MENTIONS = 2_000
"""Mentions kept of one article; a longer one is a list of names, not news."""

LONGEST_NAME = 200
"""Characters of a canonical name; the longest in news have about 60, and what has more is no name."""

_SHORT_SCORES: dict[EntityType, float] = {"PER": 0.86, "LOC": 0.96, "ORG": 0.97, "MISC": 0.86}
"""How often a short form that the tagger left out is a name of this type.

(right + 1) / (read + 2) of those read by eye in 1,500 articles of ANT by each profile, none of which is kept for
measuring: 104 of 120 persons, 79 of 80 organisations, all of 24 places («القطاع»). Wrong were parts of names («يايا
توريه»), and what has the name of somebody whom the tagger made up. No event was among them: the lowest is taken. Of
those that are labelled in the 100 articles for development 25 of 28 have the labelled type and canonical name.
"""


class Names:
    """Finds the names of an article.

    Several threads may use one at once, if the tagger allows it, as those of this package do: what is remembered of
    paragraphs is locked, and what is remembered of words (`words.byword`) at worst worked out twice.

    Args:
        listed: the lists of names.
        known: the lists of words.
        tagger: says which words are names; without one lists and rules alone do.
    """

    def __init__(self, listed: Lexicon, known: Vocabulary, tagger: Tagger | None = None) -> None:
        self._lexicon = listed
        self._vocabulary = known
        self._tagger = tagger
        self._homographs = Homographs.read(listed)
        self._rules = Rules(listed, known)
        self._joining = Joining(listed, known, self._homographs)
        self._remembered = Remembered()

    def find(self, passages: Sequence[Passage], taken: Iterable[tuple[str, int, int]] = ()) -> list[Mention]:
        """Return the mentions in the order in which they stand.

        Args:
            passages: the article's fields.
            taken: (field, start, end) of stretches that are something else, such as a wire credit.
        """
        closed: set[tuple[str, int]] = {
            (field, place)
            for field, start, end in taken
            for passage in passages
            if passage.field == field
            for place in passage.places(start, end)
        }
        found = self._read(passages, closed)
        shorts = ShortForms(found, passages, self._lexicon, self._vocabulary)
        if shorts:
            # A family name that is a town's too («مورينو») means the person of whom the article speaks.
            found = [name for name in found if not (name.minor and shorts.means_person(name.words()))]
            found = [self._in_full(name, passages, shorts) for name in found]
            found.extend(self._short_names(passages, shorts, found, closed))
        around = self._surroundings(passages, found)
        order = {passage.field: number for number, passage in enumerate(passages)}
        found.sort(key=lambda name: (order[name.passage.field], name.first))
        return [mention for name in found[:MOST_MENTIONS] if (mention := self._mention(name, around))]

    def read_ahead(self, passages: Iterable[Passage]) -> None:
        """Have the paragraphs of many articles tagged at once, which is quicker; `find` then remembers them."""
        if self._tagger is not None:
            self._known([one for passage in passages for one in paragraphs(passage)])

    def _read(self, passages: Sequence[Passage], closed: AbstractSet[tuple[str, int]]) -> list[Found]:
        if self._tagger is None:
            return [name for passage in passages for name in islice(self._rules.read(passage, closed), MOST_MENTIONS)]
        named = self._tagged([one for passage in passages for one in paragraphs(passage)])
        return [name for name in named if closed.isdisjoint((name.passage.field, at) for at in name.places)]

    def _tagged(self, read: Sequence[Paragraph]) -> Iterator[Found]:
        known = self._known(read)
        for one in read:
            yield from map(one.put_back, known[one.key])

    def _known(self, read: Sequence[Paragraph]) -> dict[bytes, tuple[Found, ...]]:
        """Return the names of paragraphs by their keys; those that are not remembered go to the tagger all at once."""
        keys = [one.key for one in read]
        known = {key: found for key in keys if (found := self._remembered.get(key)) is not None}
        new = {key: one for key, one in zip(keys, read, strict=True) if key not in known}
        alone = {key: one.alone() for key, one in new.items()}
        if self._tagger is not None and alone:
            for (key, passage), tagged in zip(alone.items(), self._tagger.tag(list(alone.values())), strict=True):
                names = self._joining.names(passage, tagged)[:MOST_MENTIONS]
                known[key] = tuple(name.moved(NOWHERE, 0) for name in names)
                self._remembered.put(key, known[key])
        return known

    def _in_full(self, name: Found, passages: Sequence[Passage], shorts: ShortForms) -> Found:
        """A name that is short for one of the article's: «الحلبوسي» is «صهيب الحلبوسي», «الأسد» may be «ماهر الأسد»."""
        if name.listed and not (name.type == "PER" and name.first == name.last):
            return name
        number = next(number for number, passage in enumerate(passages) if passage is name.passage)
        if name.listed:
            relative = shorts.relative(name, number)
            return name if relative is None else replace(name, entity=relative)
        short = shorts.at(name.passage, name.first, number, sure=True)
        if short is None or short[0] != name.last or short[2].type != name.type:
            return name
        return replace(name, cut=short[1], entity=short[2], listed=True)

    def _short_names(
        self,
        passages: Sequence[Passage],
        shorts: ShortForms,
        found: Sequence[Found],
        closed: AbstractSet[tuple[str, int]],
    ) -> Iterator[Found]:
        covered = closed | {(name.passage.field, place) for name in found for place in name.places}
        opening = shorts.opening
        for number, passage in enumerate(passages):
            behind = 0
            for place in [place for place, word in enumerate(passage.words) if word in opening]:
                if place < behind or (passage.field, place) in covered:
                    continue
                short = shorts.at(passage, place, number)
                if short is None or any((passage.field, at) in covered for at in range(place, short[0] + 1)):
                    continue
                last, cut, entity = short
                score = 1.0 if self._tagger is None else _SHORT_SCORES[entity.type]
                yield Found(passage, place, last, cut, entity, listed=True, score=score)
                behind = last + 1

    def _surroundings(self, passages: Sequence[Passage], found: Sequence[Found]) -> Surroundings:
        """What the article says, as far as it has a name that may mean several things."""
        if not any(name.listed and name.words() in self._homographs for name in found):
            return Surroundings(frozenset())
        said = frozenset(word for passage in passages for word in passage.words)
        countries = {
            (name.entity.canonical, name.entity.country)
            for name in found
            if name.listed and name.type == "LOC" and name.entity.country and name.words() not in self._homographs
        }
        of_nationality = {
            (word, country) for word in said if (country := self._vocabulary.country_of.get(word)) is not None
        }
        return Surroundings(said, Counter(country for _, country in countries | of_nationality))

    def _mention(self, name: Found, around: Surroundings) -> Mention | None:
        span, entity = name.span, name.entity
        if span is None or len(entity.canonical) > LONGEST_NAME:
            return None
        alternatives: tuple[Alternative, ...] = ()
        if name.listed:
            type_ = name.type if name.typed else None
            entity, alternatives = self._homographs.meant(name.words(), entity, around, type_)
        start, end = span
        return Mention(
            type=entity.type,
            text=name.passage.text[start:end],
            field=name.passage.field,
            start=start,
            end=end,
            canonical=entity.canonical,
            latin=entity.latin,
            country=entity.country if entity.type == "LOC" else None,
            location=entity.location,
            kind=entity.kind,
            entity=entity.id,
            score=round(name.score, 3),
            alternatives=alternatives,
        )


@cache
def names() -> Names:
    """Return the finder over the data files, read once."""
    return Names(lexicon(), vocabulary())

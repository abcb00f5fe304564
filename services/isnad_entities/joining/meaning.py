"""What entity a row of words means that somebody has called a name (pure).

The tagger says which words are a name and of what type, in whole words. Which of the letters before it are clitics,
which of the words are a title or say only what sort of thing it is, and which listed entity is meant, is found here.
"""

from isnad.messages import EntityType
from isnad.text.words import words
from isnad_entities.found import Found, written_without
from isnad_entities.joining.homographs import Homographs
from isnad_entities.lists.lexicon import Entity, Lexicon, Pattern
from isnad_entities.lists.spelling import bare, canonical_body, canonical_name, is_kunya, plain_kunya
from isnad_entities.lists.vocabulary import Vocabulary
from isnad_entities.tagging.tagger import Tagged
from isnad_entities.words.clitics import splits, without_clitics
from isnad_entities.words.passage import Gap, Passage

_CALLED = tuple(words("صحيفة قناة جريدة مجلة نادي حركة حزب شركة تنظيم جماعة"))
"""Sorts under which an organisation may be listed that goes by the rest of its name."""

_POWERS = frozenset(
    words("قوات وقوات ميليشيا ميليشيات وميليشيات مليشيا مليشيات نظام حكم عهد حكومة إدارة الحوثي المخلوع")
)
"""After these a name that many have means the one who rules."""

_CONJUNCTIONS = ("و", "ف")
_PREPOSITIONS = ("ب", "ل", "ك")
_ARTICLE = "ال"
_SHORTEST = 3
"""Letters that are left of a word on no list when a clitic is taken off it."""


class Meaning:
    """Finds the entities of tagged words."""

    def __init__(self, listed: Lexicon, known: Vocabulary, homographs: Homographs) -> None:
        self._lexicon = listed
        self._homographs = homographs
        self._vocabulary = known
        self._last: tuple[Passage, frozenset[str]] | None = None
        triggers = known.triggers
        self._sorts: dict[EntityType, frozenset[str]] = {
            "LOC": frozenset().union(*(triggers[kind] for kind in ("place", "places", "place, loosely"))) | {"دوله"},
            "ORG": triggers["organisation"],
            "PER": frozenset(),
            "MISC": triggers["event"],
        }

    def of(self, passage: Passage, tagged: Tagged) -> Found | None:
        """Return the name with its entity; None where nothing but titles, or a word for a sort of thing, was tagged."""
        first = self._behind_titles(passage, tagged) if tagged.type == "PER" else tagged.first
        if first > tagged.last or (first == tagged.last and passage.word(first) in self._sorts[tagged.type]):
            return None
        row = tuple(passage.word(place) for place in range(first, tagged.last + 1))
        listed = self._listed(passage, first, tagged.last, row, tagged.type)
        if listed is not None:
            cut, entity = listed
            return Found(passage, first, tagged.last, cut, entity, listed=True, score=tagged.score, typed=True)
        cut = self._clitics(passage, first, row)
        entity = self._unlisted(passage, first, tagged.last, cut, tagged.type)
        return Found(passage, first, tagged.last, cut, entity, score=tagged.score, typed=True)

    def _behind_titles(self, passage: Passage, tagged: Tagged) -> int:
        """«الرئيس بشار الأسد» begins with «بشار», unless the title is a part of the name, as in «البابا فرنسيس»."""
        first = tagged.first
        while first <= tagged.last:
            facts = self._vocabulary.facts(passage.word(first))
            if not facts.title or facts.of_person:
                break
            row = tuple(passage.word(place) for place in range(first, tagged.last + 1))
            if self._lexicon.known(row):
                break
            first += 1
        return first

    def _listed(
        self, passage: Passage, first: int, last: int, row: tuple[str, ...], kind: EntityType
    ) -> tuple[int, Entity] | None:
        """The entity on a list that goes by these words, or by those behind the word that says its sort."""
        for cut, rest in splits(row[0]):
            pattern = self._lexicon.known((rest, *row[1:]))
            if pattern is not None and not pattern.silent:
                if pattern.entity.type == kind:
                    if kind == "PER" and pattern.framed and not self._is_of_power(passage, first):
                        return None  # many a man is called «صالح»
                    return cut, pattern.entity
                other = self._homographs.of_type((rest, *row[1:]), kind) or self._called(kind, (rest, *row[1:]))
                if other is not None:
                    return cut, other
                if self._is_sure(pattern, kind, row):
                    return cut, pattern.entity
        if kind == "PER":
            plain = plain_kunya(row)
            alike = (self._lexicon.known(plain) if plain != row else None) or None
            if alike is not None and alike.entity.type == "PER":
                return 0, alike.entity
            for cut, rest in splits(row[0]):
                heard = self._lexicon.sounding_like((rest, *row[1:]))
                if heard is not None:
                    return cut, heard
        if len(row) > 1:
            for cut, rest in splits(row[0]):
                if rest not in self._sorts[kind]:
                    continue
                pattern = self._lexicon.known(row[1:])
                if pattern is not None and pattern.entity.type == kind and not pattern.silent:
                    return cut, pattern.entity
        return self._longer(passage, first, last, kind)

    def _is_of_power(self, passage: Passage, place: int) -> bool:
        """Whether the words before a name say that a ruler or a leader has it: «الرئيس صالح», «قوات صالح»."""
        before = passage.word(place - 1)
        return passage.tight(place) and (self._vocabulary.facts(before).title or before in _POWERS)

    def _called(self, kind: EntityType, row: tuple[str, ...]) -> Entity | None:
        """«الشرق الأوسط» that is an organisation is listed as «صحيفة الشرق الأوسط»."""
        if kind != "ORG":
            return None
        listed = (self._lexicon.known((sort, *row)) for sort in _CALLED)
        return next((pattern.entity for pattern in listed if pattern is not None and pattern.entity.type == kind), None)

    def _is_sure(self, pattern: Pattern, kind: EntityType, row: tuple[str, ...]) -> bool:
        """Whether the list knows the type better: «داعش» is no place; but a town may be a club's or a person's name."""
        if pattern.framed or pattern.minor or pattern.entity.type == "PER":
            return False
        return pattern.entity.type != "LOC" or kind == "MISC" or len(row) > 1

    def _longer(self, passage: Passage, first: int, last: int, kind: EntityType) -> tuple[int, Entity] | None:
        """«حماس» of «حركة حماس»: the listed name goes on to either side."""
        for match in self._lexicon.around(passage, first, last):
            if match.entity.type == kind and not match.pattern.framed and not match.pattern.silent:
                return (match.cut if match.first == first else 0), match.entity
        return None

    def _clitics(self, passage: Passage, first: int, row: tuple[str, ...]) -> int:
        """Letters before a name that is on no list.

        «والX» and «بالX» are sure. Otherwise a letter comes off where what is left is a known name, or where what
        stands before says so: a conjunction follows another name's end, and no name begins with a preposition's letter
        and is found without it in the same passage.
        """
        word = row[0]
        facts = self._vocabulary.facts(word)
        if facts.of_person or facts.family:
            return 0
        for cut, rest in splits(word):
            if not cut:
                continue
            if rest.startswith(_ARTICLE) and len(rest) > _SHORTEST and not word.startswith(_ARTICLE):
                return cut
            known = self._vocabulary.facts(rest)
            kunya = len(row) > 1 and is_kunya(rest)
            if kunya or (known.of_person and not known.ordinary) or self._begins_listed(rest):
                return cut
        if len(word) <= _SHORTEST or not word.startswith(_CONJUNCTIONS + _PREPOSITIONS):
            return 0
        rest = word[1:]
        if rest in self._said(passage):
            return 1
        # «اسبانيا وفرنسا»: after a name, a word with waw goes on counting.
        after_name = first > 0 and passage.gap(first) is Gap.SPACE and self._begins_listed(passage.word(first - 1))
        return 1 if word.startswith("و") and after_name and not facts.unknown else 0

    def _said(self, passage: Passage) -> frozenset[str]:
        """The words of a passage; names of one passage come one after another."""
        last = self._last  # another thread may be at another passage
        if last is None or last[0] is not passage:
            self._last = last = (passage, frozenset(passage.words))
        return last[1]

    def _begins_listed(self, word: str) -> bool:
        return any(not cut and len(pattern.words) == 1 for cut, pattern in self._lexicon.starts(word))

    def _unlisted(self, passage: Passage, place: int, last: int, cut: int, kind: EntityType) -> Entity:
        written = written_without(passage, place, last, cut)
        if kind == "PER":
            first, *more = without_clitics(passage.word(place), cut), *passage.words[place + 1 : last + 1]
            alone = not more or (first == "عبد" and len(more) == 1)
            given = alone and (self._vocabulary.facts(first).given > 0 or first.startswith("عبدال"))
            # One given name tells nobody apart.
            return Entity(kind, canonical_name(written, self._vocabulary), kind="given name" if given else None)
        if kind == "ORG":
            return Entity(kind, canonical_body(written, self._vocabulary))
        return Entity(kind, bare(written))

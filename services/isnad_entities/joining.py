"""The names of a passage by a tagger, with what the lists know (pure).

Who is right where the two meet was counted on the development split of ANERcorp, and then by eye on news of ten years
later:

* where both have something, the tagger's words and type are right more often: it leaves «حركة» out of «حماس», and takes
  «موسكو» into «سبارتاك موسكو»; its entity is still the listed one. The lists are right where the tagger has a part of a
  listed person («كي مون»), or of a country («أفريقيا» in «جنوب أفريقيا»);
* a listed place, person or organisation that the tagger left out is a name more often than not, and is added; events
  are not («كأس العالم» is no name in the corpus), but those in quotation marks are («عملية «غصن الزيتون»»);
* places after the words that announce them («بلدات سقبا وحمورية») are added too: towns that are in the news since
  yesterday stand in no corpus.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from isnad_entities.found import Found, written_without
from isnad_entities.homographs import Homographs
from isnad_entities.lexicon import Entity, Lexicon, Match
from isnad_entities.meaning import Meaning
from isnad_entities.organisations import Organisations
from isnad_entities.passage import Gap, Passage
from isnad_entities.places import Places
from isnad_entities.spelling import bare
from isnad_entities.tagging.tagger import Tagged
from isnad_entities.vocabulary import Vocabulary

_SON = frozenset({"بن", "ابن", "بنت"})
_MOST_BETWEEN = 1

_SCORES = {"PER": 0.85, "LOC": 0.6, "ORG": 0.6, "MISC": 0.5}
"""How often a listed name that the tagger left out is one, on the development split."""

_ANNOUNCED = 0.55
"""The same of a place after «بلدة»."""

_QUOTED = 0.8
"""The same of an event in quotation marks."""


class Joining:
    """Joins a tagger's names with the lists."""

    def __init__(self, listed: Lexicon, known: Vocabulary, homographs: Homographs) -> None:
        self._lexicon = listed
        self._vocabulary = known
        self._meaning = Meaning(listed, known, homographs)
        self._places = Places(listed, known)
        self._organisations = Organisations(listed, known)
        self._idle = _Idle(listed, self._places, self._organisations)

    def names(
        self, passage: Passage, tagged: Sequence[Tagged], closed: AbstractSet[tuple[str, int]] = frozenset()
    ) -> list[Found]:
        """Return the names in order; none overlap, and none touches a word of `closed` (field, place)."""
        tagged_at = {place: one for one in tagged for place in range(one.first, one.last + 1)}
        taken: set[int] = {place for field, place in closed if field == passage.field} if closed else set()
        found: list[Found] = []
        dropped: set[int] = set()
        for name in self._listed(passage, tagged_at, taken):
            places = range(name.first, name.last + 1)
            if not taken.isdisjoint(places):
                continue
            taken.update(places)
            dropped.update(tagged_at[place].first for place in places if place in tagged_at)
            if not name.silent:
                found.append(name)
        for one in tagged:
            left = self._rest(one, taken, passage) if one.first in dropped else one
            if left is None or not taken.isdisjoint(range(left.first, left.last + 1)):
                continue
            meant = self._meaning.of(passage, left)
            if meant is not None:
                found.append(meant)
        found.sort(key=lambda name: name.first)
        return list(self._joined(passage, found))

    def _joined(self, passage: Passage, found: Sequence[Found]) -> Iterator[Found]:
        """Yield the names, one person for «سلمان» and «عبد العزيز» where «بن» stands between."""
        held: Found | None = None
        for name in found:
            if held is not None and self._goes_on(passage, held, name):
                known = (
                    held
                    if held.listed
                    else self._meaning.of(passage, Tagged(held.first, name.last, "PER", min(held.score, name.score)))
                )
                held = replace(known or held, first=held.first, last=name.last, cut=held.cut)
                continue
            if held is not None:
                yield held
            held = name
        if held is not None:
            yield held

    def _goes_on(self, passage: Passage, one: Found, other: Found) -> bool:
        if one.type != "PER" or other.type != "PER":
            return False
        between = range(one.last + 1, other.first)
        if not between:
            return passage.word(other.first) in _SON and passage.tight(other.first)
        return (
            len(between) <= _MOST_BETWEEN
            and all(passage.tight(at) and passage.word(at) in _SON for at in (*between,))
            and passage.tight(other.first)
        )

    def _listed(self, passage: Passage, tagged_at: dict[int, Tagged], taken: AbstractSet[int]) -> Iterator[Found]:
        """The listed and announced names that stand beside the tagger's, or are right where it is not."""
        idle = self._idle
        behind = 0
        for place in [place for place, token in enumerate(passage.tokens) if not idle[token.word]]:
            if place < behind or place in taken:
                continue
            match = self._match(passage, place)
            if match is not None:
                met = [tagged_at[at] for at in range(match.first, match.last + 1) if at in tagged_at]
                if match.pattern.silent:
                    yield Found.of(passage, match)
                    behind = match.last + 1
                elif not met:
                    if self._stands_alone(passage, match):
                        yield Found.of(passage, match, _SCORES[match.entity.type])
                        behind = match.last + 1
                elif self._is_better(passage, match, met):
                    yield Found.of(passage, match, met[0].score)
                    behind = match.last + 1
                continue
            for name in self._announced(passage, place):
                if not any(at in tagged_at for at in range(name.first, name.last + 1)):
                    yield name
                    behind = name.last + 1

    def _match(self, passage: Passage, place: int) -> Match | None:
        """The longest listed name that begins here and needs no other words to say so."""
        return next((match for match in self._lexicon.match(passage, place) if not match.pattern.framed), None)

    def _stands_alone(self, passage: Passage, match: Match) -> bool:
        """Whether a name that the tagger left out is added."""
        if match.entity.type == "MISC" or (match.pattern.minor and match.length == 1):
            return False
        if match.entity.type == "ORG" and self._organisations.names_office(passage, match):
            return False
        facts = self._vocabulary.facts(passage.word(match.first))
        return not (match.length == 1 and match.entity.type == "LOC" and (facts.nationality or facts.ordinary))

    def _is_better(self, passage: Passage, match: Match, met: Sequence[Tagged]) -> bool:
        """Whether the listed name is right, and not the tagger's that stand in its place or reach into it."""
        first, last = met[0].first, met[-1].last
        if first >= match.first and last <= match.last and last - first + 1 < match.length:
            return match.entity.type == "PER" or not self._is_core(passage, match, first, last)
        one = met[0]
        if one.type == match.entity.type and one.first < match.first and match.last == one.last and match.cut == 1:
            # «الإمارات العربية وقطر», «أرسنال وموناكو» are two.
            left = tuple(passage.word(at) for at in range(one.first, match.first))
            return passage.word(match.first).startswith("و") and self._lexicon.known(left) is not None
        if one.first <= match.first and match.last <= one.last and match.length < one.last - one.first + 1:
            inside = passage.gap(match.first) if match.first > one.first else passage.gap(match.last + 1)
            if inside > Gap.JOINT:
                return True  # «بنفيكا (البرتغال)»
            return (
                one.type == "PER"
                and match.first == one.first
                and match.entity.type == "LOC"
                and match.entity.kind == "country"
            )
        return False

    def _is_core(self, passage: Passage, match: Match, first: int, last: int) -> bool:
        """Whether the tagger's words are the listed name without its sort or its nationality.

        «حماس» of «حركة حماس», «الكونغرس» of «الكونغرس الأميركي»; but not «أفريقيا» of «جنوب أفريقيا».
        """
        behind = [self._vocabulary.facts(passage.word(at)) for at in range(last + 1, match.last + 1)]
        if not all(fact.nationality or fact.ordinary for fact in behind):
            return False
        inner = [self._vocabulary.facts(passage.word(at)) for at in range(first, last + 1)]
        if first == match.first and match.length > 1 and all(fact.ordinary or fact.title for fact in inner):
            return bool(behind) and all(fact.nationality for fact in behind)
        return (
            match.entity.kind != "country"
            or first == match.first
            or self._meaning.is_sort(passage.word(match.first)[match.cut :], "LOC")
        )

    def _rest(self, one: Tagged, taken: AbstractSet[int], passage: Passage) -> Tagged | None:
        """What is left of the tagger's name when a listed one was taken out of it."""
        left = [place for place in range(one.first, one.last + 1) if place not in taken]
        if not left or left[-1] - left[0] + 1 != len(left):
            return None
        row = tuple(passage.word(place) for place in left)
        facts = [self._vocabulary.facts(word) for word in row]
        if self._lexicon.known(row) is None and all(fact.ordinary or fact.title for fact in facts):
            return None
        return Tagged(left[0], left[-1], one.type, one.score)

    def _announced(self, passage: Passage, place: int) -> Iterator[Found]:
        """Places and quoted events behind the words that say so."""
        word = passage.word(place)
        if self._places.licenses(word):
            for name in self._places.after(passage, place):
                if name.match is not None:
                    yield Found.of(passage, name.match, _ANNOUNCED)
                else:
                    entity = Entity("LOC", bare(written_without(passage, name.first, name.last, name.cut)))
                    yield Found(passage, name.first, name.last, name.cut, entity, score=_ANNOUNCED)
        elif self._organisations.starts(word):
            body = self._organisations.at(passage, place)
            if body is not None and body.type == "MISC":
                entity = Entity("MISC", bare(written_without(passage, body.first, body.last, body.cut)))
                yield Found(passage, body.first, body.last, body.cut, entity, score=_QUOTED)


class _Idle(dict[str, bool]):
    """Whether no listed name can begin at a word, and it announces none; worked out once per word."""

    _MOST = 200_000

    def __init__(self, listed: Lexicon, places: Places, organisations: Organisations) -> None:
        super().__init__()
        self._listed = listed
        self._places = places
        self._organisations = organisations

    def __missing__(self, word: str) -> bool:
        if len(self) >= self._MOST:
            self.clear()
        idle = not (
            any(not pattern.framed for _, pattern in self._listed.starts(word))
            or self._places.licenses(word)
            or self._organisations.starts(word)
        )
        self[word] = idle
        return idle

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

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from isnad_entities.found import Found, written_without
from isnad_entities.joining.families import Families
from isnad_entities.joining.homographs import Homographs
from isnad_entities.joining.meaning import Meaning
from isnad_entities.lists.lexicon import Entity, Lexicon, Match
from isnad_entities.lists.spelling import bare, canonical_body
from isnad_entities.lists.vocabulary import Vocabulary
from isnad_entities.rules.organisations import Organisations
from isnad_entities.rules.places import Places
from isnad_entities.tagging.tagger import Tagged
from isnad_entities.words.byword import ByWord
from isnad_entities.words.clitics import splits
from isnad_entities.words.passage import Gap, Passage

_SON = frozenset({"بن", "ابن", "بنت"})
_WITH_ARTICLE = ("لل", "بال", "وال")
_MOST_BETWEEN = 1

_SCORES = {"PER": 0.85, "LOC": 0.6, "ORG": 0.6, "MISC": 0.5}
"""How often a listed name that the tagger left out is one, on the development split."""

_ANNOUNCED = 0.55
"""The same of a place after «بلدة»."""

_NATIONAL = 0.5
"""The same of a ministry or an army with its nationality."""

_LEAST_SCORE = 0.45
"""What the tagger believes in less is left out: there F1 is highest on the development split."""

_DOUBTFUL = 0.5
"""Below it the tagger's name gives way to an announced one."""

_DIFFER_FROM_PARTS = frozenset({"country", "facility", "camp", "quarter"})
"""Kinds of places that are another thing than the place in their names."""

_QUOTED = 0.8
"""The same of an event in quotation marks."""

_NAME, _PLACE, _BODY = 1, 2, 4
"""What can begin at a word: a listed name; a place, an organisation or an event that it announces."""


class Joining:
    """Joins a tagger's names with the lists."""

    def __init__(self, listed: Lexicon, known: Vocabulary, homographs: Homographs) -> None:
        self._lexicon = listed
        self._vocabulary = known
        self._homographs = homographs
        self._meaning = Meaning(listed, known, homographs)
        self._families = Families(listed, known, self._meaning)
        self._places = Places(listed, known)
        self._organisations = Organisations(listed, known)
        self._openings = _Openings(listed, self._places, self._organisations)

    def names(
        self, passage: Passage, tagged: Sequence[Tagged], closed: AbstractSet[tuple[str, int]] = frozenset()
    ) -> list[Found]:
        """Return the names in order; none overlap, and none touches a word of `closed` (field, place)."""
        believed: list[Tagged] = []
        tagged_at: dict[int, Tagged] = {}
        doubted_at: dict[int, Tagged] = {}
        for one in tagged:
            is_believed = one.score >= _LEAST_SCORE or self._is_listed(passage, one)
            if is_believed:
                believed.append(one)
            (tagged_at if is_believed else doubted_at).update(dict.fromkeys(range(one.first, one.last + 1), one))
        taken: set[int] = {place for field, place in closed if field == passage.field} if closed else set()
        found: list[Found] = []
        dropped: set[int] = set()
        for name in self._listed(passage, tagged_at, taken):
            places = range(name.first, name.last + 1)
            doubted = _met(doubted_at, name.first, name.last) if name.listed else []
            if not taken.isdisjoint(places) or any(_reaches_beyond(one, name) for one in doubted):
                continue  # «سانتياغو» of «سانتياغو برنابيو» is in doubt too
            taken.update(places)
            dropped.update(tagged_at[place].first for place in places if place in tagged_at)
            if not name.silent:
                found.append(name)
        for one in believed:
            left = self._rest(one, taken, passage) if one.first in dropped else one
            if left is None or not taken.isdisjoint(range(left.first, left.last + 1)):
                continue
            meant = self._meaning.of(passage, left)
            if meant is not None:
                found.append(meant)
        found.sort(key=lambda name: name.first)
        return list(self._joined(passage, list(self._families.joined(passage, found))))

    def _is_listed(self, passage: Passage, one: Tagged) -> bool:
        """Whether a list has exactly these words: then the tagger need not be sure of them, and knows their type."""
        return any(
            match.last == one.last and not (match.pattern.framed or match.pattern.minor or match.pattern.silent)
            for match in self._lexicon.match(passage, one.first)
        )

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
        openings = self._openings
        behind = 0
        for place, opening in [
            (place, opening) for place, word in enumerate(passage.words) if (opening := openings[word])
        ]:
            if place < behind or place in taken:
                continue
            match = self._match(passage, place) if opening & _NAME else None
            if match is not None:
                name = self._by_list(passage, match, _met(tagged_at, match.first, match.last))
                names = [name] if name else []
            elif opening != _NAME:
                names = [
                    name
                    for name in self._announced(passage, place, opening)
                    if self._is_wanted(name, _met(tagged_at, name.first, name.last))
                ]
            else:
                continue
            yield from names
            behind = max((name.last + 1 for name in names), default=behind)

    def _match(self, passage: Passage, place: int) -> Match | None:
        """The longest listed name that begins here; an ordinary word only where those before it say so."""
        for match in self._lexicon.match(passage, place):
            kind = match.entity.type
            if (
                not match.pattern.framed
                or (kind == "LOC" and self._places.frames(passage, place, minor=match.pattern.minor))
                or (kind == "ORG" and self._organisations.frames(passage, place))
            ):
                return match
        return None

    def _by_list(self, passage: Passage, match: Match, met: Sequence[Tagged]) -> Found | None:
        """The listed name, where it is one and the tagger has nothing better."""
        if match.pattern.silent:
            return Found.of(passage, match)
        if not met:
            return Found.of(passage, match, _SCORES[match.entity.type]) if self._stands_alone(passage, match) else None
        return Found.of(passage, match, max(one.score for one in met)) if self._is_better(passage, match, met) else None

    def _stands_alone(self, passage: Passage, match: Match) -> bool:
        """Whether a name that the tagger left out is added."""
        if match.entity.type == "MISC" or (match.pattern.minor and match.length == 1 and not match.pattern.framed):
            return False
        if match.entity.type == "ORG" and self._organisations.names_office(passage, match):
            return False
        if match.pattern.framed:
            return True
        facts = self._vocabulary.facts(passage.word(match.first))
        return not (match.length == 1 and match.entity.type == "LOC" and (facts.nationality or facts.ordinary))

    def _is_better(self, passage: Passage, match: Match, met: Sequence[Tagged]) -> bool:
        """Whether the listed name is right, and not the tagger's that stand in its place or reach into it."""
        first, last = met[0].first, met[-1].last
        if first >= match.first and last <= match.last:
            if len(met) > 1 and self._are_pieces(passage, match, met):
                return True
            if last - first + 1 < match.length:
                return self._is_whole(passage, match, met)
        one = met[0]
        if one.type == match.entity.type and one.first < match.first and match.last == one.last and match.cut == 1:
            # «الإمارات العربية وقطر», «أرسنال وموناكو» are two.
            left = tuple(passage.word(at) for at in range(one.first, match.first))
            return passage.word(match.first).startswith("و") and self._lexicon.known(left) is not None
        if one.first <= match.first and match.last <= one.last and match.length < one.last - one.first + 1:
            inside = passage.gap(match.first) if match.first > one.first else passage.gap(match.last + 1)
            if inside > Gap.JOINT:
                return True  # «بنفيكا (البرتغال)»
            starts = match.first == one.first and one.type == "PER" and not match.cut
            return starts and match.entity.type == "LOC" and match.entity.kind == "country"
        return False

    def _are_pieces(self, passage: Passage, match: Match, met: Sequence[Tagged]) -> bool:
        """Whether the tagger cut one name up: «باريس» and «سان جيرمان», but not «أستراليا» and «نيوزيلندا»."""
        if any(one.type != match.entity.type for one in met):
            return False
        return any(self._means_nothing_else(passage, match, one) for one in met)

    def _means_nothing_else(self, passage: Passage, match: Match, one: Tagged) -> bool:
        first, *more = (passage.word(at) for at in range(one.first, one.last + 1))
        known = (self._lexicon.known((rest, *more)) for _, rest in splits(first))
        return all(pattern is None or pattern.entity == match.entity for pattern in known)

    def _is_whole(self, passage: Passage, match: Match, met: Sequence[Tagged]) -> bool:
        """Whether the name is the listed one, where the tagger has only a part of it."""
        type_ = match.entity.type
        if type_ == "PER":
            return True  # «كي مون»
        if any(one.type != type_ for one in met):
            return type_ != "MISC"  # «دير الزور» in «مجلس دير الزور العسكري», but «أوروبا» in «دوري أبطال أوروبا»
        first, last = met[0].first, met[-1].last
        row = tuple(passage.word(at) for at in range(first, last + 1))
        inner = self._lexicon.known(row)
        if type_ == "ORG" and first == match.first and row in self._homographs:
            return True  # «الأهلي المصري», where «الأهلي» may be the Saudi one
        if inner is not None and inner.entity == match.entity:
            return False  # «مكة» of «مكة المكرمة»
        if inner is not None and (inner.entity.type == type_ or match.entity.kind in _DIFFER_FROM_PARTS):
            return True  # «حزب العدالة والتنمية المغربي» is not the Turkish one; «جنوب أفريقيا», «مطار دير الزور»
        if first > match.first and row[0].startswith(_WITH_ARTICLE):
            return True  # «للأمم المتحدة لشؤون اللاجئين» begins no name
        inside = [self._vocabulary.facts(passage.word(at)) for at in range(first, last + 1)]
        behind = [self._vocabulary.facts(passage.word(at)) for at in range(last + 1, match.last + 1)]
        national = bool(behind) and all(fact.nationality for fact in behind)
        if first == match.first and all(fact.ordinary or fact.title for fact in inside):
            return not national  # «نادي», but «الكونغرس» of «الكونغرس الأميركي»
        return not all(fact.nationality or fact.ordinary for fact in behind)

    def _is_wanted(self, name: Found, met: Sequence[Tagged]) -> bool:
        """Whether an announced name is added: the tagger has nothing there, or only a part of it, or is in doubt."""
        if not met:
            return True
        within = name.first <= met[0].first and met[-1].last <= name.last
        longer = within and met[-1].last - met[0].first < name.last - name.first
        return (longer and name.type in ("LOC", "ORG")) or all(one.score < _DOUBTFUL for one in met)

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

    def _announced(self, passage: Passage, place: int, opening: int) -> Iterator[Found]:
        """Places and quoted events behind the words that say so."""
        if opening & _PLACE:
            for name in self._places.after(passage, place):
                if name.match is not None:
                    yield Found.of(passage, name.match, _ANNOUNCED)
                else:
                    entity = Entity("LOC", bare(written_without(passage, name.first, name.last, name.cut)))
                    yield Found(passage, name.first, name.last, name.cut, entity, score=_ANNOUNCED)
        elif opening & _BODY:
            body = self._organisations.at(passage, place)
            if body is None:
                return
            written = written_without(passage, body.first, body.last, body.cut)
            if body.type == "MISC":
                entity, score = Entity("MISC", bare(written)), _QUOTED
            elif self._vocabulary.facts(passage.word(body.last)).nationality:
                entity, score = Entity("ORG", body.prefix + canonical_body(written, self._vocabulary)), _NATIONAL
            else:
                return
            known = self._lexicon.named(entity.canonical)
            found = Found(passage, body.first, body.last, body.cut, entity, score=score)
            yield found if known is None else replace(found, entity=known.entity, listed=True)


def _reaches_beyond(one: Tagged, name: Found) -> bool:
    """Whether the tagger's name, which has words of this one, has others beside them."""
    return one.first < name.first or name.last < one.last


def _met(tagged_at: Mapping[int, Tagged], first: int, last: int) -> list[Tagged]:
    """The tagger's names that have a word in common with these."""
    return list(dict.fromkeys(tagged_at[at] for at in range(first, last + 1) if at in tagged_at))


class _Openings(ByWord[int]):
    """What can begin at a word: a listed name, a place or a body that it announces."""

    def __init__(self, listed: Lexicon, places: Places, organisations: Organisations) -> None:
        super().__init__(self._find)
        self._listed = listed
        self._places = places
        self._organisations = organisations

    def _find(self, word: str) -> int:
        return (
            (_NAME if self._listed.starts(word) else 0)
            | (_PLACE if self._places.licenses(word) else 0)
            | (_BODY if self._organisations.starts(word) else 0)
        )

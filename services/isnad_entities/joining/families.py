"""A ruler's relatives are not the ruler: «الأسد» of «رفعت الأسد» is a part of the longer name (pure).

Lists have the well-known by their family names alone. Behind a given name, which the tagger left out or made a name of
its own, such a family name is somebody else's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from isnad_entities.found import Found
from isnad_entities.joining.meaning import Meaning
from isnad_entities.lists.lexicon import Lexicon
from isnad_entities.lists.vocabulary import Vocabulary
from isnad_entities.tagging.tagger import Tagged
from isnad_entities.words.clitics import splits
from isnad_entities.words.passage import Gap, Passage

_SURELY = 2
"""`Facts.given` of what is a given name and nothing else."""

_ON = "علي"
"""«على» as often as Ali, since both may be written with ya."""


class Families:
    """Joins family names with the given names before them."""

    def __init__(self, listed: Lexicon, known: Vocabulary, meaning: Meaning) -> None:
        self._lexicon = listed
        self._vocabulary = known
        self._meaning = meaning

    def joined(self, passage: Passage, found: Sequence[Found]) -> Iterator[Found]:
        """Yield the names of a passage, which come in order, each listed person's with what belongs before it."""
        held: Found | None = None
        for name in found:
            whole = self._whole(passage, held, name)
            if held is not None and (whole is None or whole.first > held.last):  # else it is a part of it
                yield held
            held = whole or name
        if held is not None:
            yield held

    def _whole(self, passage: Passage, held: Found | None, name: Found) -> Found | None:
        """The longer name of which a listed person's is the end; `held` is the name before it."""
        place = name.first - 1
        if name.type != "PER" or not name.listed or name.cut or place < 0 or not passage.tight(name.first):
            return None
        if held is not None and held.last == place:
            if held.type != "PER" or held.listed or name.first != name.last:
                return None
            on = held.first < held.last and _is_on(passage, held.first)  # «حكم على هانتر بايدن»
            first, score = held.first + on, min(held.score, name.score)
            if first == place and self._vocabulary.facts(passage.word(first - 1)).verb:
                return None  # «وحذر صالحي ترامب» may be two
        elif self._is_given(passage, place) or (name.first == name.last and self._is_announced(passage, place)):
            first, score = place, name.score
        else:
            return None
        whole = self._meaning.of(passage, Tagged(first, name.last, "PER", score))
        if whole is None or whole.listed:
            return whole
        row = whole.words()
        known = self._lexicon.known((row[0], row[-1]))  # «دونالد جيه ترامب»
        return (
            whole if known is None or known.entity.type != "PER" else replace(whole, entity=known.entity, listed=True)
        )

    def _is_given(self, passage: Passage, place: int) -> bool:
        """Whether a word is a given name and nothing else."""
        for cut, rest in splits(passage.word(place)):
            facts = self._vocabulary.facts(rest)
            if facts.given == _SURELY and not (facts.between or facts.title):
                # «رفعت ترامب دعوى» begins with a verb, «محكمة باريس رفعت الأسد» does not end with one.
                return not (facts.verb and (cut or passage.gap(place) is Gap.STOP))
        return False

    def _is_announced(self, passage: Passage, place: int) -> bool:
        """Whether a title says that an unknown word, or one that is an ordinary word too, is a name: «نجله هانتر»."""
        word = passage.word(place)
        facts = self._vocabulary.facts(word)
        if not (passage.tight(place) and self._vocabulary.facts(passage.word(place - 1)).title):
            return False
        if facts.verb or facts.title or facts.between or facts.particle or facts.nationality or word == _ON:
            return False
        named = any(pattern.entity.type != "PER" for _, pattern in self._lexicon.starts(word))
        return (facts.unknown or facts.given > 0) and not named


def _is_on(passage: Passage, place: int) -> bool:
    return passage.word(place) == _ON and passage.written(place, place).endswith("ى")

"""Corpora of tagged words: reading, the development split, and strict scores (pure but for reading).

A corpus has a word and its BIO tag per line, a blank line between sentences: the format of ANERcorp (Benajiba, Rosso
2008, as edited by Obeid et al. 2020; its PERS is read as PER). A name counts as right when its type and all its words
are: strict scores over the corpus's own words, clitics included.

A corpus's word need not be one of ours: «جان-ايف» is two, a bracket is none. `Reading` holds both together.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from isnad.errors import RequestError
from isnad.messages import EntityType
from isnad_entities.tagging.labels import TYPES
from isnad_entities.words.passage import Passage

_SPELLINGS: dict[str, EntityType] = {"PERS": "PER", "PER": "PER", "LOC": "LOC", "ORG": "ORG", "MISC": "MISC"}
_TRAINING_SHARE = (5, 6)


class Span(NamedTuple):
    """Words `first` to `last` are one name."""

    first: int
    last: int
    type: EntityType


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a corpus: its words, and what they name."""

    words: tuple[str, ...]
    spans: frozenset[Span]


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as an article's text would hold it: its words with spaces between them, read into a passage."""

    passage: Passage
    places: list[int]
    """The corpus's word in which each word of the passage stands."""

    @classmethod
    def of(cls, sentence: Sentence) -> "Reading":
        """Read a sentence."""
        starts, text = [], ""
        for word in sentence.words:
            starts.append(len(text))
            text += word + " "
        passage = Passage.of("body", text)
        places, place = [], 0
        for token in passage.tokens:
            while place + 1 < len(starts) and starts[place + 1] <= token.start:
                place += 1
            places.append(place)
        return cls(passage, places)

    def to_passage(self, spans: Iterable[Span]) -> list[Span]:
        """Return the spans in words of the passage, in order; one without any of its words is left out."""
        found = []
        for first, last, kind in sorted(spans):
            inside = [at for at, place in enumerate(self.places) if first <= place <= last]
            if inside:
                found.append(Span(inside[0], inside[-1], kind))
        return found

    def to_corpus(self, spans: Iterable[Span]) -> frozenset[Span]:
        """Return the spans in the corpus's words."""
        return frozenset(Span(self.places[first], self.places[last], kind) for first, last, kind in spans)


@dataclass(frozen=True, slots=True)
class Scores:
    """How many names were right, found and tagged in the corpus."""

    right: int
    found: int
    tagged: int

    @property
    def precision(self) -> float:
        """Of those found, the share that is right; 0 where none was found."""
        return self.right / max(self.found, 1)

    @property
    def recall(self) -> float:
        """Of those in the corpus, the share that was found; 0 where there are none."""
        return self.right / max(self.tagged, 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / max(self.found + self.tagged, 1)


def sentences(corpus: Path) -> list[Sentence]:
    """Return a corpus's sentences.

    Raises:
        RequestError: the file can't be read, or a line has no tag that is known; the text names the line.
    """
    try:
        lines = corpus.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as exc:
        raise RequestError(f"{corpus} can't be read: {exc}. Give a file of words with their BIO tags.") from exc
    found: list[Sentence] = []
    row: list[tuple[str, str]] = []
    for number, line in enumerate([*lines, ""], start=1):
        if not line.strip():
            if row:
                found.append(_sentence(row))
                row = []
            continue
        word, _, tag = line.strip().rpartition(" ")
        mark, _, kind = tag.partition("-")
        if not word or not (tag == "O" or (mark in ("B", "I") and kind in _SPELLINGS)):
            raise RequestError(f"{corpus}, line {number}: {line!r} is no word with a BIO tag, as in «دمشق B-LOC».")
        row.append((word.strip(), tag))
    return found


def split(corpus: Sequence[Sentence]) -> tuple[list[Sentence], list[Sentence]]:
    """Return the part to train on and the part to develop against.

    The latter is the last sixth of the lines (a word or a break between sentences each), cut at a break, so that
    documents stay together but for the one in which the cut lies.
    """
    share, of = _TRAINING_SHARE
    least = sum(len(sentence.words) + 1 for sentence in corpus) * share
    seen = 0
    for number, sentence in enumerate(corpus):
        if seen * of >= least:
            return list(corpus[:number]), list(corpus[number:])
        seen += len(sentence.words) + 1
    return list(corpus), []


def strict_scores(tagged: Iterable[AbstractSet[Span]], found: Iterable[AbstractSet[Span]]) -> dict[str, Scores]:
    """Return the scores under "overall" and under each type.

    Args:
        tagged: the spans that the corpus has, sentence by sentence.
        found: those of a tagger, in the same order.

    Raises:
        ValueError: the one has more sentences than the other.
    """
    counts = {kind: [0, 0, 0] for kind in TYPES}
    for truth, answer in zip(tagged, found, strict=True):
        for column, spans in enumerate((truth & answer, answer, truth)):
            for span in spans:
                counts[span.type][column] += 1
    by_type: dict[str, Scores] = {kind: Scores(*row) for kind, row in counts.items()}
    overall = Scores(*(sum(column) for column in zip(*counts.values(), strict=True)))
    return {"overall": overall, **by_type}


def _sentence(row: Sequence[tuple[str, str]]) -> Sentence:
    """BIO read as it is meant: a B-, or an I- of another type than the word before has, begins a name."""
    spans: list[Span] = []
    open_type = ""
    for place, (_, tag) in enumerate(row):
        mark, _, written = tag.partition("-")
        kind = _SPELLINGS.get(written)
        if kind is None:
            open_type = ""
        elif mark == "I" and kind == open_type:
            spans[-1] = spans[-1]._replace(last=place)
        else:
            spans.append(Span(place, place, kind))
            open_type = kind
    return Sentence(tuple(word for word, _ in row), frozenset(spans))

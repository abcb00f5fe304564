"""News and tagged corpora, read into arrays word by word."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from isnad_entities.lists.lexicon import lexicon
from isnad_entities.lists.vocabulary import vocabulary
from isnad_entities.rules.finding import Rules
from isnad_entities.tagging.labels import label_row
from isnad_entities.tagging.neural.listed import COLUMNS, listed
from isnad_entities.tagging.neural.spellings import marks, spellings
from isnad_entities.training.corpora import Reading, Sentence
from isnad_entities.training.news import articles
from isnad_entities.words.passage import Passage

_SAME_START = 300
"""Characters: bodies that begin alike are copies, and are read once."""


class Spellings:
    """Numbers of spellings, in the order in which they were first seen."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.number: dict[str, int] = {spelling: place for place, spelling in enumerate(known)}

    def __len__(self) -> int:
        return len(self.number)

    def of(self, words: Sequence[str]) -> NDArray[np.int32]:
        """Return the numbers of words; new ones get the next."""
        number = self.number
        return np.array([number.setdefault(word, len(number)) for word in words], np.int32)


@dataclass(frozen=True, slots=True)
class Text:
    """Passages, word after word."""

    words: NDArray[np.int32]
    """Numbers of spellings."""
    marks: NDArray[np.uint8]
    """What stands before a word (`spellings.Mark`)."""
    gaps: NDArray[np.uint8]
    """The same, more coarsely (`passage.Gap`)."""
    listed: NDArray[np.uint32]
    """The columns of `listed.listed` as bits, the first the lowest."""
    labels: NDArray[np.uint8]
    """What lists and rules say of news, what the corpus says of its own words (`labels.LABELS`)."""
    starts: NDArray[np.int64]
    """Where passages begin; the last is where they end."""

    def __len__(self) -> int:
        return len(self.words)

    @classmethod
    def of(cls, passages: Iterable[tuple[Passage, NDArray[np.integer]]], known: Spellings) -> "Text":
        """Put passages with their labels together."""
        columns: list[list[NDArray[np.integer]]] = [[] for _ in range(5)]
        sizes = [0]
        finder = lexicon()
        powers = 1 << np.arange(COLUMNS, dtype=np.uint32)
        for passage, labels in passages:
            row = (
                known.of(spellings(passage)),
                np.array(marks(passage), np.uint8),
                np.array(passage.gaps[: len(passage)], np.uint8),
                (listed(passage, finder).astype(np.uint32) * powers).sum(1, dtype=np.uint32),
                np.asarray(labels, np.uint8),
            )
            for column, part in zip(columns, row, strict=True):
                column.append(part)
            sizes.append(len(passage))
        kinds = (np.int32, np.uint8, np.uint8, np.uint32, np.uint8)
        words, before, gaps, known_names, given = (
            np.concatenate([np.zeros(0, kind), *column]).astype(kind)
            for kind, column in zip(kinds, columns, strict=True)
        )
        return cls(words, before, gaps, known_names, given, np.cumsum(sizes, dtype=np.int64))

    def save(self, path: Path, known: Spellings) -> None:
        """Write the arrays and the spellings."""
        np.savez(path, **{name: getattr(self, name) for name in Text.__slots__}, spellings=np.array(list(known.number)))

    @classmethod
    def load(cls, path: Path) -> tuple["Text", Spellings]:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(**{name: arrays[name] for name in Text.__slots__}), Spellings(arrays["spellings"].tolist())


def news(paths: Iterable[Path], advance: Callable[[], None]) -> Iterator[tuple[Passage, NDArray[np.int8]]]:
    """Yield titles and bodies of articles with what lists and rules say of them; copies are left out.

    Args:
        paths: see `isnad_entities.training.news.articles`.
        advance: called after each article.

    Raises:
        RequestError: a file can't be read, or a line is no article.
    """
    rules = Rules(lexicon(), vocabulary())
    seen: set[str] = set()
    for passages in articles(paths):
        start = passages[-1].text[:_SAME_START]
        if start not in seen:
            seen.add(start)
            for passage in passages:
                if len(passage):
                    yield passage, _by_rules(rules, passage)
        advance()


def _by_rules(rules: Rules, passage: Passage) -> NDArray[np.int8]:
    found = [(name.first, name.last, name.type) for name in rules.read(passage) if not name.silent]
    return label_row(len(passage), found)


def corpus(sentences: Sequence[Sentence]) -> Iterator[tuple[Passage, NDArray[np.int8]]]:
    """Yield the sentences of a tagged corpus with their labels; those without a word are left out."""
    for sentence in sentences:
        reading = Reading.of(sentence)
        if len(reading.passage):
            yield reading.passage, label_row(len(reading.passage), reading.to_passage(sentence.spans))

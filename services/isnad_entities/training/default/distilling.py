"""Learning from news what teachers say of it: networks and the tables of the fast profile, each from another side."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from isnad_entities.tagging.fast.tagger import FastTagger
from isnad_entities.tagging.lattice import Floats, Lattice
from isnad_entities.tagging.neural.folder import Pool
from isnad_entities.tagging.neural.pieces import Piece, batches
from isnad_entities.training.default.batching import feed, sentence_pieces
from isnad_entities.training.default.fitting import Learner
from isnad_entities.training.default.text import Spellings, Text, news
from isnad_entities.training.default.words import Words
from isnad_entities.words.passage import Passage

_BATCH_WORDS = 4_096
_EVERY = 6
"""One passage of so many is read."""


@dataclass(frozen=True, slots=True)
class Silver:
    """News, and how probable each label of each of its words is to the teachers."""

    text: Text
    beliefs: NDArray[np.float16]
    """(words, labels)."""


def silver(
    paths: Iterable[Path],
    words: Words,
    known: Spellings,
    teachers: Sequence[Learner],
    tables: FastTagger,
    pool: Pool,
    advance: Callable[[], None],
) -> Silver:
    """Ask teachers, who share one encoder, about a part of the news.

    Args:
        paths: the news.
        words: of the news.
        known: the spellings of the news.
        teachers: heads on the same encoder.
        tables: the fast profile's.
        pool: how much either has to say.
        advance: called after each article.
    """
    by_tables: list[Floats] = []

    def some() -> Iterator[tuple[Passage, NDArray[np.int8]]]:
        for number, (passage, labels) in enumerate(news(paths, advance)):
            if number % _EVERY == 0:
                by_tables.append(tables.emissions(passage))
                yield passage, labels

    text = Text.of(some(), known)
    cut = sentence_pieces(text, words)
    by_network = mean_emissions(teachers, text, words, cut)
    transitions = np.mean([teacher.transitions.weights.detach().numpy() for teacher in teachers], 0)
    lattice = Lattice(pool.transitions(transitions, tables.transitions))
    emissions = pool.emissions(by_network, np.concatenate(by_tables))
    beliefs = np.zeros(emissions.shape, np.float16)
    begun = [piece.first for piece in cut if piece.first == piece.start]
    for start, end in zip(begun, [*begun[1:], len(text)], strict=True):
        beliefs[start:end] = lattice.marginals(emissions[start:end], text.gaps[start:end])
    return Silver(text, beliefs)


def mean_emissions(teachers: Sequence[Learner], text: Text, words: Words, cut: Sequence[Piece]) -> Floats:
    """Return the mean of what heads on one encoder say of each label of each word."""
    found = np.zeros((len(text), teachers[0].transitions.weights.shape[1]), np.float32)
    for teacher in teachers:
        teacher.network.eval()
    with torch.no_grad():
        for batch in batches(cut, _BATCH_WORDS):
            fed = feed(text, words, batch)
            seen = teachers[0].seen(fed)
            said = torch.stack([teacher.emissions(fed, seen) for teacher in teachers]).mean(0).numpy()
            found[batch.words[batch.counted]] = said[batch.counted]
    return found

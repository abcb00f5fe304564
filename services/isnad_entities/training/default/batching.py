"""Sentences put together for the network, those of like length with one another."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from isnad_entities.tagging.neural.listed import COLUMNS
from isnad_entities.tagging.neural.pieces import Batch, Piece, batches, pieces, sentences
from isnad_entities.tagging.neural.spellings import Mark
from isnad_entities.training.default.text import Text
from isnad_entities.training.default.words import Different, Words

_LENGTH_NOISE = 4.0
"""Words: batches of one epoch are not those of the next."""


@dataclass(frozen=True, slots=True)
class Fed:
    """What the network is given of a batch; (pieces, words) each but for the first."""

    words: Different
    which: Tensor
    """Which of the different words stands where."""
    marks: Tensor
    next_marks: Tensor
    gaps: Tensor
    listed: Tensor
    """(pieces, words, `COLUMNS`)."""
    labels: Tensor
    filled: Tensor
    """False for filling."""
    numbers: NDArray[np.int64]
    """Numbers of spellings; those of filling mean nothing."""


def sentence_pieces(text: Text, words: Words) -> list[Piece]:
    """Return the pieces in which the tagger would read a text, in order."""
    found: list[Piece] = []
    for start, end in zip(text.starts[:-1].tolist(), text.starts[1:].tolist(), strict=True):
        spelled = [words.spellings[number] for number in text.words[start:end].tolist()]
        begun = sentences(spelled, [Mark(mark) for mark in text.marks[start:end].tolist()])
        found.extend(pieces(begun, end - start, start))
    return found


def shuffled(cut: list[Piece], batch_words: int, random: np.random.Generator) -> Iterator[Batch]:
    """Yield batches of all pieces in a random order; each has about so many words."""
    lengths = np.array([len(piece) for piece in cut]) + random.normal(0, _LENGTH_NOISE, len(cut))
    made = list(batches(cut, batch_words, np.argsort(lengths).tolist()))
    for number in random.permutation(len(made)):
        yield made[number]


def feed(text: Text, words: Words, batch: Batch) -> Fed:
    """Return what the network is given of a batch."""
    filled = batch.words >= 0
    places = np.where(filled, batch.words, 0)
    marks = np.where(filled, text.marks[places], Mark.LINE).astype(np.int64)
    # Each sentence begins with a line, and one begins behind it.
    marks[:, 0] = Mark.LINE
    next_marks = np.concatenate([marks[:, 1:], np.full((len(marks), 1), Mark.LINE)], 1)
    numbers = text.words[places].astype(np.int64)
    different, which = words.batch(numbers)
    bits = text.listed[places] * filled
    listed = ((bits[..., None] >> np.arange(COLUMNS, dtype=np.uint32)) & 1).astype(np.float32)
    return Fed(
        words=different,
        which=which,
        marks=torch.from_numpy(marks),
        next_marks=torch.from_numpy(next_marks),
        gaps=torch.from_numpy(text.gaps[places].astype(np.int64)),
        listed=torch.from_numpy(listed),
        labels=torch.from_numpy(text.labels[places].astype(np.int64) * filled),
        filled=torch.from_numpy(filled),
        numbers=numbers,
    )

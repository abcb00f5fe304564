"""The tagger that ships, from passages to names with scores.

The network and the tables of `tagging.fast` judge each word apart from one another, and their weights are added (a
logarithmic opinion pool, Smith, Cohn, Osborne 2005): the one knows contexts and spellings of millions of words of news,
the other what lists and rules say, and they err on different names.
"""

from collections.abc import Iterator, Sequence
from importlib.resources import as_file, files
from itertools import chain, pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from isnad_entities.lists.lexicon import Lexicon, lexicon
from isnad_entities.lists.vocabulary import Vocabulary, vocabulary
from isnad_entities.tagging.calibration import Calibration, tagged
from isnad_entities.tagging.fast import tagger as fast
from isnad_entities.tagging.labels import LABELS
from isnad_entities.tagging.lattice import Floats, Lattice
from isnad_entities.tagging.neural import folder as model_folder
from isnad_entities.tagging.neural.facts import WordFacts
from isnad_entities.tagging.neural.listed import listed
from isnad_entities.tagging.neural.network import Network
from isnad_entities.tagging.neural.pieces import batches, pieces, sentences
from isnad_entities.tagging.neural.rows import WordRows
from isnad_entities.tagging.neural.spellings import Mark, marks, spellings
from isnad_entities.tagging.tagger import Tagged
from isnad_entities.words.passage import Passage


class Tables(Protocol):
    """What judges beside the network: `tagging.fast.tagger.FastTagger`."""

    @property
    def transitions(self) -> Floats:
        """The weights of transitions, as `tagging.lattice.Lattice` takes them."""
        ...

    def emissions(self, passage: Passage) -> Floats:
        """Return how much speaks for each label of each word, `[words, labels]`."""
        ...


class NeuralTagger:
    """A `Tagger` that asks the network that ships, or one trained alike."""

    def __init__(
        self,
        trained: model_folder.Trained,
        rows: WordRows,
        network: Network,
        tables: Tables,
        known: Lexicon,
    ) -> None:
        self._pool = trained.manifest.pool
        self._rows = rows
        self._network = network
        self._tables = tables
        self._lattice = Lattice(self._pool.transitions(trained.transitions, tables.transitions))
        self._calibration: Calibration = trained.calibration
        self._lexicon = known

    def tag(self, passages: Sequence[Passage]) -> list[list[Tagged]]:
        """Return the names of each passage; see `isnad_entities.tagging.tagger.Tagger`."""
        readings = [_Reading(passage) for passage in passages]
        if not readings:
            return []
        by_tables = np.concatenate([self._tables.emissions(passage) for passage in passages])
        emissions = self._pool.emissions(self._emissions(readings), by_tables)
        ends = np.cumsum([len(passage) for passage in passages]).tolist()
        return [
            list(self._names(reading, emissions[end - len(reading.passage) : end]))
            for reading, end in zip(readings, ends, strict=True)
        ]

    def _emissions(self, readings: Sequence["_Reading"]) -> Floats:
        """The weight of each label of each word of all passages."""
        spelled = [spelling for reading in readings for spelling in reading.spellings]
        if not spelled:
            return np.zeros((0, len(LABELS)), np.float32)
        rows = _and_filling(self._rows.of(spelled))
        known = _and_filling(np.concatenate([listed(reading.passage, self._lexicon) for reading in readings]))
        between = np.fromiter(chain.from_iterable(reading.marks for reading in readings), np.int64)
        between = np.append(between, Mark.LINE)
        emissions = np.empty((len(spelled), len(LABELS)), np.float32)
        offsets = np.cumsum([0, *(len(reading.passage) for reading in readings)]).tolist()
        cut = [
            piece
            for reading, offset in zip(readings, offsets, strict=False)
            for piece in pieces(reading.starts, len(reading.passage), offset)
        ]
        for batch in batches(cut):
            filled = batch.words >= 0
            after = np.where(filled, batch.words + 1, -1)
            answer = self._network.run(
                rows[batch.words], known[batch.words], between[batch.words], between[after], filled.astype(np.float32)
            )
            emissions[batch.words[batch.counted]] = answer[batch.counted]
        return emissions

    def _names(self, reading: "_Reading", emissions: Floats) -> Iterator[Tagged]:
        """Names do not go on from one sentence to the next."""
        gaps = fast.gaps_of(reading.passage)
        for start, end in pairwise([*reading.starts, len(emissions)]):
            yield from tagged(self._calibration, self._lattice.decode(emissions[start:end], gaps[start:end]), start)


class _Reading:
    """A passage as the network reads it."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self.spellings = spellings(passage)
        self.marks = marks(passage)
        self.starts = sentences(self.spellings, self.marks)
        for start in self.starts:
            # The network was trained on sentences, each of which begins with a line.
            self.marks[start] = Mark.LINE


def _and_filling(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The rows, and behind them (where -1 points) one of zeros."""
    return np.concatenate([rows, np.zeros((1, rows.shape[1]), np.float32)])


def load(folder: Path, known: Lexicon, words: Vocabulary, tables: Tables | None = None) -> NeuralTagger:
    """Read a model's folder into a tagger.

    Args:
        folder: see `folder`.
        known: the listed names.
        words: the listed words.
        tables: what judges beside the network; None is the fast model in the folder.

    Raises:
        SetupError: the folder can't be used, or ONNX Runtime is missing; the text says what to do.
    """
    trained = model_folder.read(folder)
    network = Network(trained.graph, trained.tables.width)
    rows = WordRows(trained.tables, WordFacts(words, trained.manifest.facts))
    return NeuralTagger(trained, rows, network, tables or fast.load(trained.fast), known)


def load_default() -> NeuralTagger:
    """Return the tagger that ships with isnad.

    Raises:
        SetupError: its files are damaged, or ONNX Runtime is missing; the text says what to do.
    """
    with as_file(files("isnad_entities") / "models" / "default") as folder:
        return load(folder, lexicon(), vocabulary())

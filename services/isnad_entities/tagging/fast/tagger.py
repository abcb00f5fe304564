"""The `fast` tagger: passages in, names with calibrated scores out."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from isnad_entities.lists.lexicon import agencies, lexicon
from isnad_entities.lists.vocabulary import vocabulary
from isnad_entities.tagging.calibration import Calibration, Curve, all_tagged
from isnad_entities.tagging.fast import model_file
from isnad_entities.tagging.fast.classes import Classes
from isnad_entities.tagging.fast.evidence import Evidence
from isnad_entities.tagging.fast.listed import NameTrie
from isnad_entities.tagging.fast.tables import Ready, WordTables
from isnad_entities.tagging.labels import LABELS, TYPES
from isnad_entities.tagging.lattice import GAPS, Floats, Lattice, Names
from isnad_entities.tagging.tagger import Tagged
from isnad_entities.words.passage import Passage

MODEL_FILE = "fast.model"


class FastTagger:
    """Tags by tables; may be used by several threads at once."""

    def __init__(self, tables: WordTables, transitions: Floats, calibration: Calibration) -> None:
        self._tables = tables
        self._lattice = Lattice(transitions)
        self._calibration = calibration

    def tag(self, passages: Sequence[Passage]) -> list[list[Tagged]]:
        """Return the names of each passage; see `tagging.tagger.Tagger`."""
        emissions = self._tables.all_emissions(
            [passage.words for passage in passages], [passage.gap_numbers for passage in passages]
        )
        names = map(self._lattice.decode, emissions, map(gaps_of, passages))
        return all_tagged(self._calibration, list(names))

    @property
    def transitions(self) -> Floats:
        """The weights of transitions, as `tagging.lattice.Lattice` takes them."""
        return self._lattice.weights

    def emissions(self, passage: Passage) -> Floats:
        """Return how much speaks for each label of each word, `[words, labels]`."""
        return self._tables.emissions(passage.words, gaps_of(passage))

    def names(self, passage: Passage) -> Names:
        """Return the names of a passage as the model believes in them, before calibration."""
        return self._lattice.decode(self.emissions(passage), gaps_of(passage))


def gaps_of(passage: Passage) -> NDArray[np.uint8]:
    """Return what stands before each word of a passage, as numbers."""
    return np.frombuffer(passage.gap_numbers, np.uint8)


def load(file: Path) -> FastTagger:
    """Return the tagger of a model file.

    Raises:
        SetupError: the file can't be used; the text says why and what to do.
    """
    model = model_file.read(file)
    labels = len(LABELS)
    features = model.features.split("\n")
    weights = model_file.ScaledWeights(
        features,
        np.frombuffer(model.weights, np.int8).reshape(len(features), -1),
        np.frombuffer(model.scales, np.float32),
    )
    classes = classes_of(model)
    ready = Ready(
        [classes.words[place] for place in model.ready_words],
        model_file.unscaled(model.ready_rows, model.ready_scales),
        np.frombuffer(model.ready_bridges, np.uint8),
        np.frombuffer(model.ready_profiles, np.uint16),
    )
    known = vocabulary()
    tables = WordTables(
        Evidence(lexicon(), agencies(), known, classes),
        NameTrie(lexicon()),
        known,
        model.profiles,
        weights,
        np.frombuffer(model.column_weights, np.float16).reshape(-1, labels).astype(np.float32),
        ready,
    )
    transitions = np.frombuffer(model.transitions, np.float32).reshape(GAPS, labels, labels)
    curves = {kind: Curve(*model.curves[kind]) for kind in TYPES if kind in model.curves}
    return FastTagger(tables, transitions, curves)


def classes_of(model: model_file.Model) -> Classes:
    """Return what unlabelled news knows of words, by a model."""
    words = model.words.split("\n") if model.words else []
    return Classes(
        words,
        np.frombuffer(model.finest, np.uint16),
        np.frombuffer(model.coarser, np.uint16).reshape(-1, model.depths),
        np.frombuffer(model.opinions, np.uint8).reshape(len(words), len(TYPES)),
        np.frombuffer(model.often, np.uint8),
    )


@cache
def fast_tagger() -> FastTagger:
    """Return the tagger of the model that ships, read once.

    Raises:
        SetupError: its file is missing or damaged.
    """
    with as_file(files("isnad_entities") / "models" / "fast" / MODEL_FILE) as file:
        return load(file)

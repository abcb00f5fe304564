"""Trains the `fast` tagger: news to classes, a corpus to weights and to curves of calibration."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isnad.messages import EntityType
from isnad_entities.lists.lexicon import agencies, lexicon
from isnad_entities.lists.vocabulary import vocabulary
from isnad_entities.tagging.calibration import Calibration, fit
from isnad_entities.tagging.fast.classes import Classes
from isnad_entities.tagging.fast.evidence import Evidence
from isnad_entities.tagging.fast.listed import NameTrie
from isnad_entities.tagging.fast.model_file import Model, ScaledWeights, scaled
from isnad_entities.tagging.fast.surroundings import width
from isnad_entities.tagging.fast.tables import OFFSETS, OUTSIDE_FEATURE, WordTables
from isnad_entities.tagging.fast.tagger import FastTagger
from isnad_entities.tagging.labels import LABELS, TYPES, label_row, type_of
from isnad_entities.tagging.lattice import GAPS, Floats
from isnad_entities.training.corpora import Reading, Sentence, Span
from isnad_entities.training.objective import Examples, Features, Objective, Weights


@dataclass(frozen=True, slots=True)
class Settings:
    """How the weights are learnt."""

    penalty: float = 1.0
    """Of the squared weights (L2)."""
    rounds: int = 50
    """Of L-BFGS; more make the development split no better."""
    least: int = 3
    """Words of the corpus that must have a feature for it to count."""
    profiles: int = 120
    """The most frequent profiles of words that count each for itself."""
    ready: int = 60_000
    """Frequent words of the news for which the model's file has the sums of weights."""
    folds: int = 3
    """Parts of the corpus, each tagged by a model of the others, to calibrate on."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the corpus taught."""

    features: list[str]
    weights: NDArray[np.int8]
    scales: Floats
    profiles: list[str]
    columns: NDArray[np.float16]
    transitions: Floats

    def tables(self, evidence: Evidence, trie: NameTrie) -> WordTables:
        """Return the tables with these weights, as they will be read from the model's file."""
        weights = ScaledWeights(self.features, self.weights, self.scales)
        columns = self.columns.astype(np.float32)
        return WordTables(evidence, trie, vocabulary(), self.profiles, weights, columns)


class Trainer:
    """Learns from sentences, the classes of words given."""

    def __init__(self, classes: Classes, settings: Settings) -> None:
        self._classes = classes
        self._settings = settings
        self._trie = NameTrie(lexicon())
        self.evidence = Evidence(lexicon(), agencies(), vocabulary(), classes)
        self._features: dict[str, list[str]] = {}

    def learn(self, sentences: Iterable[Sentence], advance: Callable[[], None] = lambda: None) -> Learnt:
        """Return what the sentences teach; `advance` is called after each round."""
        from scipy.optimize import fmin_l_bfgs_b
        from threadpoolctl import threadpool_limits

        readings = [(Reading.of(sentence), sentence) for sentence in sentences]
        readings = [(reading, sentence) for reading, sentence in readings if len(reading.passage)]
        counts = Counter(token.word for reading, _ in readings for token in reading.passage.tokens)
        profiles = self._profiles(counts)
        types = {word: number for number, word in enumerate(sorted(counts), start=1)}
        names, features = self._number_features(types, counts)
        examples = self._examples(readings, types, profiles)
        shape = (OFFSETS, width(len(profiles) + 1), GAPS, len(LABELS))
        objective = Objective(features, examples, shape, self._settings.penalty)
        # Sums on several threads come out a little different each time.
        with threadpool_limits(1):
            vector, _, _ = fmin_l_bfgs_b(
                objective,
                np.zeros(objective.size),
                maxiter=self._settings.rounds,
                m=6,
                callback=lambda _: advance(),
            )
        return _small(names, profiles, objective.weights(vector))

    def tagger(self, learnt: Learnt, calibration: Calibration) -> FastTagger:
        """Return a tagger of what was learnt."""
        return FastTagger(learnt.tables(self.evidence, self._trie), learnt.transitions, calibration)

    def calibrate(
        self, sentences: Sequence[Sentence], advance: Callable[[], None] = lambda: None
    ) -> dict[EntityType, tuple[Floats, NDArray[np.bool_]]]:
        """Return, for each type, what models believed of names in sentences that they had not seen, and what was right.

        The folds are stretches of the corpus, not sentences drawn from it: documents stay together.
        """
        found: dict[EntityType, tuple[list[float], list[bool]]] = {kind: ([], []) for kind in TYPES}
        for fold in np.array_split(np.arange(len(sentences)), self._settings.folds):
            if not len(fold):
                continue
            rest = [*sentences[: fold[0]], *sentences[fold[-1] + 1 :]]
            tagger = self.tagger(self.learn(rest, advance), {})
            for place in fold:
                reading = Reading.of(sentences[place])
                names = tagger.names(reading.passage)
                truth = sentences[place].spans
                for first, last, label, chance in zip(
                    names.first.tolist(), names.last.tolist(), names.label.tolist(), names.probability, strict=True
                ):
                    kind = type_of(label)
                    chances, right = found[kind]
                    chances.append(float(chance))
                    right.append(reading.to_corpus([Span(first, last, kind)]) <= truth)
        return {kind: (np.array(chances, np.float32), np.array(right)) for kind, (chances, right) in found.items()}

    def model(
        self,
        learnt: Learnt,
        calibration: Calibration,
        trained: dict[str, str | int | float],
    ) -> Model:
        """Return what the model's file holds."""
        classes = self._classes
        most_frequent = np.argsort(-classes.often.astype(np.int64), kind="stable")[: self._settings.ready]
        frequent = np.sort(most_frequent).tolist()
        ready = learnt.tables(self.evidence, self._trie).worked_out([classes.words[place] for place in frequent])
        rows, scales = scaled(ready.rows)
        return Model(
            labels=LABELS,
            features="\n".join(learnt.features),
            weights=learnt.weights.tobytes(),
            scales=learnt.scales.tobytes(),
            profiles=tuple(learnt.profiles),
            column_weights=learnt.columns.tobytes(),
            transitions=learnt.transitions.tobytes(),
            words="\n".join(classes.words),
            depths=classes.coarser.shape[1],
            finest=classes.finest.tobytes(),
            coarser=classes.coarser.tobytes(),
            opinions=classes.opinions.tobytes(),
            often=classes.often.tobytes(),
            ready_words=tuple(frequent),
            ready_rows=rows.tobytes(),
            ready_scales=scales.tobytes(),
            ready_bridges=ready.bridges.tobytes(),
            ready_profiles=ready.profiles.tobytes(),
            curves={kind: (tuple(curve.believed), tuple(curve.right)) for kind, curve in calibration.items()},
            trained=trained,
        )

    def _of(self, word: str) -> list[str]:
        known = self._features.get(word)
        if known is None:
            known = self._features[word] = self.evidence.of(word)
        return known

    def _profiles(self, counts: Counter[str]) -> list[str]:
        found = Counter(self.evidence.profile(word) for word in counts)
        return [profile for profile, _ in sorted(found.items(), key=lambda one: (-one[1], one[0]))][
            : self._settings.profiles
        ]

    def _number_features(self, types: dict[str, int], counts: Counter[str]) -> tuple[list[str], Features]:
        seen: Counter[str] = Counter()
        for word in types:
            for feature in self._of(word):
                seen[feature] += counts[word]
        names = [OUTSIDE_FEATURE, *sorted(name for name, count in seen.items() if count >= self._settings.least)]
        numbers = {name: number for number, name in enumerate(names)}
        rows = [[0], *([numbers[name] for name in self._of(word) if name in numbers] for word in types)]
        starts = np.cumsum([0, *map(len, rows)], dtype=np.int64)
        return names, Features(starts, np.array([number for row in rows for number in row], np.int64), len(names))

    def _examples(
        self, readings: Sequence[tuple[Reading, Sentence]], types: dict[str, int], profiles: Sequence[str]
    ) -> Examples:
        tables = WordTables(
            self.evidence, self._trie, vocabulary(), profiles, _Weightless(), np.zeros((0, len(LABELS)), np.float32)
        )
        numbers, columns, gaps, labels, starts = [], [], [], [], [0]
        for reading, sentence in readings:
            passage = reading.passage
            numbers += [types[token.word] for token in passage.tokens]
            gaps.append(np.array(passage.gaps, np.uint8))
            columns.append(tables.columns([token.word for token in passage.tokens], gaps[-1]))
            labels.append(label_row(len(passage), reading.to_passage(sentence.spans)))
            starts.append(starts[-1] + len(passage))
        return Examples(
            np.array(starts, np.int64),
            np.array(numbers, np.int64),
            np.concatenate(columns),
            np.concatenate(gaps),
            np.concatenate(labels),
        )


def curves(found: dict[EntityType, tuple[Floats, NDArray[np.bool_]]]) -> Calibration:
    """Return the curves of calibration, for types that were found at all."""
    return {kind: fit(chances, right) for kind, (chances, right) in found.items() if len(chances)}


class _Weightless:
    """Weights of nothing, for tables that only number words."""

    def of(self, rows: Sequence[Sequence[str]]) -> Floats:
        return np.zeros((len(rows), OFFSETS * len(LABELS)), np.float32)


def _small(names: Sequence[str], profiles: list[str], weights: Weights) -> Learnt:
    """Round the weights as the model's file has them, and leave out features that then weigh nothing."""
    rounded, scales = scaled(weights.features)
    held: NDArray[np.bool_] = np.any(rounded, axis=1)
    return Learnt(
        [name for name, is_held in zip(names, held, strict=True) if is_held],
        rounded[held],
        scales[held],
        profiles,
        weights.columns.astype(np.float16),
        weights.transitions.astype(np.float32),
    )

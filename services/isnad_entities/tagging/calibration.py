"""From what a model believes to how often it is right: a rising curve for each type (pure).

The curves are isotonic regressions (Zadrozny, Elkan 2002) of right and wrong names over parts of a corpus that the
models which tagged them had not seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isnad.messages import EntityType
from isnad_entities.tagging.labels import type_of
from isnad_entities.tagging.lattice import Names
from isnad_entities.tagging.tagger import Tagged

LEAST, MOST = 0.001, 0.999
"""No score says never or surely."""

BINS = 10


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of a rising curve, straight lines between them."""

    believed: Sequence[float]
    right: Sequence[float]

    def at(self, chances: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the calibrated probabilities."""
        found: NDArray[np.float64] = np.interp(chances, self.believed, self.right)
        return np.clip(found, LEAST, MOST)


Calibration = Mapping[EntityType, Curve]


def fit(chances: NDArray[np.floating], right: NDArray[np.bool_], points: int = 12) -> Curve:
    """Return the curve of names that were believed in so much, and right or not; at most so many points.

    Pool adjacent violators over groups of equal size (Ayer et al. 1955).
    """
    order = np.argsort(chances, kind="stable")
    pooled: list[tuple[float, float, int]] = []
    for group in np.array_split(order, points):
        if not len(group):
            continue
        believed, share, size = float(chances[group].mean()), float(right[group].mean()), len(group)
        while pooled and pooled[-1][1] >= share:
            other = pooled.pop()
            total = size + other[2]
            believed = (believed * size + other[0] * other[2]) / total
            share = (share * size + other[1] * other[2]) / total
            size = total
        pooled.append((believed, share, size))
    return Curve([round(one[0], 4) for one in pooled], [round(one[1], 4) for one in pooled])


def calibrated(calibration: Calibration, kinds: Sequence[EntityType], chances: NDArray[np.floating]) -> list[float]:
    """Return the calibrated probabilities of names of these types; without a curve what is believed counts."""
    scores = np.clip(chances.astype(np.float64), LEAST, MOST)
    for kind in set(kinds):
        if kind in calibration:
            held = np.array([one == kind for one in kinds])
            scores[held] = calibration[kind].at(chances[held])
    found: list[float] = scores.tolist()
    return found


def tagged(calibration: Calibration, names: Names, start: int = 0) -> list[Tagged]:
    """Return a lattice's names with calibrated scores; `start` words stand before them in the passage."""
    return all_tagged(calibration, [names], start)[0]


def all_tagged(calibration: Calibration, rows: Sequence[Names], start: int = 0) -> list[list[Tagged]]:
    """Return the same for several rows of names at once, which is quicker."""
    kinds = [type_of(label) for names in rows for label in names.label.tolist()]
    if not kinds:
        return [[] for _ in rows]
    scores = iter(calibrated(calibration, kinds, np.concatenate([names.probability for names in rows])))
    kind = iter(kinds)
    return [
        [
            Tagged(first + start, last + start, next(kind), next(scores))
            for first, last in zip(names.first.tolist(), names.last.tolist(), strict=True)
        ]
        for names in rows
    ]


def expected_calibration_error(scores: NDArray[np.floating], right: NDArray[np.bool_], bins: int = BINS) -> float:
    """Return how far scores are from how often they are right, over bins of equal width (Guo et al. 2017)."""
    places = np.minimum((scores * bins).astype(np.int64), bins - 1)
    apart = [
        abs(float(scores[held].mean()) - float(right[held].mean())) * held.sum()
        for place in range(bins)
        if (held := places == place).any()
    ]
    return float(sum(apart)) / max(len(scores), 1)

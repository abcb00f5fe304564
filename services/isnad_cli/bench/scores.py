"""How good what was found is, against exact truth (pure)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from isnad.similarity.index import LEAST_SHARE
from isnad_cli.bench.runs import Report
from isnad_cli.bench.truth import Numbers, Truth

MEASURES = {
    "jaccard_0.5": ("jaccard", 0.5),
    "containment_0.5": ("containment", 0.5),
    "containment_0.8": ("containment", 0.8),
}
"""What makes a pair one that should be found."""

SHORT = 20
"""Texts of fewer distinct shingles are left out of the second story score: they join by another rule."""

_REACHES = (1_000, 2_000, 4_000, 8_000)
_JOINED = 0.5
_LARGEST = 10

Scores = dict[str, float | int | None]


def true_pairs(truth: Truth, measure: str) -> Numbers:
    """Return the pairs that should be found by a measure's name."""
    name, least = MEASURES[measure]
    shares: NDArray[np.float64] = getattr(truth, name)
    return truth.pairs[shares >= least]


def reach(truth: Truth, published_at: Sequence[datetime]) -> Report:
    """Return how many earlier texts one shares enough with for a link, and how far back they stand.

    Args:
        truth: all pairs.
        published_at: of each text; they count one after the other by this.

    Returns:
        Pairs for each text, and by a number of texts the share of the pairs of which the earlier one stands among so
        many before the later one.
    """
    turn = np.argsort(np.argsort(np.array([one.timestamp() for one in published_at]), kind="stable"))
    enough = truth.containment >= LEAST_SHARE
    apart = np.abs(turn[truth.later] - turn[truth.earlier])[enough]
    return {
        "pairs_per_article": round(apart.size / truth.sizes.size, 3),
        "within": {str(reached): _share(int((apart <= reached).sum()), apart.size) for reached in _REACHES},
    }


def pair_scores(found: Numbers, true: Numbers) -> Scores:
    """Return the share of the true pairs that were found, and the share of the found ones that are true."""
    found = np.unique(found)
    hits = int(np.isin(found, true).sum())
    return {
        "recall": _share(hits, true.size),
        "precision": _share(hits, found.size),
        "found": found.size,
        "true": true.size,
    }


def story_scores(truth: Truth, stories: Sequence[str], least_size: int = 1) -> Scores:
    """Return pairwise precision and recall of the stories, against the pairs with containment >= .5.

    `stories` names each text's story. Left out are texts of fewer than `least_size` shingles; those without any share
    nothing that could be counted.
    """
    numbers = np.unique(np.asarray(stories), return_inverse=True)[1]
    counted = truth.sizes >= least_size
    members = np.bincount(numbers[counted])
    same = int((members * (members - 1) // 2).sum())
    true = (truth.containment >= _JOINED) & counted[truth.later] & counted[truth.earlier]
    hits = int((numbers[truth.later] == numbers[truth.earlier])[true].sum())
    return {
        "precision": _share(hits, same),
        "recall": _share(hits, int(true.sum())),
        "same_story": same,
        "true": int(true.sum()),
    }


def unjoined(truth: Truth, stories: Sequence[str]) -> int:
    """Return how many pairs of one story share next to nothing and are not even joined through others.

    Containment is below .1, and no chain of pairs with containment >= .5 leads from one text to the other, through
    texts of whatever story.
    """
    chain = _components(truth)
    numbers = np.unique(np.asarray(stories), return_inverse=True)[1]
    by_story = np.argsort(numbers, kind="stable")
    by_story = by_story[truth.sizes[by_story] > 0]
    borders = np.flatnonzero(np.diff(numbers[by_story])) + 1
    apart = [np.empty((2, 0), np.int64)]
    for members in np.split(by_story, borders):
        pairs = members[np.stack(np.triu_indices(members.size, 1))]
        apart.append(pairs[:, chain[pairs[0]] != chain[pairs[1]]])
    earlier, later = np.concatenate(apart, axis=1)
    return int((~np.isin(truth.pair_numbers(later, earlier), truth.pairs)).sum())


def largest(ids: Sequence[str], stories: Sequence[str]) -> dict[str, list[str]]:
    """Return the ids of the articles of the ten largest stories, the largest first."""
    stories_by_size = [story for story, _ in Counter(stories).most_common(_LARGEST)]
    return {story: [ids[place] for place, other in enumerate(stories) if other == story] for story in stories_by_size}


def _components(truth: Truth) -> Numbers:
    """Return for each text a number that it shares with those to which a chain of containment >= .5 leads."""
    above = list(range(truth.sizes.size))

    def top(text: int) -> int:
        while above[text] != text:
            above[text] = above[above[text]]
            text = above[text]
        return text

    joined = truth.containment >= _JOINED
    for later, earlier in zip(truth.later[joined].tolist(), truth.earlier[joined].tolist(), strict=True):
        above[top(later)] = top(earlier)
    return np.array([top(text) for text in range(truth.sizes.size)], np.int64)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 5) if whole else None

"""What isnad says about a corpus, in the form in which it is scored."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isnad.messages import Verdict
from isnad_cli.bench.scores import MEASURES
from isnad_cli.bench.truth import Numbers, Truth
from isnad_dedup.matching.events import Arrival
from isnad_dedup.matching.matcher import Matcher

BATCH = 200


@dataclass(frozen=True, slots=True)
class Links:
    """Every link of every verdict; texts are known by their place in the corpus."""

    later: Numbers
    earlier: Numbers
    jaccard: NDArray[np.float64]
    containment: NDArray[np.float64]

    def inexact(self, truth: Truth) -> int:
        """Return how many links state another share than the true one.

        Texts without a shingle are left out: they are linked where they are the same words.
        """
        counted = truth.sizes[self.later] > 0
        pairs = truth.pair_numbers(self.later[counted], self.earlier[counted])
        if not truth.pairs.size:
            return pairs.size
        order = np.argsort(truth.pairs)
        places = order[np.searchsorted(truth.pairs, pairs, sorter=order).clip(max=order.size - 1)]
        exact = truth.pairs[places] == pairs
        for name in ("jaccard", "containment"):
            stated: NDArray[np.float64] = getattr(self, name)
            true: NDArray[np.float64] = getattr(truth, name)
            exact &= np.isclose(stated[counted], true[places], rtol=1e-9)
        return int((~exact).sum())

    def stating(self, truth: Truth, measure: str) -> Numbers:
        """Return the pairs, as the truth numbers them, whose stated share meets a measure's name."""
        name, least = MEASURES[measure]
        shares: NDArray[np.float64] = getattr(self, name)
        met = shares >= least
        return truth.pair_numbers(self.later[met], self.earlier[met])


def verdicts(articles: Sequence[Arrival], matcher: Matcher) -> list[Verdict]:
    """Return the verdict on each article; they come in batches, as in the running chain and in the offline command."""
    batches = (articles[first : first + BATCH] for first in range(0, len(articles), BATCH))
    return [answer.verdict for batch in batches for answer in matcher.answer_all(batch)]


def links(articles: Sequence[Arrival], given: Sequence[Verdict]) -> Links:
    """Return the links of the verdicts that were given on the articles."""
    places = {article.id: place for place, article in enumerate(articles)}
    rows = [
        (later, places[link.id], link.jaccard, max(link.contained, link.contains))
        for later, verdict in enumerate(given)
        for link in verdict.links
    ]
    later, earlier, jaccard, containment = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Links(
        np.array(later, np.int64), np.array(earlier, np.int64), np.array(jaccard, float), np.array(containment, float)
    )

"""The row of labels as a whole (linear-chain CRF): how unlikely the right one is. Decoding is `tagging.lattice`'s."""

import torch
from torch import Tensor, nn

from isnad_entities.tagging.labels import LABELS
from isnad_entities.words.passage import Gap

_NEVER = -1e4


class Transitions(nn.Module):
    """A weight for each gap, label before and label; before the first word lie an O and a stop."""

    forbidden: Tensor

    def __init__(self) -> None:
        super().__init__()
        size = len(LABELS)
        self.weights = nn.Parameter(torch.zeros(len(Gap), size, size))
        before, label = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
        allowed = (label % 2 == 1) | (label == 0) | (before == label) | (before == label - 1)
        self.register_buffer("forbidden", torch.where(allowed, 0.0, _NEVER))

    def loss(self, emissions: Tensor, gaps: Tensor, labels: Tensor, filled: Tensor) -> Tensor:
        """Return the negative logarithm of the right labels' probability, summed over the pieces.

        Args:
            emissions: (pieces, words, labels).
            gaps: (pieces, words).
            labels: (pieces, words), the right ones.
            filled: (pieces, words), false for filling.
        """
        allowed = self.weights + self.forbidden
        start = allowed[Gap.STOP, 0] + emissions[:, 0]
        sums = start
        right = start.gather(1, labels[:, :1]).squeeze(1)
        for place in range(1, emissions.shape[1]):
            step = allowed[gaps[:, place]]
            following = torch.logsumexp(sums[:, :, None] + step, 1) + emissions[:, place]
            there = filled[:, place]
            sums = torch.where(there[:, None], following, sums)
            taken = step.gather(1, labels[:, place - 1, None, None].expand(-1, 1, step.shape[2])).squeeze(1)
            chosen = (taken + emissions[:, place]).gather(1, labels[:, place, None]).squeeze(1)
            right = right + there * chosen
        return (torch.logsumexp(sums, 1) - right).sum()

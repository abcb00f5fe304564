"""Cross-entropy over many words by some of them: sampled softmax (Jean et al. 2015), made for one core.

The loss's gradient is worked out with the loss, a few hundred rows at a time, so that nothing as large as the whole
matrix of logits is ever in memory.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_ROWS = 512
_FLATTENED = 0.75
_NEVER = -1e4


class Sampler:
    """Draws words by their frequency to the power of three quarters (Mikolov et al. 2013)."""

    def __init__(self, counts: NDArray[np.int64], size: int, random: np.random.Generator) -> None:
        """Prepare draws of so many words, repetitions counting once, out of words of these counts."""
        shares = counts.astype(np.float64) ** _FLATTENED
        shares /= shares.sum()
        self._sums = np.cumsum(shares)
        self._size, self._random = size, random
        self.log_expected = torch.from_numpy(np.log(-np.expm1(size * np.log1p(-shares)))).float()
        """The logarithm of each word's probability to be drawn."""

    def draw(self) -> Tensor:
        """Return different words, in order."""
        drawn = np.searchsorted(self._sums, self._random.random(self._size)).clip(0, len(self._sums) - 1)
        return torch.from_numpy(np.unique(drawn))


class SampledLoss(torch.autograd.Function):
    """The mean loss of guesses; see `sampled_loss`."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401  torch gives its context no type
        guesses: Tensor,
        others: Tensor,
        other_biases: Tensor,
        rights: Tensor,
        right_biases: Tensor,
        repeated: Tensor,
    ) -> Tensor:
        """Work the loss and its gradients out."""
        size = len(guesses)
        right = (guesses * rights).sum(-1) + right_biases
        low, low_turned = others.bfloat16(), others.bfloat16().t().contiguous()
        to_guesses, to_right = torch.empty_like(guesses), torch.empty_like(right)
        to_others, to_other_biases = torch.zeros_like(others), torch.zeros_like(other_biases)
        loss = 0.0
        for first in range(0, size, _ROWS):
            rows = slice(first, first + _ROWS)
            part = guesses[rows].bfloat16()
            logits = (part @ low_turned).float() + other_biases
            is_right = torch.nonzero(repeated[rows] >= 0).squeeze(-1)
            logits[is_right, repeated[rows][is_right]] = _NEVER
            greatest = torch.maximum(logits.amax(1), right[rows])
            shares = (logits - greatest[:, None]).exp_()
            right_share = (right[rows] - greatest).exp()
            total = shares.sum(1) + right_share
            loss += float((total.log() + greatest - right[rows]).sum())
            shares /= (total * size)[:, None]
            to_right[rows] = (right_share / total - 1) / size
            to_guesses[rows] = (shares.bfloat16() @ low).float()
            to_others += (shares.bfloat16().t() @ part).float()
            to_other_biases += shares.sum(0)
        to_guesses += to_right[:, None] * rights
        ctx.save_for_backward(to_guesses, to_others, to_other_biases, to_right[:, None] * guesses, to_right)
        return torch.tensor(loss / size)

    @staticmethod
    def backward(ctx: Any, weight: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401
        """Return the gradients."""
        return (*(gradient * weight for gradient in ctx.saved_tensors), None)


def sampled_loss(
    guesses: Tensor, right: Tensor, targets: torch.nn.Embedding, biases: torch.nn.Embedding, sampler: Sampler
) -> Tensor:
    """Return the mean loss of guesses against the right words and those that are drawn.

    Args:
        guesses: (words, width).
        right: (words,), the number of each right word.
        targets: the rows of all words that can be guessed.
        biases: one number for each of them.
        sampler: draws the others.
    """
    drawn = sampler.draw()
    places = torch.full((targets.num_embeddings,), -1)
    places[drawn] = torch.arange(len(drawn))
    return SampledLoss.apply(
        guesses.float(),
        targets(drawn),
        biases(drawn).squeeze(-1) - sampler.log_expected[drawn],
        targets(right),
        biases(right).squeeze(-1) - sampler.log_expected[right],
        places[right],
    )

"""Learning to tag from the tagged corpus, and how good that is on another part of it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from isnad.errors import RequestError
from isnad_entities.tagging.labels import type_of
from isnad_entities.tagging.lattice import Lattice
from isnad_entities.tagging.neural.pieces import Piece, batches
from isnad_entities.training.corpora import Span
from isnad_entities.training.default.batching import Fed, feed, sentence_pieces, shuffled
from isnad_entities.training.default.crf import Transitions
from isnad_entities.training.default.modules import Tagging
from isnad_entities.training.default.text import Text
from isnad_entities.training.default.words import Words

_WARM_UP = 0.06
_LEAST_RATE = 0.02
_MOST_KEPT = 400_000
"""Words; each takes 1.4 kilobytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitting:
    """How to learn."""

    epochs: int = 10
    batch_words: int = 1_600
    rate: float = 2e-3
    """For the head."""
    encoder_rate: float = 3e-4
    """For the encoder's towers; 0 leaves it as it is."""
    decay: float = 0.02
    unknown: float = 0.15
    """Share of the words read by their letters only."""
    unlisted: float = 0.1
    """Share of the words, and of the pieces, of which no list is asked."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Learner:
    """A network that tags, with its transitions."""

    network: Tagging
    transitions: Transitions

    def seen(self, fed: Fed, unknown: float = 0.0) -> Tensor:
        """Return what the head is given of the encoder, (pieces, words, numbers)."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rows = self.network.encoder.rows(fed.words, unknown)[fed.which]
            seen: Tensor = self.network.seen(rows, fed.marks, fed.next_marks, _filled(fed))
            return seen

    def emissions(self, fed: Fed, seen: Tensor) -> Tensor:
        """Return (pieces, words, labels)."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            weights: Tensor = self.network.head(seen, fed.listed, fed.marks, fed.next_marks, _filled(fed))
            return weights.float()

    def lattice(self) -> Lattice:
        """The transitions as the taggers decode with them."""
        return Lattice(self.transitions.weights.detach().numpy())


def _filled(fed: Fed) -> Tensor:
    return fed.filled[..., None].to(torch.bfloat16)


def rate_at(share: float) -> float:
    """Return by how much rates are multiplied at a share of the whole: rising, then falling as a cosine."""
    return min(1.0, share / _WARM_UP + 1e-3) * max(_LEAST_RATE, 0.5 * (1 + math.cos(math.pi * share)))


def fit(
    learner: Learner,
    text: Text,
    words: Words,
    how: Fitting,
    progress: Callable[[int, float], None] | None = None,
    beliefs: NDArray[np.floating] | None = None,
) -> None:
    """Learn the labels of a text, or what another tagger believes of them.

    Args:
        learner: is changed.
        text: with the right labels.
        words: of the text.
        how: and for how long.
        progress: told each epoch's number and mean loss.
        beliefs: the probability of each label of each word; then it is these that are learned, each by itself
            (distillation, Hinton, Vinyals, Dean 2015).
    """
    torch.manual_seed(how.seed)
    random = np.random.default_rng(how.seed)
    cut = sentence_pieces(text, words)
    encoder = learner.network.encoder
    encoder.rows.requires_grad_(requires_grad=False)
    towers = [parameter for name, parameter in encoder.named_parameters() if not name.startswith("rows.")]
    for parameter in towers:
        parameter.requires_grad_(requires_grad=how.encoder_rate > 0)
    head = [*learner.network.head.parameters(), *learner.transitions.parameters()]
    groups = [(head, how.rate), *([(towers, how.encoder_rate)] if how.encoder_rate else [])]
    optimizer = torch.optim.AdamW(
        [{"params": parameters, "lr": rate, "weight_decay": how.decay} for parameters, rate in groups], fused=True
    )
    # Of a long text what the encoder says would not fit into memory.
    kept = seen_of(learner, text, words, cut) if not how.encoder_rate and len(text) <= _MOST_KEPT else None
    done = 0.0
    whole = how.epochs * sum(len(piece) for piece in cut)
    for epoch in range(how.epochs):
        learner.network.train()
        losses = []
        for batch in shuffled(cut, how.batch_words, random):
            for group, (_, rate) in zip(optimizer.param_groups, groups, strict=True):
                group["lr"] = rate * rate_at(min(1.0, done / whole))
            fed = feed(text, words, batch)
            seen = learner.seen(fed, how.unknown) if kept is None else kept[torch.from_numpy(batch.words)]
            emissions = learner.emissions(_with_fewer_lists(fed, how.unlisted), seen)
            if beliefs is None:
                loss = learner.transitions.loss(emissions, fed.gaps, fed.labels, fed.filled)
            else:
                believed = torch.from_numpy(beliefs[np.maximum(batch.words, 0)]).float() * fed.filled[..., None]
                loss = -(believed * torch.log_softmax(emissions, -1)).sum()
            losses.append(_step(loss / len(batch.words), optimizer))
            done += int(fed.filled.sum())
        if progress:
            progress(epoch + 1, float(np.mean(losses)))
    learner.network.eval()


def _step(loss: Tensor, optimizer: torch.optim.Optimizer) -> float:
    optimizer.zero_grad()
    loss.backward()
    for group in optimizer.param_groups:
        nn.utils.clip_grad_norm_(group["params"], 5.0)
    optimizer.step()
    return float(loss.detach())


def _with_fewer_lists(fed: Fed, share: float) -> Fed:
    pieces, size = fed.filled.shape
    kept = (torch.rand(pieces, size, 1) > share) & (torch.rand(pieces, 1, 1) > share)
    return Fed(**{**{name: getattr(fed, name) for name in Fed.__slots__}, "listed": fed.listed * kept})


def seen_of(learner: Learner, text: Text, words: Words, cut: Sequence[Piece], size: int = 8_192) -> Tensor:
    """Return what the head is given of the encoder for each word of a text, and behind them a row for filling."""
    learner.network.eval()
    found: Tensor | None = None
    with torch.no_grad():
        for batch in batches(cut, size):
            seen = learner.seen(feed(text, words, batch))
            if found is None:
                found = torch.zeros(len(text) + 1, seen.shape[-1], dtype=seen.dtype)
            found[torch.from_numpy(batch.words[batch.counted])] = seen[torch.from_numpy(batch.counted)]
    if found is None:
        raise RequestError("The corpus has no sentence with a word.")
    return found


def emissions_of(
    learner: Learner, text: Text, words: Words, cut: Sequence[Piece], size: int = 8_192
) -> NDArray[np.float32]:
    """Return the weight of each label of each word of a text."""
    learner.network.eval()
    found = np.zeros((len(text), learner.transitions.weights.shape[1]), np.float32)
    with torch.no_grad():
        for batch in batches(cut, size):
            fed = feed(text, words, batch)
            answer = learner.emissions(fed, learner.seen(fed)).numpy()
            found[batch.words[batch.counted]] = answer[batch.counted]
    return found


def names_in(
    text: Text, cut: Sequence[Piece], emissions: NDArray[np.float32], lattice: Lattice
) -> list[list[tuple[Span, float]]]:
    """Return the names in each passage of a text, as words of the passage, with the model's own probabilities."""
    found: list[list[tuple[Span, float]]] = [[] for _ in text.starts[1:]]
    begun = [piece.first for piece in cut if piece.first == piece.start]
    owners = np.searchsorted(text.starts, begun, side="right") - 1
    for start, end, owner in zip(begun, [*begun[1:], len(text)], owners.tolist(), strict=True):
        names = lattice.decode(emissions[start:end], text.gaps[start:end])
        offset = start - int(text.starts[owner])
        for first, last, label, chance in zip(
            names.first.tolist(), names.last.tolist(), names.label.tolist(), names.probability.tolist(), strict=True
        ):
            found[owner].append((Span(offset + first, offset + last, type_of(label)), chance))
    return found

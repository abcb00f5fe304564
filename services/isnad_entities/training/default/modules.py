"""The network in PyTorch.

A word's row (`tagging.neural.rows`) goes into two towers of gated convolutions (Dauphin et al. 2017), one of which sees
only what stands before a word, the other only what stands behind it, so that together they can be asked which word
stands between them (Baevski et al. 2019): pretraining. For tagging, what both say with and without the word, its row
and where listed names stand go through more convolutions to a weight for each label.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from isnad_entities.tagging.labels import LABELS
from isnad_entities.tagging.neural.listed import COLUMNS
from isnad_entities.tagging.neural.spellings import Mark
from isnad_entities.training.default.words import BUCKETS, FREQUENT, Different

WIDTH = 128
"""Numbers of a word's row."""
_STATE = 192
"""Numbers of a tower's state, and of the tagger's."""
SIGHT = (1, 2, 4, 8)
"""Distances between the words that a tower's layers look at."""
TAGGER_SIGHT = (1, 2)
_TAPS = 3
_LISTED = 64
_BEFORE, _AROUND, _BEHIND = -1, 0, 1


class WordRows(nn.Module):
    """Words as rows."""

    def __init__(self, facts: int) -> None:
        super().__init__()
        self.words = nn.Embedding(FREQUENT, WIDTH, padding_idx=0)
        self.runs = nn.Embedding(BUCKETS, WIDTH)
        self.facts = nn.Linear(facts, WIDTH)
        nn.init.normal_(self.words.weight, std=0.3)
        nn.init.normal_(self.runs.weight, std=0.3)
        with torch.no_grad():
            self.words.weight[0] = 0

    def forward(self, words: Different, unknown: float = 0.0) -> Tensor:
        """Return (words, WIDTH); so large a share of the frequent words is read by its letters only."""
        rows = self.words(words.frequent)
        if unknown and self.training:
            rows = rows * (torch.rand(len(rows), 1) > unknown)
        by_letters = functional.embedding_bag(words.runs, self.runs.weight, words.starts, mode="mean")
        return rows + 2 * by_letters + self.facts(words.facts)


class Layer(nn.Module):
    """A gated convolution, added to what it is given."""

    def __init__(self, size: int, step: int, side: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(size)
        self.gated = nn.Linear(_TAPS * size, 2 * size)
        self.step, self.side = step, side

    def forward(self, states: Tensor, filled: Tensor) -> Tensor:
        """(pieces, words, size) to the same; `filled` (pieces, words, 1) is 0 for filling, which stays 0."""
        size, reach = states.shape[1], (_TAPS - 1) * self.step
        before = reach if self.side < 0 else 0 if self.side > 0 else reach // 2
        padded = functional.pad(self.norm(states) * filled, (0, 0, before, reach - before))
        seen = torch.cat([padded[:, tap * self.step : tap * self.step + size] for tap in range(_TAPS)], -1)
        value, gate = self.gated(seen).chunk(2, -1)
        return (states + value * torch.sigmoid(gate)) * filled


class Tower(nn.Module):
    """Layers that see to one side, further with each."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(_STATE, step, side) for step in SIGHT)
        self.norm = nn.LayerNorm(_STATE)

    def forward(self, states: Tensor, filled: Tensor) -> Tensor:
        """(pieces, words, _STATE) to the same."""
        for layer in self.layers:
            states = layer(states, filled)
        return self.norm(states) * filled


class Encoder(nn.Module):
    """What both towers say of words, and what stands between a word's neighbours to their mind."""

    def __init__(self, facts: int) -> None:
        super().__init__()
        self.rows = WordRows(facts)
        self.enter = nn.Linear(WIDTH, 2 * _STATE)
        self.mark = nn.Embedding(len(Mark), _STATE)
        self.next_mark = nn.Embedding(len(Mark), _STATE)
        self.before, self.behind = Tower(_BEFORE), Tower(_BEHIND)
        self.mix = nn.Linear(2 * _STATE, 2 * _STATE)
        self.mix_mark = nn.Embedding(len(Mark), 2 * _STATE)
        self.mix_next_mark = nn.Embedding(len(Mark), 2 * _STATE)

    def forward(self, rows: Tensor, marks: Tensor, next_marks: Tensor, filled: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return (pieces, words, _STATE) thrice: with what is before, with what is behind, and without the word."""
        before, behind = self.enter(rows).chunk(2, -1)
        before = self.before((before + self.mark(marks)) * filled, filled)
        behind = self.behind((behind + self.next_mark(next_marks)) * filled, filled)
        size = rows.shape[1]
        around = torch.cat(
            [functional.pad(before, (0, 0, 1, 0))[:, :size], functional.pad(behind, (0, 0, 0, 1))[:, 1:]], -1
        )
        value, gate = (self.mix(around) + self.mix_mark(marks) + self.mix_next_mark(next_marks)).chunk(2, -1)
        return before, behind, value * torch.sigmoid(gate)


class Guesses(nn.Module):
    """What is guessed of a word from its neighbours, in pretraining only."""

    def __init__(self, facts: int, targets: int) -> None:
        super().__init__()
        self.word = nn.Linear(_STATE, WIDTH)
        self.label = nn.Linear(_STATE, len(LABELS))
        self.listed = nn.Linear(_STATE, COLUMNS)
        self.facts = nn.Linear(_STATE, facts)
        self.targets = nn.Embedding(targets, WIDTH)
        self.biases = nn.Embedding(targets, 1)
        nn.init.normal_(self.targets.weight, std=0.1)
        nn.init.zeros_(self.biases.weight)


class Head(nn.Module):
    """From what an encoder says to a weight for each label."""

    def __init__(self, dropout: float = 0.4, dropout_inside: float = 0.15) -> None:
        super().__init__()
        self.listed = nn.Linear(COLUMNS, _LISTED)
        self.enter = nn.Linear(3 * _STATE + WIDTH + _LISTED, _STATE)
        self.mark = nn.Embedding(len(Mark), _STATE)
        self.next_mark = nn.Embedding(len(Mark), _STATE)
        self.layers = nn.ModuleList(Layer(_STATE, step, _AROUND) for step in TAGGER_SIGHT)
        self.norm = nn.LayerNorm(_STATE)
        self.leave = nn.Linear(_STATE, len(LABELS))
        self.dropout, self.dropout_inside = nn.Dropout(dropout), nn.Dropout(dropout_inside)
        nn.init.zeros_(self.mark.weight)
        nn.init.zeros_(self.next_mark.weight)

    def forward(self, seen: Tensor, listed: Tensor, marks: Tensor, next_marks: Tensor, filled: Tensor) -> Tensor:
        """Return (pieces, words, labels).

        Args:
            seen: what the encoder says thrice, and the words' rows: (pieces, words, 3 * _STATE + WIDTH).
            listed: where listed names stand: (pieces, words, `COLUMNS`).
            marks: (pieces, words).
            next_marks: (pieces, words).
            filled: (pieces, words, 1).
        """
        known = torch.relu(self.listed(listed)).to(seen.dtype)
        states = self.enter(torch.cat([self.dropout(seen), known], -1)) + self.mark(marks) + self.next_mark(next_marks)
        states = states * filled
        for layer in self.layers:
            states = layer(self.dropout_inside(states), filled)
        return self.leave(self.dropout(self.norm(states)))


class Tagging(nn.Module):
    """An encoder and a head: the graph that is exported."""

    def __init__(self, encoder: Encoder, head: Head) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head

    def seen(self, rows: Tensor, marks: Tensor, next_marks: Tensor, filled: Tensor) -> Tensor:
        """Return what the head is given of words' rows."""
        said = self.encoder(rows, marks, next_marks, filled)
        return torch.cat([*said, rows.to(said[0].dtype)], -1) * filled

    def forward(self, rows: Tensor, listed: Tensor, marks: Tensor, next_marks: Tensor, filled: Tensor) -> Tensor:
        """Return (pieces, words, labels)."""
        return self.head(self.seen(rows, marks, next_marks, filled), listed, marks, next_marks, filled)

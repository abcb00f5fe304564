"""Learning from news which word, of which kind, stands between its neighbours.

No word is hidden: what is asked about a word sees only what is before it and what is behind it (`modules`), so every
word of the text is a question. Beside the word itself its facts, the listed names on it and the label that lists and
rules give it are asked for, which teaches what stands around a name of each type, whether or not a list has it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from isnad_entities.tagging.labels import LABELS
from isnad_entities.tagging.neural.listed import COLUMNS
from isnad_entities.training.default.checkpoints import load, save
from isnad_entities.training.default.fitting import rate_at
from isnad_entities.training.default.modules import Encoder, Guesses
from isnad_entities.training.default.sampled import Sampler, sampled_loss
from isnad_entities.training.default.text import Text
from isnad_entities.training.default.words import Words

TARGETS = 60_000
"""Words that can be guessed."""
_DRAWN = 3_072
_WINDOW = 128
_WINDOWS = 64
_SAVE_EVERY = 100
_SHOW_EVERY = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Pretraining:
    """How to learn."""

    steps: int = 3_000
    """Of 8,192 words each; ten million words are 1,200."""
    rate: float = 1.5e-3
    table_rate: float = 2e-3
    """For the rows of words and of runs of letters."""
    decay: float = 0.01
    unknown: float = 0.1
    """Share of the frequent words that are read by their letters only."""
    seed: int = 1


@dataclass(slots=True)
class Language:
    """An encoder, and what is guessed with it."""

    encoder: Encoder
    guesses: Guesses

    def losses(
        self, words: Words, text: Text, places: NDArray[np.int64], sampler: Sampler, targets: Tensor, unknown: float
    ) -> list[Tensor]:
        """Return the losses of windows: of the words, their labels, the listed names and the facts.

        Args:
            words: all words.
            text: news.
            places: (windows, words) of the text; a word follows each.
            sampler: draws wrong words.
            targets: for each spelling its number among those that can be guessed, or -1.
            unknown: see `Pretraining`.
        """
        numbers = text.words[places].astype(np.int64)
        different, which = words.batch(numbers)
        marks = torch.from_numpy(text.marks[places].astype(np.int64))
        next_marks = torch.from_numpy(text.marks[places + 1].astype(np.int64))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rows = self.encoder.rows(different, unknown)[which]
            _, _, around = self.encoder(rows, marks, next_marks, torch.ones(*places.shape, 1, dtype=torch.bfloat16))
            guessed = self.guesses.word(around)
            label, listed, facts = self.guesses.label(around), self.guesses.listed(around), self.guesses.facts(around)
        right = targets[torch.from_numpy(numbers)].reshape(-1)
        asked = torch.nonzero(right >= 0).squeeze(-1)
        bits = (text.listed[places][..., None] >> np.arange(COLUMNS, dtype=np.uint32)) & 1
        labels = torch.from_numpy(text.labels[places].astype(np.int64)).reshape(-1)
        return [
            sampled_loss(
                guessed.reshape(-1, guessed.shape[-1])[asked],
                right[asked],
                self.guesses.targets,
                self.guesses.biases,
                sampler,
            ),
            functional.cross_entropy(label.float().reshape(-1, len(LABELS)), labels),
            functional.binary_cross_entropy_with_logits(listed.float(), torch.from_numpy(bits.astype(np.float32))),
            functional.binary_cross_entropy_with_logits(facts.float(), different.facts[which]),
        ]


def pretrain(
    language: Language,
    words: Words,
    text: Text,
    how: Pretraining,
    checkpoint: Path,
    progress: Callable[[int, list[float]], None],
    until: int | None = None,
) -> None:
    """Learn from news, going on where the checkpoint stopped.

    Args:
        language: is changed.
        words: of the text.
        text: news.
        how: and for how long.
        checkpoint: where the state is kept from time to time.
        progress: told each tenth step's number and running means of the losses.
        until: stop after so many of the steps; None is all.
    """
    last = how.steps if until is None else until
    likely = words.most_frequent(TARGETS)
    targets = torch.full((len(words.spellings),), -1)
    targets[likely] = torch.arange(len(likely))
    tables = [
        language.encoder.rows.words.weight,
        language.encoder.rows.runs.weight,
        *language.guesses.targets.parameters(),
        *language.guesses.biases.parameters(),
    ]
    held = {id(parameter) for parameter in tables}
    rest = [
        parameter
        for module in (language.encoder, language.guesses)
        for parameter in module.parameters()
        if id(parameter) not in held
    ]
    rates = (how.table_rate, how.rate)
    optimizer = torch.optim.AdamW(
        [
            {"params": tables, "lr": how.table_rate, "weight_decay": 0.0},
            {"params": rest, "lr": how.rate, "weight_decay": how.decay},
        ],
        betas=(0.9, 0.98),
        eps=1e-6,
        fused=True,
    )
    first = load(checkpoint, language.encoder, language.guesses, optimizer)
    language.encoder.train()
    means: list[float] = []
    for step in range(first, last):
        # Each step's chances are its own, so that a training that was cut short goes on as it would have.
        torch.manual_seed(how.seed * 1_000_003 + step)
        random = np.random.default_rng((how.seed, step))
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * rate_at(step / how.steps)
        sampler = Sampler(words.counts[likely], _DRAWN, random)
        losses = language.losses(words, text, _places(len(text), how.seed, step), sampler, targets, how.unknown)
        optimizer.zero_grad()
        torch.stack(losses).sum().backward()
        nn.utils.clip_grad_norm_(rest, 1.0)
        optimizer.step()
        now = [float(loss.detach()) for loss in losses]
        means = [0.98 * mean + 0.02 * new for mean, new in zip(means or now, now, strict=True)]
        if (step + 1) % _SHOW_EVERY == 0:
            progress(step + 1, means)
        if (step + 1) % _SAVE_EVERY == 0 or step + 1 == last:
            save(checkpoint, step + 1, language.encoder, language.guesses, optimizer)


def _places(size: int, seed: int, step: int) -> NDArray[np.int64]:
    """The windows of a step: each pass over the text cuts it elsewhere, and takes the windows in another order."""
    in_pass = max(1, ((size - 1) // _WINDOW - 1) // _WINDOWS)
    random = np.random.default_rng((seed, step // in_pass, 7))
    offset = int(random.integers(0, _WINDOW))
    order = random.permutation((size - offset - 1) // _WINDOW)
    chosen = order[(step % in_pass) * _WINDOWS : (step % in_pass + 1) * _WINDOWS]
    return offset + chosen[:, None] * _WINDOW + np.arange(_WINDOW)

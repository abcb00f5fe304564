"""A trained network as the folder that `tagging.neural` reads: whole numbers for weights, an ONNX graph."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from isnad_entities.tagging.neural.rows import RowTables
from isnad_entities.training.default.batching import Fed
from isnad_entities.training.default.fitting import Learner
from isnad_entities.training.default.graph import build
from isnad_entities.training.default.modules import SIGHT, TAGGER_SIGHT, WordRows
from isnad_entities.training.default.words import Words

_MOST = 31
"""Six bits: half the file of eight, and no worse where many rows are added."""

_WITHIN = 0.9999
"""Share of the numbers that a layer is given that its range holds; the rest are cut."""


def whole_numbers(rows: Tensor) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return rows as small whole numbers, and what each row's are multiplied by."""
    values = rows.detach().float().numpy()
    scales = np.maximum(np.abs(values).max(1), 1e-8) / _MOST
    return np.rint(values / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def tables(rows: WordRows, words: Words) -> RowTables:
    """Return the tables of which the tagger makes words' rows."""
    order = sorted(np.nonzero(words.frequent)[0].tolist(), key=words.frequent.__getitem__)
    word_rows, word_scales = whole_numbers(rows.words.weight[1 : len(order) + 1])
    run_rows, run_scales = whole_numbers(rows.runs.weight)
    return RowTables(
        words={words.spellings[number]: place for place, number in enumerate(order)},
        word_rows=word_rows,
        word_scales=word_scales,
        run_rows=run_rows,
        run_scales=run_scales,
        fact_rows=rows.facts.weight.detach().numpy().T.copy(),
        bias=rows.facts.bias.detach().numpy().copy(),
    )


def graph(learner: Learner, samples: Sequence[Fed]) -> bytes:
    """Return the ONNX graph of a network; the samples tell the ranges of what is calculated."""
    weights = {name: value.detach().float().numpy() for name, value in learner.network.state_dict().items()}
    return build(weights, ranges(learner, samples), SIGHT, TAGGER_SIGHT)


def ranges(learner: Learner, samples: Sequence[Fed]) -> dict[str, float]:
    """Return for each linear layer how great the numbers that it is given are."""
    found: dict[str, float] = {}

    def watch(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def seen(_: nn.Module, given: tuple[Tensor, ...]) -> None:
            values = given[0].detach().float().abs().flatten()
            kept = max(1, round(len(values) * (1 - _WITHIN)))
            found[name] = max(found.get(name, 0.0), float(torch.topk(values, kept).values[-1]))

        return seen

    hooks = [
        module.register_forward_pre_hook(watch(name))
        for name, module in learner.network.named_modules()
        if isinstance(module, nn.Linear)
    ]
    learner.network.eval()
    with torch.no_grad():
        for fed in samples:
            learner.emissions(fed, learner.seen(fed))
    for hook in hooks:
        hook.remove()
    return found

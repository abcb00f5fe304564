"""The graph in whole numbers, against the same network in floating ones, written down once more."""

import numpy as np
import pytest
from tests.unit.isnad_entities.tagging.neural.tiny_network import SIGHT, STATE, TAGGER_SIGHT, WIDTH, write_tiny

from isnad_entities.tagging.neural.folder import GRAPH
from isnad_entities.tagging.neural.listed import COLUMNS
from isnad_entities.tagging.neural.network import Network
from isnad_entities.tagging.neural.spellings import Mark


class Floating:
    """The network of `training.default.modules`, word by word."""

    def __init__(self, state):
        self.state = state

    def linear(self, name, values):
        return self.state[f"{name}.weight"] @ values + self.state[f"{name}.bias"]

    def norm(self, name, values):
        spread = np.sqrt(values.var() + 1e-5)
        return (values - values.mean()) / spread * self.state[f"{name}.weight"] + self.state[f"{name}.bias"]

    def gated(self, values):
        half = len(values) // 2
        return values[:half] / (1 + np.exp(-values[half:]))

    def layers(self, name, row, sight, places):
        for number, step in enumerate(sight):
            layer = f"{name}.layers.{number}"
            normed = [self.norm(f"{layer}.norm", values) for values in row]
            there = lambda at, normed=normed: normed[at] if 0 <= at < len(normed) else np.zeros(STATE)  # noqa: E731
            row = [
                values
                + self.gated(
                    self.linear(f"{layer}.gated", np.concatenate([there(at + place * step) for place in places]))
                )
                for at, values in enumerate(row)
            ]
        return [self.norm(f"{name}.norm", values) for values in row]

    def answer(self, rows, listed, marks, next_marks):
        entered = [self.linear("encoder.enter", row) for row in rows]
        mark = lambda table, number: self.state[f"{table}.weight"][number]  # noqa: E731
        before = [row[:STATE] + mark("encoder.mark", at) for row, at in zip(entered, marks, strict=True)]
        behind = [row[STATE:] + mark("encoder.next_mark", at) for row, at in zip(entered, next_marks, strict=True)]
        before = self.layers("encoder.before", before, SIGHT, (-2, -1, 0))
        behind = self.layers("encoder.behind", behind, SIGHT, (0, 1, 2))
        nothing = np.zeros(STATE)
        around = [
            self.gated(
                self.linear("encoder.mix", np.concatenate([left, right]))
                + mark("encoder.mix_mark", at)
                + mark("encoder.mix_next_mark", after)
            )
            for left, right, at, after in zip(
                [nothing, *before[:-1]], [*behind[1:], nothing], marks, next_marks, strict=True
            )
        ]
        entered = [
            self.linear("head.enter", np.concatenate([*seen, np.maximum(self.linear("head.listed", known), 0)]))
            + mark("head.mark", at)
            + mark("head.next_mark", after)
            for *seen, known, at, after in zip(before, behind, around, rows, listed, marks, next_marks, strict=True)
        ]
        return [self.linear("head.leave", values) for values in self.layers("head", entered, TAGGER_SIGHT, (-1, 0, 1))]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whole_numbers_say_what_floating_ones_say(tmp_path, seed):
    state = write_tiny(tmp_path, seed)
    random = np.random.default_rng(seed)
    sizes = (7, 4)
    rows = random.normal(0, 1, (2, 7, WIDTH)).astype(np.float32)
    listed = random.integers(0, 2, (2, 7, COLUMNS)).astype(np.float32)
    marks, next_marks = random.integers(0, len(Mark), (2, 2, 7))
    filled = (np.arange(7) < np.array(sizes)[:, None]).astype(np.float32)
    rows *= filled[..., None]
    answer = Network(tmp_path / GRAPH, WIDTH).run(rows, listed, marks, next_marks, filled)
    for number, size in enumerate(sizes):
        expected = np.array(
            Floating(state).answer(
                rows[number, :size], listed[number, :size], marks[number, :size], next_marks[number, :size]
            )
        )
        apart = answer[number, :size] - expected
        assert np.sqrt((apart**2).mean()) < 0.15 * expected.std()
        assert np.corrcoef(answer[number, :size].ravel(), expected.ravel())[0, 1] > 0.98

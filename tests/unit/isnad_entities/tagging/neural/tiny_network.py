"""A network of a few numbers, drawn by lot, through the code that writes the one that ships."""

from pathlib import Path

import numpy as np

from isnad_entities.lists.vocabulary import vocabulary
from isnad_entities.tagging.labels import LABELS, TYPES
from isnad_entities.tagging.lattice import GAPS
from isnad_entities.tagging.neural.facts import WordFacts
from isnad_entities.tagging.neural.folder import Manifest, Pool, write
from isnad_entities.tagging.neural.listed import COLUMNS
from isnad_entities.tagging.neural.rows import RowTables
from isnad_entities.tagging.neural.spellings import Mark
from isnad_entities.training.default.graph import build

WIDTH, STATE, KNOWN = 4, 6, 3
SIGHT, TAGGER_SIGHT = (1, 2), (1,)
WORDS = ("في", "دمشق", "قال", "على")


class SilentTables:
    """Tables that have nothing to say."""

    transitions = np.zeros((GAPS, len(LABELS), len(LABELS)), np.float32)

    def emissions(self, passage):
        return np.zeros((len(passage), len(LABELS)), np.float32)


def weights(seed: int) -> dict[str, np.ndarray]:
    """The state of a network, drawn by lot; it is sure enough of some words to call them names."""
    random = np.random.default_rng(seed)
    drawn: dict[str, np.ndarray] = {}

    def linear(name: str, given: int, answered: int) -> None:
        drawn[f"{name}.weight"] = random.normal(0, 1.0, (answered, given))
        drawn[f"{name}.bias"] = random.normal(0, 0.5, answered)

    def norm(name: str, size: int) -> None:
        drawn[f"{name}.weight"], drawn[f"{name}.bias"] = random.uniform(0.5, 1.5, size), random.normal(0, 0.2, size)

    def layers(name: str, sight: tuple[int, ...]) -> None:
        for number in range(len(sight)):
            norm(f"{name}.layers.{number}.norm", STATE)
            linear(f"{name}.layers.{number}.gated", 3 * STATE, 2 * STATE)
        norm(f"{name}.norm", STATE)

    linear("encoder.enter", WIDTH, 2 * STATE)
    linear("encoder.mix", 2 * STATE, 2 * STATE)
    linear("head.listed", COLUMNS, KNOWN)
    linear("head.enter", 3 * STATE + WIDTH + KNOWN, STATE)
    linear("head.leave", STATE, len(LABELS))
    layers("encoder.before", SIGHT)
    layers("encoder.behind", SIGHT)
    layers("head", TAGGER_SIGHT)
    for table, size in (("mark", STATE), ("next_mark", STATE), ("mix_mark", 2 * STATE), ("mix_next_mark", 2 * STATE)):
        drawn[f"encoder.{table}.weight"] = random.normal(0, 0.3, (len(Mark), size))
    for table in ("mark", "next_mark"):
        drawn[f"head.{table}.weight"] = random.normal(0, 0.3, (len(Mark), STATE))
    return drawn


def ranges(drawn: dict[str, np.ndarray]) -> dict[str, float]:
    """Ranges that hold whatever these networks calculate with."""
    return {name.removesuffix(".weight"): 8.0 for name in drawn if name.endswith(".weight")}


def write_tiny(folder: Path, seed: int = 1) -> dict[str, np.ndarray]:
    """Write a model's folder and return the network's state."""
    random = np.random.default_rng(seed + 100)
    drawn = weights(seed)
    facts = WordFacts(vocabulary()).names
    tables = RowTables(
        words={word: place for place, word in enumerate(WORDS)},
        word_rows=random.integers(-127, 128, (len(WORDS), WIDTH)).astype(np.int8),
        word_scales=np.full(len(WORDS), 0.01, np.float32),
        run_rows=random.integers(-127, 128, (64, WIDTH)).astype(np.int8),
        run_scales=np.full(64, 0.02, np.float32),
        fact_rows=random.normal(0, 0.3, (len(facts), WIDTH)).astype(np.float32),
        bias=np.zeros(WIDTH, np.float32),
    )
    manifest = Manifest(
        format=1,
        facts=facts,
        curves=dict.fromkeys(TYPES, ((0.0, 1.0), (0.0, 0.5))),
        pool=Pool(network=1.0, tables=1.0, outside=0.0),
        sums={},
        trained={},
    )
    transitions = np.zeros((GAPS, len(LABELS), len(LABELS)), np.float32)
    write(folder, manifest, tables, transitions, build(drawn, ranges(drawn), SIGHT, TAGGER_SIGHT), b"")
    return drawn

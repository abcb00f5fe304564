"""A trained model's folder: `model.json` says what is in the other files, with a checksum of each.

`rows.npz` has the tables of `rows.RowTables` and the transitions of `lattice.Lattice`, `words.txt` the frequent words
in the order of their rows, `network.onnx` the graph, `fast.model` the tables that judge beside it (`tagging.fast`).
"""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from isnad.messages import EntityType
from isnad_entities.tagging.calibration import Calibration, Curve
from isnad_entities.tagging.labels import LABELS
from isnad_entities.tagging.lattice import GAPS, Floats
from isnad_entities.tagging.neural.rows import RowTables
from isnad_entities.tagging.unusable import unusable

MANIFEST = "model.json"
TABLES, WORDS, GRAPH, FAST = "rows.npz", "words.txt", "network.onnx", "fast.model"
FORMAT = 1
OUTSIDE = 0
"""The number of the label O."""


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """How much the network and the tables have to say."""

    network: float
    tables: float
    outside: float
    """Added for each word to what speaks against a name; below 0 more is found and less of it is right."""

    def emissions(self, by_network: Floats, by_tables: Floats) -> Floats:
        """Return what both say together for each label of each word."""
        pooled: Floats = np.float32(self.network) * by_network + np.float32(self.tables) * by_tables
        pooled[:, OUTSIDE] += np.float32(self.outside)
        return pooled

    def transitions(self, by_network: Floats, by_tables: Floats) -> Floats:
        """Return the transitions of both together."""
        return np.where(
            np.isfinite(by_tables), np.float32(self.network) * by_network + np.float32(self.tables) * by_tables, -np.inf
        ).astype(np.float32)


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a model's folder holds."""

    format: int
    facts: tuple[str, ...]
    """Names of the facts of a word that the model reads, in order."""
    curves: dict[EntityType, tuple[tuple[float, ...], tuple[float, ...]]]
    """For each type what is believed, and how often that is right."""
    pool: Pool
    sums: dict[str, str]
    """SHA-256 of each other file."""
    trained: dict[str, str | int | float]
    """How it was trained and how good it is, for people."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model read from its folder."""

    manifest: Manifest
    tables: RowTables
    transitions: Floats
    """See `lattice.Lattice`."""
    graph: Path
    fast: Path
    calibration: Calibration


def read(folder: Path) -> Trained:
    """Read a model's folder.

    Raises:
        SetupError: a file is missing, damaged or of another version; the text says which and what to do.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as exc:
        raise unusable(f"in {folder}", f"{MANIFEST} can't be read: {exc}") from exc
    if manifest.format != FORMAT:
        raise unusable(f"in {folder}", f"it is of format {manifest.format}, this version reads {FORMAT}")
    contents = {name: _checked(folder, name, manifest) for name in (TABLES, WORDS, GRAPH, FAST)}
    try:
        with np.load(io.BytesIO(contents[TABLES]), allow_pickle=False) as arrays:
            held = {name: arrays[name] for name in arrays.files}
        spellings = contents[WORDS].decode("utf-8").splitlines()
        tables = RowTables(
            words={spelling: place for place, spelling in enumerate(spellings)},
            **{name: held[name] for name in RowTables.__slots__ if name != "words"},
        )
        transitions = held["transitions"]
    except (ValueError, KeyError, OSError) as exc:
        raise unusable(f"in {folder}", f"{TABLES} does not hold what a model's does: {exc}") from exc
    if len(spellings) != len(tables.word_rows) or transitions.shape != (GAPS, len(LABELS), len(LABELS)):
        raise unusable(f"in {folder}", "its files are of different models")
    if tables.fact_rows.shape != (len(manifest.facts), tables.width):
        raise unusable(f"in {folder}", f"{TABLES} is not of the facts that {MANIFEST} names")
    curves = {kind: Curve(believed, right) for kind, (believed, right) in manifest.curves.items()}
    return Trained(manifest, tables, transitions, folder / GRAPH, folder / FAST, curves)


def write(folder: Path, manifest: Manifest, tables: RowTables, transitions: Floats, graph: bytes, fast: bytes) -> None:
    """Write a model's folder; the sums in the manifest are worked out here."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {name: getattr(tables, name) for name in RowTables.__slots__ if name != "words"}
    held = io.BytesIO()
    np.savez_compressed(held, **arrays, transitions=transitions)
    words = "".join(f"{spelling}\n" for spelling in sorted(tables.words, key=tables.words.__getitem__))
    contents = {TABLES: held.getvalue(), WORDS: words.encode("utf-8"), GRAPH: graph, FAST: fast}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    text = msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(manifest, sums=sums)), indent=1)
    (folder / MANIFEST).write_bytes(text + b"\n")


def _checked(folder: Path, name: str, manifest: Manifest) -> bytes:
    try:
        content = (folder / name).read_bytes()
    except OSError as exc:
        raise unusable(f"in {folder}", f"{name} can't be read: {exc}") from exc
    if hashlib.sha256(content).hexdigest() != manifest.sums.get(name):
        raise unusable(f"in {folder}", f"{name} is damaged: it is not the file that {MANIFEST} was written for")
    return content

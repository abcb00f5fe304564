"""Makes the ONNX file of a transformers model, where torch is installed.

By torch's exporter over `torch.export`: the older one, over TorchScript, gives graphs of today's transformers that run
and answer wrongly. So the graph is compared with the model before it is called done.
"""

import logging
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isnad.errors import SetupError
from isnad_entities.pretrained.checkpoint import Checkpoint, read_checkpoint
from isnad_entities.pretrained.folder import folder_of
from isnad_entities.pretrained.graph import Graph

OPSET = 18
"""The oldest that torch's exporter writes; ONNX Runtime reads it since 1.14."""
MOST_APART = 1e-3
"""The graph's numbers may be so far from the model's; float32 gives a hundredth of it."""

_TENSORS = ("model.safetensors", "model-*.safetensors", "model.safetensors.index.json")
_PICKLED = ("pytorch_model.bin", "pytorch_model-*.bin", "pytorch_model.bin.index.json")
_LARGEST_FILE = 1_800_000_000
"""ONNX allows two gigabytes in one file; larger weights go into a second one."""
_ROWS = (3, 17, 40)
_SEED = 6


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be exported, and how."""

    model: str
    """A folder in Hugging Face layout with torch's weights, or a hub id."""
    output: Path
    """The folder to be made; there must be none, or an empty one."""
    revision: str = ""
    """Of a hub id; empty is its main branch."""
    opset: int = OPSET
    int8: bool = False
    """Whether to write `model_quantized.onnx` too."""


def export(wish: Wish, say: Callable[[str], None]) -> float:
    """Write a model's ONNX file, configuration and tokenizer into a new folder.

    Args:
        wish: what and how.
        say: is told what happens now.

    Returns:
        How far the graph's numbers are from the model's, at most, on a sample.

    Raises:
        SetupError: it is no token classifier, its weights are not there or incomplete, it can't be exported, the graph
            answers something else, or the folder is not empty.
    """
    output = wish.output
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise SetupError(f"{output} exists already. Name a new folder, or delete it.")
    with _quiet():
        return _export(wish, say)


def _export(wish: Wish, say: Callable[[str], None]) -> float:
    say("reading the model")
    folder = folder_of(wish.model, wish.revision, _TENSORS)
    if not any(any(folder.glob(name)) for name in _TENSORS):
        folder = folder_of(wish.model, wish.revision, _PICKLED)
    checkpoint = read_checkpoint(folder)
    network = _network(folder)
    output = wish.output
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}.") as made:
        draft = Path(made) / "model"
        say("writing the graph")
        draft.mkdir(mode=0o755)
        _write(network, draft / "model.onnx", checkpoint, wish.opset)
        _describe(folder, network, draft)
        say("comparing the graph with the model")
        apart = _compare(network, draft / "model.onnx", checkpoint)
        if wish.int8:
            say("making the graph in whole numbers")
            _quantise(draft / "model.onnx", draft / "model_quantized.onnx")
        if output.is_dir():
            output.rmdir()
        shutil.move(draft, output)
    return apart


def _quantise(graph: Path, target: Path) -> None:
    """Write the same graph with the weights of its products in 8 bits, as optimum names it."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(graph, target, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gemm"])


def _network(folder: Path) -> Any:  # noqa: ANN401  torch is not there when types are checked
    from transformers import AutoModelForTokenClassification

    try:
        network, report = AutoModelForTokenClassification.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, output_loading_info=True
        )
    except Exception as exc:  # transformers, safetensors and torch raise anything at all
        raise SetupError(f"The weights in {folder} can't be read: {_first_line(exc)}") from exc
    if report["missing_keys"]:
        raise SetupError(
            f"The weights in {folder} are incomplete (no {min(report['missing_keys'])}): it was not trained to tag "
            f"words. Name a model that was."
        )
    return network.float().eval()


def _write(network: Any, path: Path, checkpoint: Checkpoint, opset: int) -> None:  # noqa: ANN401
    import torch

    ids, lengths = _sample(checkpoint, network.config.vocab_size, _ROWS)
    size = {0: "rows", 1: "columns"}
    try:
        torch.onnx.export(
            network,
            (),
            str(path),
            kwargs={"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(_mask(ids, lengths))},
            output_names=["logits"],
            dynamo=True,
            dynamic_shapes={"input_ids": size, "attention_mask": size},
            opset_version=opset,
            external_data=_bytes_of(network) > _LARGEST_FILE,
            verbose=False,
        )
    except Exception as exc:  # the exporter raises what comes of the model's own code
        raise SetupError(
            f"torch can't export this kind of model ({network.config.model_type}): {_first_line(exc)} "
            f"Try another version of torch and transformers, or optimum-cli export onnx."
        ) from exc


def _describe(folder: Path, network: Any, draft: Path) -> None:  # noqa: ANN401
    from transformers import AutoTokenizer

    network.config.save_pretrained(draft)
    AutoTokenizer.from_pretrained(folder, local_files_only=True).save_pretrained(draft)


def _compare(network: Any, path: Path, checkpoint: Checkpoint) -> float:  # noqa: ANN401
    import torch

    graph = Graph(
        path, len(checkpoint.labels), checkpoint.first_position, (*checkpoint.prefix, checkpoint.padding), "cpu", 0
    )
    apart = 0.0
    # Other sizes than those that it was made with: what was to be any size may have been taken for a fixed one.
    for rows in ((5,), (24, 9, 1, 12)):
        ids, lengths = _sample(checkpoint, network.config.vocab_size, rows)
        mask = _mask(ids, lengths)
        with torch.no_grad():
            meant = network(input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask)).logits.numpy()
        given = graph.run(graph.feeds(ids, lengths))
        apart = max(apart, float(np.abs(meant - given)[mask > 0].max()))
    if not apart <= MOST_APART:
        raise SetupError(
            f"The graph answers otherwise than the model (up to {apart:.2g} apart), so it was not kept. "
            f"Try another version of torch and transformers, or optimum-cli export onnx."
        )
    return apart


def _sample(
    checkpoint: Checkpoint, vocabulary: int, rows: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of any sub-words but the filling, as long as they may be, filled up to the longest; and their lengths."""
    lengths = np.minimum(rows, checkpoint.most or max(rows))
    ids = np.random.default_rng(_SEED).integers(0, vocabulary - 1, (len(rows), int(lengths.max())))
    ids += ids >= checkpoint.padding
    ids[np.arange(ids.shape[1]) >= lengths[:, None]] = checkpoint.padding
    return ids, lengths


def _mask(ids: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return (np.arange(ids.shape[1]) < lengths[:, None]).astype(np.int64)


def _bytes_of(network: Any) -> int:  # noqa: ANN401
    return sum(weights.numel() * weights.element_size() for weights in network.parameters())


def _first_line(exc: Exception) -> str:
    line = (str(exc).strip() or type(exc).__name__).splitlines()[0].rstrip(".")
    return f"{line}."


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back what the libraries say to those who write models, and their bars: ours shows that it goes on."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)

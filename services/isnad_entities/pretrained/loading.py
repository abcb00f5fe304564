"""From a setting to a tagger: the one place where a model's parts are put together."""

import logging
from typing import TYPE_CHECKING

from isnad.errors import SetupError
from isnad_entities.pretrained.needs import need
from isnad_entities.settings import Device

if TYPE_CHECKING:
    from isnad_entities.pretrained.tagger import PretrainedTagger

_log = logging.getLogger(__name__)


def load(
    model: str,
    *,
    revision: str = "",
    file: str = "",
    labels: str = "",
    device: Device = "auto",
    threads: int = 0,
) -> "PretrainedTagger":
    """Load a transformers model for token classification.

    Args:
        model: a folder in Hugging Face layout with an ONNX file, or a hub id.
        revision: of a hub id; empty is its main branch.
        file: the ONNX file in it, as `onnx/model_quantized.onnx`; empty is `model.onnx` or `onnx/model.onnx`.
        labels: what the table of labels says otherwise, as `NORP=MISC,EVENT=-`.
        device: `auto` (the GPU if ONNX Runtime can use one), `cpu` or `cuda`.
        threads: for one run; 0 leaves it to ONNX Runtime, which takes the cores.

    Raises:
        SetupError: packages are missing, or the model can't be used; the text says what to do.
    """
    need("transformers", "onnxruntime", "numpy")
    from isnad_entities.pretrained.checkpoint import read_checkpoint
    from isnad_entities.pretrained.folder import folder_of, graph_files, graph_in
    from isnad_entities.pretrained.graph import Graph
    from isnad_entities.pretrained.labels import read_labels, read_overrides
    from isnad_entities.pretrained.tagger import PretrainedTagger

    try:
        overrides = read_overrides(labels)
    except ValueError as exc:
        raise SetupError(f"ISNAD_ENTITIES_MODEL_LABELS: {exc}.") from exc
    folder = folder_of(model, revision, graph_files(file))
    checkpoint = read_checkpoint(folder)
    ours = read_labels(checkpoint.labels, overrides)
    path = graph_in(folder, model, file)
    sample = (*checkpoint.prefix, *checkpoint.suffix) or (checkpoint.padding,)
    graph = Graph(path, len(checkpoint.labels), checkpoint.first_position, sample, device, threads)
    _log.info("The model %s (%s) is loaded, for %s.", model, path.name, graph.device)
    if ours.dropped:
        _log.warning("Of the model %s these labels are left out: %s.", model, ", ".join(ours.dropped))
    return PretrainedTagger(checkpoint, graph, ours)

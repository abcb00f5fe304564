"""A model's ONNX graph in ONNX Runtime: sub-words in, a number for each label out.

The only module of the service that imports onnxruntime for these models.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isnad.errors import SetupError
from isnad_entities.settings import Device

Feeds = dict[str, NDArray[Any]]

_CPU = "CPUExecutionProvider"
_CUDA = "CUDAExecutionProvider"
_ERRORS_ONLY = 3
_WHOLE: dict[str, type[np.integer[Any]]] = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
_FED = ("input_ids", "attention_mask", "token_type_ids", "position_ids")
_AGAIN = "Make it anew: isnad entities export MODEL --output FOLDER"


class Graph:
    """An ONNX graph that classifies sub-words."""

    def __init__(
        self, path: Path, labels: int, first_position: int, sample: Sequence[int], device: Device, threads: int
    ) -> None:
        """Load the graph and try it.

        Args:
            path: the ONNX file.
            labels: how many labels the model has.
            first_position: the position of a text's first sub-word, for graphs that are told positions.
            sample: a few sub-words to try it on.
            device: `auto` takes the GPU if ONNX Runtime can use one.
            threads: for one run; 0 leaves it to ONNX Runtime.

        Raises:
            SetupError: the file can't be read, or does not take or give what a token classifier does.
        """
        self._session = _session(path, _providers(device), threads)
        if device == "cuda" and not self.on_gpu:
            raise SetupError(
                "ONNX Runtime could not start on the GPU: CUDA or cuDNN is not what it was built for. Install that, or "
                "unset ISNAD_ENTITIES_MODEL_DEVICE."
            )
        self._first_position = first_position
        self._types = self._inputs(path)
        self._output = self._choose_output(path, labels)
        self._try(path, labels, np.array([sample, sample], np.int64))

    @property
    def device(self) -> str:
        """The provider that ONNX Runtime prefers here."""
        return str(self._session.get_providers()[0])

    @property
    def on_gpu(self) -> bool:
        """Whether it is not the processor that calculates."""
        return self.device != _CPU

    def feeds(self, ids: NDArray[np.int64], lengths: NDArray[np.int64]) -> Feeds:
        """Return what the graph is given for rows of sub-words, filled up at their ends.

        Args:
            ids: rows by columns.
            lengths: how many of each row are no filling.
        """
        columns = np.arange(ids.shape[1])
        given: Feeds = {"input_ids": ids}
        if "attention_mask" in self._types:
            given["attention_mask"] = columns[None, :] < lengths[:, None]
        if "token_type_ids" in self._types:
            given["token_type_ids"] = np.zeros_like(ids)
        if "position_ids" in self._types:
            # Filling gets the position of the last column at most, which is one that the model has.
            given["position_ids"] = np.broadcast_to(columns + self._first_position, ids.shape)
        return {name: np.ascontiguousarray(array, self._types[name]) for name, array in given.items()}

    def run(self, feeds: Feeds) -> NDArray[Any]:
        """Return rows by columns by labels, in whatever floating type the graph gives."""
        logits: NDArray[Any] = self._session.run([self._output], feeds)[0]
        return logits

    def _inputs(self, path: Path) -> dict[str, type[np.integer[Any]]]:
        inputs = {one.name: one for one in self._session.get_inputs()}
        unknown = [name for name in inputs if name not in _FED]
        if unknown or "input_ids" not in inputs:
            raise SetupError(
                f"The graph {path} takes {', '.join(inputs) or 'nothing'}; a token classifier takes input_ids, and "
                f"may take {', '.join(_FED[1:])}. {_AGAIN}"
            )
        for name, one in inputs.items():
            if one.type not in _WHOLE:
                raise SetupError(f"The graph {path} takes {name} as {one.type}, not as whole numbers. {_AGAIN}")
            if any(isinstance(size, int) for size in one.shape):
                raise SetupError(
                    f"The graph {path} takes {name} of the fixed size {one.shape}, not any number of rows and "
                    f"sub-words. {_AGAIN}"
                )
        return {name: _WHOLE[one.type] for name, one in inputs.items()}

    def _choose_output(self, path: Path, labels: int) -> str:
        outputs = {one.name: one for one in self._session.get_outputs()}
        name = "logits" if "logits" in outputs else next(iter(outputs))
        last = outputs[name].shape[-1:]
        if len(outputs[name].shape) != 3 or (isinstance(last[0], int) and last[0] != labels):
            raise SetupError(
                f"The graph {path} gives {name} as {outputs[name].shape}, not a number for each of the {labels} labels "
                f"of each sub-word: it is of another model than the configuration beside it. {_AGAIN}"
            )
        return name

    def _try(self, path: Path, labels: int, ids: NDArray[np.int64]) -> None:
        from onnxruntime.capi import onnxruntime_pybind11_state as errors

        try:
            logits = self.run(self.feeds(ids, np.full(len(ids), ids.shape[1])))
        except (errors.Fail, errors.InvalidArgument, errors.RuntimeException, errors.NotImplemented) as exc:
            raise SetupError(f"The graph {path} does not run: {_said(exc)}. {_AGAIN}") from exc
        if logits.shape != (*ids.shape, labels) or not np.issubdtype(logits.dtype, np.floating):
            raise SetupError(
                f"The graph {path} gives {logits.shape} for {ids.shape} sub-words and {labels} labels: it is of "
                f"another model than the configuration beside it. {_AGAIN}"
            )


def _providers(device: Device) -> list[str]:
    import onnxruntime

    has_gpu = _CUDA in onnxruntime.get_available_providers()
    if device == "cuda" and not has_gpu:
        raise SetupError(
            "This ONNX Runtime can't use a GPU. Get one that can: pip uninstall onnxruntime, then "
            "pip install onnxruntime-gpu; or unset ISNAD_ENTITIES_MODEL_DEVICE."
        )
    return [_CUDA, _CPU] if has_gpu and device != "cpu" else [_CPU]


def _session(path: Path, providers: list[str], threads: int) -> Any:  # noqa: ANN401  onnxruntime ships no types
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = threads
    options.enable_mem_pattern = False  # made for inputs of one size
    try:
        return onnxruntime.InferenceSession(path, options, providers=providers)
    except Exception as exc:  # its classes have no base of their own but Exception
        raise SetupError(f"The graph {path} can't be read by ONNX Runtime: {_said(exc)}. {_AGAIN}") from exc


def _said(exc: Exception) -> str:
    return (str(exc).strip() or type(exc).__name__).splitlines()[0].rstrip(".")

"""The network's graph in ONNX Runtime: words as rows in, a number for each label of each word out.

One thread per session: a service's workers use the cores, not the sessions.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from isnad.errors import SetupError
from isnad_entities.tagging.labels import LABELS
from isnad_entities.tagging.neural.listed import COLUMNS

_ERRORS_ONLY = 3
INPUTS = ("rows", "listed", "marks", "next_marks", "filled")
OUTPUT = "emissions"


class Network:
    """A graph that has been tried."""

    def __init__(self, graph: Path, width: int) -> None:
        """Load the graph.

        Args:
            graph: the ONNX file.
            width: numbers in a word's row.

        Raises:
            SetupError: ONNX Runtime is missing, or the graph can't be read or is no such network.
        """
        try:
            import onnxruntime
        except ImportError as exc:
            raise SetupError(
                "The names' model needs ONNX Runtime, not installed here. Get it: pip install 'isnad[entities]'"
            ) from exc
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _ERRORS_ONLY
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # made for inputs of one size
        try:
            self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
            answer = self.run(
                rows=np.zeros((1, 2, width), np.float32),
                listed=np.zeros((1, 2, COLUMNS), np.float32),
                marks=np.zeros((1, 2), np.int64),
                next_marks=np.zeros((1, 2), np.int64),
                filled=np.ones((1, 2), np.float32),
            )
        except Exception as exc:  # its classes have no base of their own but Exception
            said = (str(exc).strip() or type(exc).__name__).splitlines()[0]
            raise SetupError(f"The model's graph {graph} can't be used by ONNX Runtime: {said}") from exc
        if answer.shape != (1, 2, len(LABELS)):
            raise SetupError(
                f"The model's graph {graph} gives {answer.shape}, not {len(LABELS)} numbers for each word."
            )

    def run(
        self,
        rows: NDArray[np.float32],
        listed: NDArray[np.float32],
        marks: NDArray[np.int64],
        next_marks: NDArray[np.int64],
        filled: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """Return (pieces, words, labels).

        Args:
            rows: (pieces, words, width), filling zero.
            listed: (pieces, words, `COLUMNS`).
            marks: (pieces, words), what stands before each word.
            next_marks: (pieces, words), what stands behind it.
            filled: (pieces, words), 1 for a word and 0 for filling.
        """
        fed = (rows, listed, marks, next_marks, filled[..., None])
        answer: NDArray[np.float32] = self._session.run([OUTPUT], dict(zip(INPUTS, fed, strict=True)))[0]
        return answer

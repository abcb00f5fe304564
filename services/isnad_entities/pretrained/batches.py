"""Windows of like length in batches, so that little is padded (pure)."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def batches(lengths: NDArray[np.int64], most: int) -> Iterator[NDArray[np.int64]]:
    """Yield the windows of each batch, the longest first: the memory that they need is then taken once.

    Args:
        lengths: sub-words of each window, special ones included.
        most: sub-words of a batch when all are as long as its longest; one window is always taken.
    """
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        rows = max(1, most // int(lengths[order[start]]))
        yield order[start : start + rows]
        start += rows

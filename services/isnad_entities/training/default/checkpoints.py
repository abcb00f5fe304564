"""The state of a training on disk, written so that it is there whole or not at all."""

from pathlib import Path

import torch
from torch import nn

from isnad.errors import SetupError


def save(path: Path, step: int, *parts: nn.Module | torch.optim.Optimizer) -> None:
    """Write what the parts have learned so far, and the number of the next step."""
    partial = path.with_suffix(".partial")
    torch.save({"step": step, "parts": [part.state_dict() for part in parts]}, partial)
    partial.replace(path)


def load(path: Path, *parts: nn.Module | torch.optim.Optimizer) -> int:
    """Give the parts what `save` wrote of as many and return the next step's number; 0 where there is no such file.

    Raises:
        SetupError: the file is damaged or of another network.
    """
    if not path.exists():
        return 0
    try:
        held = torch.load(path, weights_only=True)
        for part, state in zip(parts, held["parts"], strict=False):
            part.load_state_dict(state)
        return int(held["step"])
    except (RuntimeError, ValueError, KeyError, EOFError, OSError) as exc:
        raise SetupError(f"{path} can't be gone on with: {exc}. Remove it to start that stage anew.") from exc

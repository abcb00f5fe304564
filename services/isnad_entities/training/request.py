"""What a training run is asked for."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Request:
    """One run of `isnad entities train`, whatever the profile."""

    corpus: Path
    news: tuple[Path, ...]
    output: Path
    seed: int = 1
    classes: Path | None = None
    """A model of the fast profile whose classes of words are taken instead of news."""
    hold_out: bool = False
    """Whether the development split is kept out of what the model is trained on."""

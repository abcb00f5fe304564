"""Where the seed articles are: in the installed package, or in the repository."""

from pathlib import Path


def folder() -> Path:
    """Return the folder of the seed articles."""
    services = Path(__file__).parents[1]
    installed = services / "resources" / "seeds"
    return installed if installed.is_dir() else services.parents[1] / "seeds"

"""Packages that only those need who name a transformers model, or export one."""

from importlib.util import find_spec

from isnad.errors import SetupError

_EXTRA = "pip install 'isnad[transformers]'"


def need(*packages: str, how: str = _EXTRA) -> None:
    """Make sure that packages are there, before anything is read.

    Args:
        packages: by the names that are imported.
        how: the command that installs them.

    Raises:
        SetupError: one is missing; the text names the command.
    """
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise SetupError(f"This needs {' and '.join(missing)}, not installed here. Get it: {how}")

"""The packages of the extra `transformers`, which only those need who name such a model."""

from importlib.util import find_spec

from isnad.errors import SetupError


def need(*packages: str) -> None:
    """Make sure that packages are there, before anything is read.

    Raises:
        SetupError: one is missing; the text names the command that installs it.
    """
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise SetupError(
            f"A transformers model needs {' and '.join(missing)}. Get them: pip install 'isnad[transformers]'"
        )

"""Packages that few need, and that are therefore in an extra."""

from importlib.util import find_spec

from isnad.errors import SetupError


def need(*packages: str) -> None:
    """Make sure that packages of the extra `bench` are there, before any work is done.

    Raises:
        SetupError: one is missing; the text names the command that installs it.
    """
    for package in packages:
        if find_spec(package) is None:
            raise SetupError(f'The package {package} is not installed. Get it: pip install "isnad[bench]"')

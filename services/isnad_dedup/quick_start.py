"""Loading what compiled code needs, and no more, for a command whose whole run may be a second."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import cast


def load_compiler() -> None:
    """Load numba without two packages that it would load wherever they are installed: 0.15 s.

    Compiled code of this process can't multiply matrices (SciPy) nor call what CFFI made then. What is loaded already
    stays.
    """
    with _hidden("scipy"), _hidden("cffi"):
        # The modules that ask for them, at the first call of compiled code.
        import numba.core.typing.cffi_utils
        import numba.np.arraymath  # noqa: F401


@contextmanager
def _hidden(package: str) -> Iterator[None]:
    if package in sys.modules:
        yield
        return
    # The import system's own mark for what is not there.
    sys.modules[package] = cast(ModuleType, None)
    try:
        yield
    finally:
        del sys.modules[package]

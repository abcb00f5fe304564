"""Loading what compiled code needs, and no more, for a command whose whole run may be a second."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import cast


def load_compiler() -> None:
    """Load numba without SciPy, of which it would load the linear algebra wherever that is installed: 0.1 s.

    Compiled code of this process can't multiply matrices then. Where SciPy is loaded already, nothing is different.
    """
    if "scipy" in sys.modules:
        return
    with _hidden("scipy"):
        import numba.np.arraymath  # noqa: F401  the module that asks for it, at the first call of compiled code


@contextmanager
def _hidden(package: str) -> Iterator[None]:
    # The import system's own mark for what is not there.
    sys.modules[package] = cast(ModuleType, None)
    try:
        yield
    finally:
        del sys.modules[package]

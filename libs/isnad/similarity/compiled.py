"""Compiling of number-crunching functions to machine code, kept on disk from one start to the next (pure).

A function is compiled when it is first called with arguments of some types. The machine code is kept beside the source
(`__pycache__`), or in the user's cache folder where that can't be written, or in `NUMBA_CACHE_DIR` where that is set.
It is compiled again when its *own* file changes, and for no other reason: a compiled function may therefore call and
read only what stands in its own file (a test holds all of them to it), or a new version could run old machine code.
"""

import contextlib
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Return the function compiled: other threads run meanwhile, and indices are *not* checked.

    Where no folder can be written to it works as well, and is compiled anew in every process.
    """
    try:
        dispatcher = numba.njit(cache=True, nogil=True, boundscheck=False)(function)
    except RuntimeError as problem:
        # Numba has no narrower error for "no folder to keep it in".
        if "cannot cache" not in str(problem):
            raise
        return cast(F, numba.njit(nogil=True, boundscheck=False)(function))
    _forget_unreadable(dispatcher)
    return cast(F, dispatcher)


def _forget_unreadable(dispatcher: Any) -> None:  # noqa: ANN401  numba has no types
    """Delete what an earlier version kept of a function, where it can't be read any more.

    Numba reads what is kept before it looks whether it is outdated, and fails where a type that is named there is
    defined elsewhere now, or where a file is damaged.
    """
    cache = dispatcher._cache
    try:
        cache._cache_file._load_index()
    except Exception:  # noqa: BLE001  whatever unpickling raises
        with contextlib.suppress(OSError):
            cache.flush()

"""What is measured of the process: time on one core, memory, and how steady the machine was meanwhile."""

import ctypes
import gc
import importlib.metadata
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

R = TypeVar("R")

_MEMORY = Path("/proc/self/smaps_rollup")
_THREADS = ("RAYON_NUM_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process and those that it starts on one core; libraries loaded meanwhile start one thread each.

    Where a process can't be kept on a core (macOS), only the latter holds.
    """
    for name in _THREADS:
        os.putenv(name, "1")  # numba, and Rust's and C's libraries ask for it when they are loaded
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if allowed:
        os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        for name in _THREADS:
            os.unsetenv(name)
        if allowed:
            os.sched_setaffinity(0, allowed)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long something took."""

    clock_seconds: float
    cpu_seconds: float
    """Of this process, all its threads."""


@dataclass(frozen=True, slots=True)
class Timed(Generic[R]):
    """What something returned, and how long it took."""

    result: R
    timing: Timing


def timed(act: Callable[[], R]) -> Timed[R]:
    """Call it and measure; garbage of what ran before is collected first, and not counted."""
    gc.collect()
    return clocked(act)


def clocked(act: Callable[[], R]) -> Timed[R]:
    """Call it and measure, as it is called in the midst of other work."""
    clock, cpu = time.perf_counter(), time.process_time()
    result = act()
    return Timed(result, Timing(time.perf_counter() - clock, time.process_time() - cpu))


def rates(timings: Sequence[Timing], articles: int) -> dict[str, dict[str, float]]:
    """Return articles per second, by CPU time and by the clock: the best of the runs, and their median."""

    def rate(seconds: list[float]) -> dict[str, float]:
        return {
            "best": round(articles / min(seconds), 1),
            "median": round(articles / statistics.median(seconds), 1),
        }

    return {
        "cpu": rate([timing.cpu_seconds for timing in timings]),
        "clock": rate([timing.clock_seconds for timing in timings]),
    }


def calibration() -> dict[str, float]:
    """Return the seconds of the clock for two fixed pieces of work, in Python and in numpy.

    They tell how quick this core is at the moment: compare before and after, and between machines.
    """
    numbers = np.random.default_rng(1).integers(0, 1 << 62, 2_000_000)
    python = timed(lambda: sum(number * number % 7 for number in range(2_000_000)))
    sorting = timed(lambda: np.sort(numbers))
    return {
        "python_seconds": round(python.timing.clock_seconds, 4),
        "numpy_seconds": round(sorting.timing.clock_seconds, 4),
    }


@dataclass(frozen=True, slots=True)
class Resident:
    """Bytes of this process that are in memory."""

    anonymous: int
    """Its own, which only a swap file could take."""
    file: int
    """Of mapped files, which the system takes back when it needs room; programs and libraries count too."""


def resident() -> Resident | None:
    """Return the process's resident memory after a collection; None where the system does not tell it (not Linux)."""
    gc.collect()
    try:
        lines = _MEMORY.read_text().splitlines()[1:]
    except OSError:
        return None
    kilobytes = {name.rstrip(":"): int(number) for name, number, *_ in map(str.split, lines)}
    anonymous = kilobytes["Anonymous"]
    return Resident(anonymous << 10, (kilobytes["Rss"] - anonymous) << 10)


def give_back_memory() -> None:
    """Return to the system what the process has freed, so that what comes next can't grow into it unseen."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
    if trim is not None:
        trim(0)


def bytes_each(before: Resident | None, after: Resident | None, articles: int) -> dict[str, int] | None:
    """Return by how much memory grew for each article; None where it is unknown."""
    if before is None or after is None:
        return None
    return {
        "anonymous": round((after.anonymous - before.anonymous) / articles),
        "file": round((after.file - before.file) / articles),
    }


def bytes_on_disk(folder: Path) -> int:
    """Return the size of all files under a folder, those with several names once."""
    states = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return sum({state.st_ino: state.st_size for state in states}.values())


def description() -> dict[str, str]:
    """Return what ran: Python, the processor's kind, and the versions of the packages that decide, where they are."""
    packages = ("isnad", "numpy", "numba", "onnxruntime", "rensa", "datasketch")
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        **{name: importlib.metadata.version(name) for name in packages if find_spec(name)},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")

"""Whether there are memory and disk enough for the local stack."""

import shutil
from pathlib import Path

import psutil

from isnad.errors import SetupError

_MIB = 1024 * 1024
MEMORY_MIB = {"kafka": 350, "elasticsearch": 850, "service": 110}
"""Resident, measured after a day's articles."""
DISK_MIB = 1024
"""Elasticsearch stops writing below 400 MiB."""


def free_memory_mib(control_groups: Path = Path("/sys/fs/cgroup")) -> int:
    """Return the memory that new processes can have, by the system's own estimate and by this container's limit."""
    free = int(psutil.virtual_memory().available)
    try:
        limit = int((control_groups / "memory.max").read_text())
        used = int((control_groups / "memory.current").read_text())
        counts = dict(line.split() for line in (control_groups / "memory.stat").read_text().splitlines())
        # What is only kept of files is given back when it is needed.
        used -= int(counts.get("inactive_file", 0))
    except (OSError, ValueError):  # no such limit
        pass
    else:
        free = min(free, max(0, limit - used))
    return free // _MIB


def memory_needed_mib(servers: int, services: int, *, elasticsearch: bool) -> int:
    """Return what so many servers and processes of services take together."""
    kafka = servers - elasticsearch
    return kafka * MEMORY_MIB["kafka"] + elasticsearch * MEMORY_MIB["elasticsearch"] + services * MEMORY_MIB["service"]


def must_suffice(folder: Path, needed_mib: int, free_mib: int) -> None:
    """Check both before anything is started.

    Raises:
        SetupError: one of them is too little.
    """
    if free_mib < needed_mib:
        raise SetupError(
            f"{free_mib} MiB of memory are free and the stack needs about {needed_mib}. "
            "End other programs, or start less of it with --only."
        )
    disk_mib = shutil.disk_usage(folder).free // _MIB
    if disk_mib < DISK_MIB:
        raise SetupError(
            f"{folder} has {disk_mib} MiB of disk free and the stack needs {DISK_MIB}. "
            "Make room, or choose another folder with --home."
        )

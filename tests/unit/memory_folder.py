"""A folder in memory, for tests that write many small files and are not about the disk.

What makes snapshots outlive a crash takes the disk some hundred milliseconds for each, and memory none.
"""

import os
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")

IN_MEMORY = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else None
"""Where to make a temporary folder; None for the usual place, where the system has nothing better."""

"""A stage service as a process of its own, for tests that kill it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from isnad.topics import Topics


@contextmanager
def worker(service: str, kafka: str, topics: Topics, log: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the package `service` with small batches, so that a kill finds it amid its work; end it at the end.

    Further settings are given by their variables' names.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ISNAD_")}  # noqa: TID251
    environment |= {"ISNAD_KAFKA": kafka, "ISNAD_TOPIC_PREFIX": topics.prefix, "ISNAD_BATCH_SIZE": "20"}
    environment |= settings
    with log.open("ab") as stream:
        process = subprocess.Popen([sys.executable, "-m", service], env=environment, stdout=stream, stderr=stream)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

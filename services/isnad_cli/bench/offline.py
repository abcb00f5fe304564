"""The whole offline command, as a user runs it: the start of Python, reading and writing included."""

import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from isnad_cli.bench.machine import Timed, Timing
from isnad_dedup.matching.events import Arrival


def write_lines(articles: Sequence[Arrival], path: Path) -> None:
    """Write the articles as `isnad dedup` reads them."""
    with path.open("wb") as lines:
        for article in articles:
            fields = {
                "id": article.id,
                "source": article.source,
                "title": article.title,
                "body": article.body,
                "published_at": article.published_at,
            }
            lines.write(msgspec.json.encode(fields) + b"\n")


def run_dedup(source: Path, target: Path) -> Timed[None]:
    """Run `isnad dedup` on a file and return how long it took.

    Raises:
        subprocess.CalledProcessError: it failed; what it said is on standard error.
    """
    command = [sys.executable, "-m", "isnad_cli", "dedup", "--input", str(source), "--output", str(target)]
    clock, cpu = time.perf_counter(), _cpu_of_children()
    subprocess.run(command, check=True, capture_output=True)
    return Timed(None, Timing(time.perf_counter() - clock, _cpu_of_children() - cpu))


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

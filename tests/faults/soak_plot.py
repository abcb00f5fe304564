"""Draws what a long run wrote down: memory, open files and lag over time, with its faults.

Example: python -m tests.faults.soak_plot build/soak.jsonl build/soak.svg
"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt


def draw(samples: list[dict[str, Any]], target: Path) -> None:
    """Draw three charts, one above the other, into a file."""
    figure, (memory, files, lag) = plt.subplots(3, 1, figsize=(11, 9), sharex=True, layout="constrained")
    for what in sorted({one["what"] for one in samples if "what" in one}):
        of_it = [one for one in samples if one.get("what") == what]
        minutes = [one["minutes"] for one in of_it]
        if what.startswith("lag"):
            lag.plot(minutes, [one["lag"] for one in of_it], label=what.removeprefix("lag of "), linewidth=1)
        else:
            memory.plot(minutes, [one["mebibytes"] for one in of_it], ".", label=what, markersize=3)
            files.plot(minutes, [one["files"] for one in of_it], ".", label=what, markersize=3)
    for one in samples:
        if "fault" in one:
            for axis in (memory, files, lag):
                axis.axvline(one["minutes"], color="0.85", linewidth=0.6, zorder=0)
    for axis, label in ((memory, "memory of its own, MiB"), (files, "open files"), (lag, "messages not committed")):
        axis.set_ylabel(label)
        axis.set_ylim(bottom=0)
        axis.legend(loc="upper left", fontsize=7, ncols=4)
    lag.set_xlabel("minutes; each grey line is a fault")
    figure.savefig(target)


if __name__ == "__main__":
    source, written = map(Path, sys.argv[1:])
    draw([json.loads(line) for line in source.read_text().splitlines()], written)

"""The table of `make faults`: each row's fault, what went in and where it ended, and whether the promises held.

Of several runs the worst line of each: python -m tests.faults.table run-1.json run-2.json [--markdown]
"""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

HELD = "held"
NOTICED = "noticed"
"""Of a fault in the code itself: the promises did not hold, and the harness said so."""


@dataclass(frozen=True)
class Line:
    """One test's line. Numbers are None where a fault needs no articles, as one at the start."""

    row: int | str
    fault: str
    injected: int | None
    indexed: int | None
    dead: int | None
    refused: int | None
    lost: int | None
    doubled: int | None
    drain_seconds: float | None
    verdict: str


def print_lines(lines: Iterable[Line], console: Console) -> None:
    """Print them in the order of the rows."""
    table = Table("row", "fault", box=None, pad_edge=False, header_style="bold")
    for name in ("injected", "indexed", "dead", "refused", "lost", "doubled", "drain s"):
        table.add_column(name, justify="right")
    table.add_column("verdict")
    for line in sorted(lines, key=_place):
        counts = (line.injected, line.indexed, line.dead, line.refused, line.lost, line.doubled)
        drain = "-" if line.drain_seconds is None else f"{line.drain_seconds:.1f}"
        style = None if line.verdict in (HELD, NOTICED) else "red"
        numbers = ("-" if number is None else f"{number:,}" for number in counts)
        table.add_row(str(line.row), line.fault, *numbers, drain, line.verdict, style=style)
    console.print(table)


def _place(line: Line) -> tuple[bool, int]:
    """Faults of the world by their number, then those in the code by the number of the row under which they show."""
    _, _, number = str(line.row).rpartition(" ")
    return isinstance(line.row, str), int(number) if number.isdigit() else 0


def in_markdown(lines: Iterable[Line]) -> str:
    """Return them as a table for a document."""
    rows = ["| row | fault | in | indexed | dead | refused | lost | doubled | drain s | |"]
    rows.append("|---|---|--:|--:|--:|--:|--:|--:|--:|---|")
    for line in sorted(lines, key=_place):
        numbers = (line.injected, line.indexed, line.dead, line.refused, line.lost, line.doubled)
        drain = None if line.drain_seconds is None else f"{line.drain_seconds:.1f}"
        cells = [
            line.row,
            line.fault,
            *("" if one is None else f"{one:,}" for one in numbers),
            drain or "",
            line.verdict,
        ]
        rows.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(rows)


def worst(runs: Sequence[Iterable[Line]]) -> list[Line]:
    """Return of each fault the worst line of several runs: one that did not hold, else the one that took longest."""
    found: dict[tuple[int | str, str], Line] = {}
    for line in (line for run in runs for line in run):
        known = found.setdefault((line.row, line.fault), line)
        if _badness(line) > _badness(known):
            found[line.row, line.fault] = line
    return list(found.values())


def _badness(line: Line) -> tuple[bool, int, float]:
    return line.verdict not in (HELD, NOTICED), (line.lost or 0) + (line.doubled or 0), line.drain_seconds or 0.0


def write(lines: Iterable[Line], target: Path) -> None:
    """Write lines for `read`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps([asdict(line) for line in lines], indent=1))


def read(source: Path) -> list[Line]:
    """Return what `write` wrote."""
    return [Line(**line) for line in json.loads(source.read_text())]


if __name__ == "__main__":
    *_, wanted = names = sys.argv[1:]
    every = worst([read(Path(name)) for name in names if name != "--markdown"])
    if wanted == "--markdown":
        print(in_markdown(every))
    else:
        print_lines(every, Console(width=200))

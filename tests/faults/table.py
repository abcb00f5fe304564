"""The table of `make faults`: each row's fault, what went in and where it ended, and whether the promises held."""

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
    print_lines(worst([read(Path(name)) for name in sys.argv[1:]]), Console(width=200))

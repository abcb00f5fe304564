"""The status of the local stack as a table for people and as JSON for programs (pure)."""

from collections.abc import Sequence

import msgspec
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from isnad_cli.local.observation import Row

_ALWAYS = 6
"""Columns of every table; the last one comes only when something waits."""

_COLOURS = {
    "ready": "green",
    "starting": "yellow",
    "waiting": "yellow",
    "restarting": "red",
    "stopping": "dim",
    "stopped": "dim",
}


def table(rows: Sequence[Row], title: str) -> Table:
    """Return the table."""
    made = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    made.add_column("Service", no_wrap=True)
    made.add_column("State", no_wrap=True)
    made.add_column("Up for", justify="right", no_wrap=True)
    made.add_column("Restarts", justify="right")
    made.add_column("Memory", justify="right", no_wrap=True)
    made.add_column("Address", no_wrap=True)
    if any(row.detail for row in rows):
        made.add_column("Waits for", overflow="fold")
    for row in rows:
        made.add_row(
            row.name,
            Text(row.state, style=_COLOURS[row.state]),
            duration(row.up_seconds) if row.pid else "",
            Text(str(row.restarts), style="red" if row.restarts else "dim"),
            f"{row.memory_bytes >> 20} MB" if row.memory_bytes else "",
            row.address.removeprefix("http://"),
            *([row.detail] if len(made.columns) > _ALWAYS else []),
        )
    return made


def duration(seconds: int) -> str:
    """Return a length of time in its two largest units: `45 s`, `3 min 5 s`, `2 h 0 min`, `5 d 3 h`."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days} d {hour} h"
    if hours:
        return f"{hours} h {minute} min"
    if minutes:
        return f"{minutes} min {second} s"
    return f"{second} s"


def as_json(home: str, rows: Sequence[Row], *, ready: bool) -> str:
    """Return the same as one JSON object on one line."""
    return msgspec.json.encode({"home": home, "ready": ready, "processes": list(rows)}).decode()

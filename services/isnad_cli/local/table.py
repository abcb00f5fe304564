"""The status of the local stack as a table for people and as JSON for programs (pure)."""

from collections.abc import Sequence

import msgspec
from rich.console import Group
from rich.table import Table
from rich.text import Text

from isnad_cli.local.observation import Row

_LONGEST_REASON = 200

_COLOURS = {
    "ready": "green",
    "starting": "yellow",
    "waiting": "yellow",
    "restarting": "red",
    "stopping": "dim",
    "stopped": "dim",
}


def table(rows: Sequence[Row], title: str) -> Group:
    """Return the table, which fits 80 columns, and under it a line for each process that waits or ended, and why."""
    made = Table(
        title=f"{title}, on 127.0.0.1", title_justify="left", title_style="bold", box=None, pad_edge=False, min_width=40
    )
    made.add_column("Service", no_wrap=True)
    made.add_column("State", no_wrap=True)
    for heading in ("Up for", "Restarts", "Memory", "Lag", "Port", "Health"):
        made.add_column(heading, justify="right", no_wrap=True)
    reasons = Table.grid(padding=(0, 2))
    reasons.add_column(no_wrap=True)
    reasons.add_column(overflow="fold")
    for row in rows:
        made.add_row(
            row.name,
            Text(row.state, style=_COLOURS[row.state]),
            duration(row.up_seconds) if row.pid else "",
            Text(str(row.restarts), style="red" if row.restarts else "dim"),
            f"{row.memory_bytes >> 20} MB" if row.memory_bytes else "",
            "" if row.lag_records is None else str(row.lag_records),
            row.address.rpartition(":")[2],
            row.health.rpartition(":")[2],
        )
        if row.detail:
            reasons.add_row(row.name, Text(_reason(row)))
    return Group(made, "", reasons) if reasons.row_count else Group(made)


def _reason(row: Row) -> str:
    text = row.detail if len(row.detail) <= _LONGEST_REASON else f"{row.detail[: _LONGEST_REASON - 1]}…"
    return text if row.waits_seconds is None else f"{text}, for {duration(row.waits_seconds)}"


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

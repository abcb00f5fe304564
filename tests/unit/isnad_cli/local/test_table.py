"""The status table and its JSON."""

import json

import pytest
from rich.console import Console

from isnad_cli.local.observation import Row, all_ready
from isnad_cli.local.table import as_json, duration, table

ROWS = (
    Row(name="kafka", state="ready", pid=7, up_seconds=185, memory_bytes=200 << 20, address="127.0.0.1:9092"),
    Row(name="dedup", state="restarting", detail="it exited with status 70", restarts=3),
)


def shown(*rows: Row, width: int = 100) -> list[str]:
    console = Console(width=width, no_color=True)
    with console.capture() as capture:
        console.print(table(rows, "isnad in /data"))
    return [" ".join(line.split()) for line in capture.get().splitlines()]


def test_each_process_has_a_line_with_what_a_person_asks() -> None:
    """State, how long, how often it was started again, memory, address, and the reason where there is one."""
    lines = shown(*ROWS)
    assert "kafka ready 3 min 5 s 0 200 MB 9092" in lines
    assert "dedup restarting 3" in lines
    assert "dedup it exited with status 70" in lines


def test_it_fits_a_terminal_of_80_columns_also_while_something_waits() -> None:
    """The longest of every column stays on one line, and the reason has lines of its own."""
    row = Row(
        name="elasticsearch",
        state="restarting",
        detail="Elasticsearch does not answer at 127.0.0.1:9200 (Connection refused)",
        waits_seconds=12,
        pid=7,
        up_seconds=86_399,
        restarts=12,
        memory_bytes=1999 << 20,
        lag_records=1_234_567,
        address="http://127.0.0.1:9200",
        health="http://127.0.0.1:8405",
    )
    lines = shown(row, width=80)
    assert "elasticsearch restarting 23 h 59 min 12 1999 MB 1234567 9200 8405" in lines
    assert lines[-2:] == [
        "elasticsearch Elasticsearch does not answer at 127.0.0.1:9200 (Connection",
        "refused), for 12 s",
    ]


def test_a_reason_without_end_is_cut() -> None:
    """A few lines at most; the JSON has all of it."""
    row = Row(name="dedup", state="restarting", detail="x" * 5000)
    assert len(shown(row, width=80)) < 10
    assert len(json.loads(as_json("/data", [row], ready=False))["processes"][0]["detail"]) == 5000


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min 0 s"), (3600, "1 h 0 min"), (90_061, "1 d 1 h")],
)
def test_durations_have_two_units_at_most(seconds: int, text: str) -> None:
    """The smaller units stop mattering as the time grows."""
    assert duration(seconds) == text


def test_json_has_the_same_on_one_line() -> None:
    """A program gets numbers in base units and the names of the table's columns."""
    text = as_json("/data", ROWS, ready=False)
    assert "\n" not in text
    read = json.loads(text)
    assert (read["home"], read["ready"]) == ("/data", False)
    assert read["processes"][1]["restarts"] == 3
    assert read["processes"][0]["memory_bytes"] == 209_715_200


@pytest.mark.parametrize(("rows", "ready"), [((), False), (ROWS, False), (ROWS[:1], True)])
def test_ready_means_something_and_all_of_it(rows: tuple[Row, ...], ready: bool) -> None:
    """Nothing at all is not ready."""
    assert all_ready(rows) is ready

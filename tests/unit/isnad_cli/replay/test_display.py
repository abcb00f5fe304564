"""What a person sees of a replay: how far, how fast, and what it waits for."""

import io

from rich.console import Console

from isnad.health import Health
from isnad.testing.clock import ManualClock
from isnad_cli.replay.display import Display


def made(*, terminal: bool) -> tuple[Display, ManualClock, Health, io.StringIO]:
    clock, shown = ManualClock(), io.StringIO()
    health = Health(clock)
    health.well("start")
    console = Console(file=shown, force_terminal=terminal, width=200, color_system=None)
    return Display(console, clock, health), clock, health, shown


def test_without_a_terminal_there_is_a_line_now_and_then() -> None:
    """Of what was done before only the place counts, not the rate: 400 in 20 seconds."""
    display, clock, health, shown = made(terminal=False)
    with display.bar("entities", 1000, 100):
        for _ in range(4):
            clock.advance(5)
            display.advance(100)
        health.waiting("kafka", "Kafka does not answer")
        display.extend(500)
        clock.advance(10)
        display.refresh()
    assert shown.getvalue().splitlines() == [
        "entities: 300 of 1,000 records, 20/s",
        "entities: 500 of 1,000 records, 20/s",
        "entities: 500 of 1,500 records, 13/s; waits: Kafka does not answer",
    ]


def test_on_a_terminal_there_is_a_bar() -> None:
    display, clock, health, shown = made(terminal=True)
    with display.bar("index", 1000, 0):
        clock.advance(2)
        display.advance(250)
        health.waiting("elasticsearch", "away\x1b[31m")
        display.refresh()
    assert "250 of 1,000 records  125/s" in shown.getvalue()
    assert "waits: away\\x1b[31m" in shown.getvalue()


def test_between_two_bars_nothing_is_shown() -> None:
    display, clock, _, shown = made(terminal=False)
    with display.bar("one", 10, 0):
        pass
    clock.advance(60)
    display.refresh()
    assert shown.getvalue() == ""

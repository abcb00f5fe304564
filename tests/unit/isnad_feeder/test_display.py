"""What a person sees while the feeder runs."""

import io

from rich.console import Console

from isnad.testing.clock import ManualClock
from isnad_feeder.display import Bar, Lines, Quiet
from isnad_feeder.places import Place, Refusal
from isnad_feeder.tally import Tally


def said(console: Console) -> list[str]:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_lines_come_every_five_seconds_with_the_rate() -> None:
    """300 articles in 6 seconds are 50/s; what follows within 5 seconds is not worth a line."""
    clock, console = ManualClock(), Console(file=io.StringIO(), width=200)
    lines = Lines(console, clock)
    for seconds, accepted in ((1, 40), (6, 300), (8, 400)):
        clock.advance(seconds - clock.monotonic())
        lines.advanced(Tally(accepted=accepted), 0)
    assert said(console) == ["300 accepted, 50/s"]


def test_markup_in_a_name_is_shown_as_it_is() -> None:
    """A file's name or a reason can't colour the terminal or vanish."""
    console = Console(file=io.StringIO(), width=40)
    Lines(console, ManualClock()).refused(Refusal(Place("[red]a[/red].txt"), "binary " * 10))
    assert said(console) == ["refused: [red]a[/red].txt: " + "binary " * 10]


def test_control_sequences_are_shown_and_not_obeyed() -> None:
    """Of a file's name, a field's name, bytes that are no UTF-8: each as an escape, on one line."""
    console = Console(file=io.StringIO(), width=40)
    Lines(console, ManualClock()).refused(Refusal(Place("a\udce9\n.json"), "its fields are \x1b[2J, \x9b31m, \u202eab"))
    assert said(console) == ["refused: a\\udce9\\n.json: its fields are \\x1b[2J, \\x9b31m, \\u202eab"]


def test_quiet_says_only_that_it_waits() -> None:
    """With --json everything else is in the object."""
    console = Console(file=io.StringIO(), width=200)
    quiet = Quiet(console, ManualClock())
    quiet.refused(Refusal(Place("a.txt"), "binary"))
    quiet.waiting("Kafka at 127.0.0.1:1 does not answer", 120)
    quiet.finish()
    assert said(console) == [
        "Kafka at 127.0.0.1:1 does not answer. Waiting for it, up to 120 s (start it with: isnad up)"
    ]


def test_the_bar_shows_the_file_the_count_and_the_rate() -> None:
    """On one line of a narrow terminal, and it is taken away at the end."""
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    bar = Bar(console, ManualClock(), 1000)
    bar.opened("/somewhere/far/away/[b]2018-03.jsonl.gz")
    bar.advanced(Tally(accepted=1234), 500)
    bar.refused(Refusal(Place("a.txt"), "binary"))
    bar.finish()
    shown = "\n".join(said(console))
    assert "[b]2018-03.jsonl.gz" in shown
    assert "1,234 accepted" in shown
    assert "refused: a.txt: binary" in shown

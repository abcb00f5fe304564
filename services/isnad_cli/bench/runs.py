"""Things to be timed in rounds: each once in every round, so that a disturbance of the machine meets all alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from isnad_cli.bench.machine import Timed, Timing, rates

Report = dict[str, Any]


@dataclass(slots=True)
class Run:
    """Something to be timed.

    Attributes:
        label: what the user sees while it runs.
        measure: does it once.
        report: where the articles per second are entered in the end, under `name`.
        rounds: in how many rounds it takes part.
        look: is given what comes out in the first round.
    """

    label: str
    measure: Callable[[], Timed[Any]]
    report: Report
    name: str = "articles_per_second"
    rounds: int = 1
    look: Callable[[Any], None] | None = None
    timings: list[Timing] = field(default_factory=list)


def take_turns(runs: Sequence[Run], articles: int, say: Callable[[str], None]) -> None:
    """Do all runs in their rounds and enter what was measured into their reports."""
    last = max(run.rounds for run in runs)
    for number in range(1, last + 1):
        for run in runs:
            if number > run.rounds:
                continue
            say(f"round {number} of {last}: {run.label}")
            measured = run.measure()
            run.timings.append(measured.timing)
            if number == 1 and run.look is not None:
                run.look(measured.result)
    for run in runs:
        run.report[run.name] = rates(run.timings, articles)

"""What was promised, and whether it was kept."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from isnad.errors import RequestError

Report = dict[str, Any]

LEAST_RIGHT = 0.2
"""A setting of which fewer candidates are right is of no use to anybody: with bands of one row nearly everything is a
candidate."""

_BY = ("cpu", "clock")


@dataclass(frozen=True, slots=True)
class Bar:
    """One promise."""

    what: str
    value: float | None
    must_be: Literal[">=", "<="]
    bar: float

    @property
    def holds(self) -> bool | None:
        """Whether it was kept; None where it could not be measured."""
        if self.value is None:
            return None
        return self.value >= self.bar if self.must_be == ">=" else self.value <= self.bar


def _reports(bars: list[Bar]) -> list[Report]:
    return [{**asdict(bar), "holds": bar.holds} for bar in bars]


class _Bars(msgspec.Struct):
    bars: list[Bar]


def read_bars(path: Path) -> list[Bar]:
    """Return the bars of the report in a file.

    Raises:
        RequestError: it is no report.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Bars).bars
    except (msgspec.DecodeError, UnicodeError) as exc:
        reason = f"{path} is no report: {exc}. Give what `isnad bench dedup` or `isnad bench growth` printed."
        raise RequestError(reason) from exc


def of_comparison(report: Report) -> list[Report]:
    """Return the promises on what is found and how quickly; speeds are compared by CPU time and by the clock."""
    own = _main(report, "isnad")
    half, most = own["scores"]["containment_0.5"], own["scores"]["containment_0.8"]
    stories = report["stories"]
    found = [
        Bar("links: recall of containment >= .5", half["recall"], ">=", 0.995),
        Bar("links: recall of containment >= .8", most["recall"], ">=", 0.9995),
        Bar("links: precision of a stated containment >= .5", half["precision"], ">=", 0.99),
        Bar("links: stated shares that are not exact", own["links_of_inexact_share"], "<=", 0),
        Bar("stories: pairwise precision", stories["pairwise"]["precision"], ">=", 0.95),
        Bar("stories: pairwise recall", stories["pairwise"]["recall"], ">=", 0.92),
        Bar("stories: pairs that nothing joins", stories["unjoined_pairs"], "<=", 0),
    ]
    quick = [bar for by in _BY for bar in _speeds(report, own, by)]
    return _reports(found + quick)


def of_growth(report: Report) -> list[Report]:
    """Return the promises on what an article costs in a full window, against what it costs in a nearly empty one."""
    last, beside = report["points"][-1], report["side_by_side"]
    cost = {
        by: beside["microseconds_per_article"][by]["mean"] / beside["beside_microseconds_per_article"][by]["mean"]
        for by in _BY
    }
    memory, snapshot = last["resident_bytes_per_article"], last["snapshot"]
    points = f"{last['articles']:,} articles"
    stall = max(snapshot["capture_seconds"], snapshot["longest_batch_meanwhile_seconds"] or 0.0)
    longest = last["longest_batch_of_the_fill_seconds"]["cpu"]
    dearer = f"cost at {points} ÷ at {beside['beside_articles']:,}"
    return _reports([
        *(Bar(f"{dearer}, by {by}", round(cost[by], 2), "<=", 1.5) for by in _BY),
        Bar(f"resident bytes of an article at {points}", memory and memory["anonymous"] + memory["file"], "<=", 1536),
        Bar(f"seconds to load {points} and answer", snapshot["load_and_first_answer_seconds"], "<=", 10),
        Bar(f"longest stall of matching while {points} are written, seconds", stall, "<=", 0.2),
        Bar(f"longest batch up to {points}, seconds of CPU", longest, "<=", 0.2),
    ])  # fmt: skip


def _speeds(report: Report, own: Report, by: str) -> list[Bar]:
    """Return the promises on speed, beside rensa where it finds most and where it finds less with fewer wrong ones.

    What isnad has to be held against tokens that are ready is what it does in their place: to normalise, to sketch, to
    match and to verify. What stories and verdicts add is in the line above.
    """
    ours = _rate(own, "articles_per_second", by)
    matching = _rate(own, "articles_per_second_into_matches_alone", by)
    command = _rate(report["offline"], "articles_per_second", by)
    bars: list[Bar] = []
    for rensa in (_finding_most(report, "rensa"), _main(report, "rensa")):
        whole = _rate(rensa, "articles_per_second", by)
        on_tokens = _rate(rensa, "articles_per_second_without_tokenising", by)
        other = f"rensa ({_described(rensa)})"
        bars += [
            Bar(f"isnad ÷ {other}, by {by}", round(ours / whole, 2), ">=", 5),
            Bar(f"isnad ÷ {other} without its tokenising, by {by}", round(ours / on_tokens, 2), ">=", 2),
            Bar(f"isnad's matching ÷ {other} without its tokenising, by {by}", round(matching / on_tokens, 2), ">=", 2),
            Bar(f"the offline command ÷ {other}, by {by}", round(command / whole, 2), ">=", 3),
        ]
    return bars


def _main(report: Report, name: str) -> Report:
    return next(engine for engine in report["engines"] if engine["name"] == name and engine["main"])


def _finding_most(report: Report, name: str) -> Report:
    """Return the setting of the greatest recall among those of which a fifth of the candidates are right."""
    half = {
        place: engine["scores"]["containment_0.5"]
        for place, engine in enumerate(report["engines"])
        if engine["name"] == name
    }
    usable = [place for place, scores in half.items() if (scores["precision"] or 0) >= LEAST_RIGHT] or list(half)
    most: Report = report["engines"][max(usable, key=lambda place: half[place]["recall"] or 0)]
    return most


def _described(engine: Report) -> str:
    half, setting = engine["scores"]["containment_0.5"], engine["setting"]
    return f"{setting['bands']} bands: {half['recall'] or 0:.0%} found, {half['precision'] or 0:.0%} right"


def _rate(report: Report, name: str, by: str) -> float:
    rate: float = report[name][by]["best"]
    return rate

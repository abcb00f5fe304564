"""The picture of what is found against how quickly, from the report of a comparison."""

import math
from pathlib import Path
from typing import Any

import matplotlib as mpl
import msgspec
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from isnad.errors import RequestError

_MEASURE = "containment_0.5"
_COLOURS = {"isnad": "#0b6e4f", "rensa": "#c8553d", "datasketch": "#5b6c9e"}
_SCHEMA_HINT = "Give what `isnad bench dedup` printed."


class _Best(msgspec.Struct):
    best: float


class _Rates(msgspec.Struct):
    cpu: _Best


class _Score(msgspec.Struct):
    recall: float | None
    precision: float | None


class _Engine(msgspec.Struct):
    name: str
    main: bool
    setting: dict[str, Any]
    articles_per_second: _Rates
    scores: dict[str, _Score]
    articles_per_second_without_tokenising: _Rates | None = None


class _Corpus(msgspec.Struct):
    articles: int


class Report(msgspec.Struct):
    """What the picture shows of a report."""

    corpus: _Corpus
    engines: list[_Engine]


def read_report(path: Path) -> Report:
    """Return the report in a file.

    Raises:
        RequestError: it is none.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Report)
    except (msgspec.DecodeError, UnicodeError) as exc:
        raise RequestError(f"{path} is no report of a comparison: {exc}. {_SCHEMA_HINT}") from exc


def draw(report: Report, path: Path) -> None:
    """Draw the report; the file's ending says in which format. The same report always gives the same bytes.

    Raises:
        RequestError: there is nothing to draw, or no picture can be written there, or not in that format.
    """
    if any(engine.scores[_MEASURE].recall is None for engine in report.engines):
        raise RequestError("In the corpus of this report no two texts share half. Measure a larger one.")
    figure = Figure(figsize=(7.2, 4.2), layout="constrained")
    axes = figure.add_subplot()
    for name in dict.fromkeys(engine.name for engine in report.engines):
        _series(axes, name, [engine for engine in report.engines if engine.name == name])
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{rate:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0%}"))
    axes.margins(x=0.12)
    axes.set_ylim(max(0.0, math.floor(10 * axes.get_ylim()[0]) / 10 - 0.1), 1.08)
    axes.set_xlabel("articles per second of CPU time on one core, from the text on (hollow: from ready tokens on)")
    axes.set_ylabel("reprints found")
    axes.set_title(
        f"Pairs that share at least half of the shorter text, among {report.corpus.articles:,} articles",
        loc="left",
        fontsize=10,
    )
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    _save(figure, path)


def _series(axes: Axes, name: str, engines: list[_Engine]) -> None:
    colour = _COLOURS.get(name, "#777777")
    most = max((engine.scores[_MEASURE].recall or 0.0 for engine in engines if engine.main), default=1.0)
    for engine in engines:
        score = engine.scores[_MEASURE]
        assert score.recall is not None  # noqa: S101  see draw
        place = (engine.articles_per_second.cpu.best, score.recall)
        axes.plot(*place, "o", color=colour, markersize=8 if engine.main else 5)
        bands = [f"{engine.setting['bands']} bands"] if "bands" in engine.setting else []
        right = [f"{score.precision:.0%} right"] if score.precision is not None else []
        label = ", ".join(bands + right)
        # What finds still more than the main setting stands just above it.
        offset = (0, 7) if score.recall > most and not engine.main else (0, -15)
        axes.annotate(label, place, offset, textcoords="offset points", ha="center", color=colour, fontsize=7)
        if engine.main:
            axes.annotate(name, place, (0, -28), textcoords="offset points", ha="center", color=colour, weight="bold")
        if engine.articles_per_second_without_tokenising is not None:
            bare = (engine.articles_per_second_without_tokenising.cpu.best, score.recall)
            axes.plot(*bare, "o", color=colour, fillstyle="none", markersize=8 if engine.main else 5, alpha=0.6)


def _save(figure: Figure, path: Path) -> None:
    metadata = {"Date": None} if path.suffix == ".svg" else {}
    try:
        with mpl.rc_context({"svg.hashsalt": "isnad", "svg.fonttype": "none"}):
            figure.savefig(path, dpi=160, metadata=metadata)
    except ValueError as exc:
        raise RequestError(f"{path} can't be drawn: {exc}") from exc
    except OSError as exc:
        raise RequestError(f"{path} can't be written: {exc.strerror}. Name a file in a folder that is there.") from exc

"""Reports as tables in Markdown, as they stand in the documentation (pure)."""

from collections.abc import Iterable, Sequence
from typing import Any

from isnad.errors import RequestError

Report = dict[str, Any]

_COMPARED = (
    "",
    "articles/s of CPU",
    "without tokenising",
    "containment ≥ .5: found",
    "right",
    "containment ≥ .8: found",
    "jaccard ≥ .5: found",
)
_GROWN = (
    "articles in the window",
    "µs of CPU for each",
    "longest batch so far",
    "planted copies found",
    "resident bytes for each: own",
    "of files",
    "bytes on disk",
    "snapshot captured in",
    "written in",
    "loaded, first answer in",
)

_JOINED = ("rule", "an article joins where", "precision", "recall", "in other orders: precision", "recall")
_PARTS = ("alone", "pairs", "precision", "recall", "by half: precision", "recall")
_FAMILIES = (
    "family",
    "articles",
    "stories",
    "the largest",
    "pairs sharing .3 to .5",
    "more",
    "pairs in a story",
    "of them true",
)


def table(report: Report) -> str:
    """Return a report's table: one line for each engine and setting, or for each size of the window.

    That of rules for stories has three: the rules, parts of the corpus, and families of texts.

    Raises:
        RequestError: it is no report of `isnad bench`.
    """
    try:
        if "engines" in report:
            return _markdown(_COMPARED, [row for engine in report["engines"] for row in _engine(engine)])
        if "rules" in report:
            return _stories(report)
        return _markdown(_GROWN, map(_point, report["points"]))
    except (KeyError, TypeError, AttributeError) as exc:
        reason = "This is no report. Give what `isnad bench dedup`, `growth` or `stories` printed."
        raise RequestError(reason) from exc


def _engine(engine: Report) -> list[list[str]]:
    """Return the line of an engine, and one for its matching alone where that was measured."""
    setting = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in engine["setting"].items())
    half, most, alike = (engine["scores"][name] for name in ("containment_0.5", "containment_0.8", "jaccard_0.5"))
    shares = [_share(share) for share in (half["recall"], half["precision"], most["recall"], alike["recall"])]
    ready = engine.get("articles_per_second_without_tokenising")
    row = [
        f"{engine['name']} ({setting})" if setting else engine["name"],
        _best(engine["articles_per_second"]),
        _best(ready) if ready else "",
        *shares,
    ]
    matching = engine.get("articles_per_second_into_matches_alone")
    return [row, [f"{engine['name']}, matches alone", _best(matching), "", *shares]] if matching else [row]


def _best(rates: Report) -> str:
    return f"{rates['cpu']['best']:,.0f}"


def _point(point: Report) -> list[str]:
    memory, snapshot = point["resident_bytes_per_article"] or {}, point["snapshot"]
    return [
        f"{point['articles']:,}",
        f"{point['microseconds_per_article']['cpu']['mean']:,.0f}",
        f"{point['longest_batch_of_the_fill_seconds']['cpu'] * 1000:,.0f} ms",
        _share(point["recall_of_planted"]["all"]),
        f"{memory['anonymous']:,}" if memory else "",
        f"{memory['file']:,}" if memory else "",
        f"{point['disk_bytes_per_article']:,}",
        f"{snapshot['capture_seconds'] * 1000:,.0f} ms",
        f"{snapshot['write_seconds']:,.1f} s",
        f"{snapshot['load_and_first_answer_seconds']:,.1f} s",
    ]


def _stories(report: Report) -> str:
    rules = [_rule(rule) for rule in report["rules"]]
    best = [
        ["in hindsight", f"a false pair costs {one['price']:g} true ones", *_scores(one), "", ""]
        for one in report["hindsight"]
    ]
    (chosen, other) = (report["parts"][name] for name in ("votes", "half"))
    parts = [[part, f"{scores['true']:,}", *_scores(scores), *_scores(other[part])] for part, scores in chosen.items()]
    families = [
        [f"{value:,}" if isinstance(value, int) else value for value in family.values()]
        for family in report["families"]
    ]
    return "\n\n".join(
        (_markdown(_JOINED, rules + best, words=2), _markdown(_PARTS, parts), _markdown(_FAMILIES, families))
    )


def _rule(rule: Report) -> list[str]:
    first, *others = rule["orders"].values()
    name, what = (f"**{rule[key]}**" if rule["chosen"] else rule[key] for key in ("name", "what"))
    ranges = (
        f"{_share(min(one[key] for one in others))} – {_share(max(one[key] for one in others))}"
        for key in ("precision", "recall")
    )
    return [name, what, *_scores(first), *ranges]


def _scores(scores: Report) -> list[str]:
    return [_share(scores["precision"]), _share(scores["recall"])]


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.4f}".lstrip("0")


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """Return a table of which the first columns are words, and the others numbers."""
    lines = [head, ["---"] * words + ["---:"] * (len(head) - words), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

"""Names, wire credits and datelines on the articles that were labelled by hand: a part of `isnad bench entities`."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict

from isnad.text.dateline import find_dateline
from isnad_cli.bench.label_scores import Found, Report, measure
from isnad_cli.bench.labels import LabelledArticle, Text
from isnad_entities.enrich import read, wires
from isnad_entities.names import Names


class Parts(TypedDict):
    """The articles with a look at which the rules were made, and those that were kept for measuring."""

    development: Report
    held: Report


def measure_labelled(
    labels: Sequence[LabelledArticle], texts: Mapping[str, Text], names: Names, done: Callable[[], object]
) -> Parts:
    """Return how far names, credits and datelines agree with the labels; `done` is called after each article."""

    def find(text: Text) -> Found:
        dateline = find_dateline(text.body)
        mentions, credits_ = read(text.title, text.body, dateline, None, names, wires())
        done()
        return Found(mentions, credits_, dateline)

    return Parts(
        development=measure([label for label in labels if not label.held], texts, find),
        held=measure([label for label in labels if label.held], texts, find),
    )

"""A transformers model as isnad runs it, beside a bare loop of ONNX Runtime over the very same batches."""

import statistics
from collections.abc import Callable, Sequence
from typing import TypedDict

from isnad_cli.bench.entity_rates import Text, passages_of, rate
from isnad_cli.bench.machine import Timing, timed
from isnad_entities.pretrained import load

Act = Callable[[], None]


class Rates(TypedDict):
    """What was measured; words are isnad's, the marks between them do not count."""

    model: str
    device: str
    articles: int
    words: int
    subwords: int
    """Of all batches, special ones and filling included."""
    words_per_second: dict[str, float]
    """Text in to names out, by CPU time of all threads and by the clock."""
    bare_words_per_second: dict[str, float]
    """The same batches, made beforehand, through `InferenceSession.run` and nothing else."""
    share_of_bare: dict[str, float]
    """The median over the rounds, in each of which both ran one after the other."""


def measure(
    model: str, articles: Sequence[Text], repeat: int, together: int, threads: int, tick: Callable[[], None]
) -> Rates:
    """Time a model on articles, text in to names out.

    Args:
        model: a folder or a hub id.
        articles: title and body of each.
        repeat: how many rounds.
        together: articles that are tagged in one call.
        threads: of ONNX Runtime.
        tick: called after each of `repeat + 1` rounds, the first of which is not counted.

    Raises:
        SetupError: the model can't be used.
    """
    tagger = load(model, threads=threads)
    parts = [articles[start : start + together] for start in range(0, len(articles), together)]
    prepared = [tagger.prepare(passages_of(part)) for part in parts]
    feeds = [batch.feeds for part in prepared for batch in part.batches]

    def whole() -> None:
        for part in parts:
            tagger.tag(passages_of(part))

    def bare() -> None:
        for given in feeds:
            tagger.graph.run(given)

    rounds: list[dict[Act, Timing]] = []
    for number in range(repeat + 1):
        # Which of them comes first takes turns: what a machine does in the background then falls on both.
        order = (whole, bare) if number % 2 else (bare, whole)
        rounds.append({act: timed(act).timing for act in order})
        tick()
    words = sum(len(passage) for part in parts for passage in passages_of(part))
    return Rates(
        model=model,
        device=tagger.graph.device,
        articles=len(articles),
        words=words,
        subwords=sum(given["input_ids"].size for given in feeds),
        words_per_second=rate(words, [one[whole] for one in rounds[1:]]),
        bare_words_per_second=rate(words, [one[bare] for one in rounds[1:]]),
        share_of_bare={
            "cpu": round(statistics.median(one[bare].cpu_seconds / one[whole].cpu_seconds for one in rounds[1:]), 4),
            "clock": round(
                statistics.median(one[bare].clock_seconds / one[whole].clock_seconds for one in rounds[1:]), 4
            ),
        },
    )

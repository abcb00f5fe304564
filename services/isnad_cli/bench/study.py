"""How good stories get under each rule for joining: on a corpus in several orders, and on parts of it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isnad_cli.bench.corpora import Corpus
from isnad_cli.bench.families import by_family
from isnad_cli.bench.growing import Log, Rule
from isnad_cli.bench.hindsight import best_stories
from isnad_cli.bench.rules import ALTERNATIVES, CHOSEN
from isnad_cli.bench.scores import SHORT, Scores, largest, story_scores
from isnad_cli.bench.truth import Truth, brute_force
from isnad_dedup.matching.events import Arrival

Report = dict[str, Any]

_SHUFFLES_OF_DAYS, _SHUFFLES = 4, 2
_PRICES = (0.5, 0.75, 0.95, 1.1)
_STEPS = ("0.1", "0.2", "0.3", "0.4", "0.45", "0.5", "0.55", "0.6", "0.7", "0.8", "0.9")
_TRUE_FROM = "0.5"
_LEAST_PART = 500
"""A day of fewer articles is no part: a handful of stories would decide."""


def study(corpus: Corpus, say: Callable[[str], None], advance: Callable[[], None]) -> Report:
    """Return everything measured, ready for JSON.

    `say` is told what begins; `advance` is called for each text of the brute force.
    """
    articles = corpus.articles
    say("counting the shared shingles of all pairs")
    truth = brute_force(corpus.texts, advance)
    logs = {}
    for name, order in orders(articles).items():
        say(f"ordering the articles {name}")
        logs[name] = Log(articles, truth, order)
    rules = []
    for alternative in ALTERNATIVES:
        say(f"rule: {alternative.name}")
        in_order = {name: story_scores(truth, log.stories(alternative.rule)) for name, log in logs.items()}
        rules.append({
            "name": alternative.name,
            "what": alternative.what,
            "chosen": alternative is CHOSEN,
            "orders": in_order,
        })  # fmt: skip
    say("looking for the best stories in hindsight")
    hindsight = [{"price": price, **story_scores(truth, best_stories(truth, price))} for price in _PRICES]
    say("measuring parts of the corpus")
    stories = next(iter(logs.values())).stories(CHOSEN.rule)
    return {
        "articles": len(articles),
        "rules": rules,
        "hindsight": hindsight,
        "chosen": {
            "without_short_texts": story_scores(truth, stories, SHORT),
            "largest": [len(members) for members in largest([one.id for one in articles], stories).values()],
            **errors(truth, stories),
        },
        "parts": {
            alternative.name: {
                name: part_scores(articles, truth, part, alternative.rule) for name, part in parts(articles).items()
            }
            for alternative in ALTERNATIVES
            if alternative is CHOSEN or alternative.name == "half"
        },
        "families": by_family(articles, truth, stories),
    }


def errors(truth: Truth, stories: Sequence[str]) -> Report:
    """Return by containment how many pairs of one story are false, and how many true ones are missed.

    Each number counts the pairs from its containment up to the next one's.
    """
    numbers = np.unique(np.asarray(stories), return_inverse=True)[1]
    members = np.bincount(numbers[truth.sizes > 0])
    together = numbers[truth.later] == numbers[truth.earlier]
    within, across = (_by_step(truth.containment[side]) for side in (together, ~together))
    nothing_shared = int((members * (members - 1) // 2).sum() - together.sum())
    return {
        "false_pairs": {"0": nothing_shared, **{step: within[step] for step in within if step < _TRUE_FROM}},
        "missed_pairs": {step: across[step] for step in across if step >= _TRUE_FROM},
    }


def _by_step(containments: NDArray[np.float64]) -> dict[str, int]:
    counts = np.histogram(containments, [*map(float, _STEPS), np.inf])[0]
    return dict(zip(_STEPS, counts.tolist(), strict=True))


def orders(articles: Sequence[Arrival]) -> dict[str, list[int]]:
    """Return the articles' places in several orders: as they stand, by time, shuffled within days, and shuffled."""
    places = range(len(articles))
    found = {"as given": list(places), "by time": sorted(places, key=lambda place: articles[place].published_at)}
    for seed in range(_SHUFFLES_OF_DAYS):
        chance = _shuffled(len(articles), seed)
        found[f"shuffled within days, {seed + 1}"] = sorted(
            places, key=lambda place: (articles[place].published_at.date(), chance[place])
        )
    for seed in range(_SHUFFLES):
        found[f"shuffled, {seed + 1}"] = _shuffled(len(articles), _SHUFFLES_OF_DAYS + seed)
    return found


def parts(articles: Sequence[Arrival]) -> dict[str, list[int]]:
    """Return the places of the articles of each day of publication, and of each half of the outlets."""
    days: defaultdict[str, list[int]] = defaultdict(list)
    for place, article in enumerate(articles):
        days[f"{article.published_at:%Y-%m-%d}"].append(place)
    found = {day: places for day, places in sorted(days.items()) if len(places) >= _LEAST_PART}
    outlets = sorted({article.source for article in articles})
    if len(outlets) > 1:
        for half, name in enumerate(("first, third … outlet", "second, fourth … outlet")):
            chosen = set(outlets[half::2])
            found[name] = [place for place, article in enumerate(articles) if article.source in chosen]
    return found


def part_scores(articles: Sequence[Arrival], truth: Truth, part: Sequence[int], rule: Rule) -> Scores:
    """Return how good stories get where a part of the articles is the whole log."""
    among = np.zeros(len(articles), np.bool_)
    among[part] = True
    both = among[truth.later] & among[truth.earlier]
    of_part = Truth(
        np.where(among, truth.sizes, 0), truth.later[both], truth.earlier[both], truth.shared[both]
    )  # a text of no shingles counts nowhere
    return story_scores(of_part, Log(articles, of_part, part).stories(rule))


def _shuffled(count: int, seed: int) -> list[int]:
    places = list(range(count))
    Random(seed).shuffle(places)  # noqa: S311  no secret
    return places

"""Stories as they grow under a rule, on exact shares: nothing but the rule makes the difference."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from isnad.similarity.index import LEAST_SHARE
from isnad.similarity.joining import COMPARED_MEMBERS, Candidate
from isnad.similarity.matches import Match
from isnad.similarity.stories import SHORT
from isnad.text.words import words
from isnad_cli.bench.truth import Truth
from isnad_dedup.matching.events import Arrival

Rule = Callable[[Sequence[Candidate]], Candidate | None]
"""Returns the story that an article joins, or None; see `isnad.similarity.joining.choose`. A candidate's `story` is the
place of the article that opened it, as `Match.number` is that of the article matched."""


class Log:
    """Articles one after the other, each with what it shares with those before it."""

    def __init__(self, articles: Sequence[Arrival], truth: Truth, order: Sequence[int]) -> None:
        """Put articles in some order, or some of them.

        Args:
            articles: all of a corpus.
            truth: what they share.
            order: their places in the corpus, each at most once.
        """
        self._order = order
        self._articles = len(articles)
        self._sizes = truth.sizes.tolist()
        self._matches = _matches(articles, truth, order)
        self._twins = _twins(articles, self._sizes, order)

    def stories(self, rule: Rule) -> list[str]:
        """Return the story of every article of the corpus; one that is not in this log has one of its own."""
        story_of = list(range(self._articles))
        members: defaultdict[int, list[int]] = defaultdict(list)
        for article in self._order:
            if self._sizes[article] < SHORT:
                story_of[article] = story_of[self._twins.get(article, article)]
                continue
            matches = self._matches[article]
            chosen = rule(_candidates(matches, story_of, members)) if matches else None
            if chosen is not None:
                story_of[article] = chosen.story
            members[story_of[article]].append(article)
        return [str(story) for story in story_of]


def _candidates(matches: Sequence[Match], story_of: list[int], members: dict[int, list[int]]) -> list[Candidate]:
    candidates: dict[int, Candidate] = {}
    for match in matches:
        story = story_of[match.number]
        newest = members[story][-COMPARED_MEMBERS:]
        if story not in candidates:
            candidates[story] = Candidate(story, len(newest), [], [])
        (candidates[story].matches if match.number in newest else candidates[story].older).append(match)
    return list(candidates.values())


def _matches(articles: Sequence[Arrival], truth: Truth, order: Sequence[int]) -> defaultdict[int, list[Match]]:
    """Return what the index would find for each article: those before it that share enough, best first."""
    found: defaultdict[int, list[Match]] = defaultdict(list)
    sizes = truth.sizes.tolist()
    turn = {article: number for number, article in enumerate(order)}
    enough = truth.containment >= LEAST_SHARE
    pairs = zip(
        truth.later[enough].tolist(), truth.earlier[enough].tolist(), truth.shared[enough].tolist(), strict=True
    )
    for one, other, shared in pairs:
        if one in turn and other in turn and sizes[one] >= SHORT and sizes[other] >= SHORT:
            newer, older = (one, other) if turn[one] > turn[other] else (other, one)
            found[newer].append(Match(older, articles[older].id, shared, sizes[newer], sizes[older]))
    for matches in found.values():
        matches.sort(key=lambda match: (-match.containment, -match.jaccard, turn[match.number]))
    return found


def _twins(articles: Sequence[Arrival], sizes: Sequence[int], order: Sequence[int]) -> dict[int, int]:
    """Return for each short text the first one of the same words under a title of the same words."""
    first: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
    twins: dict[int, int] = {}
    for number in order:
        if sizes[number] < SHORT:
            text = tuple(words(articles[number].body)), tuple(words(articles[number].title))
            if text[0]:
                twins[number] = first.setdefault(text, number)
    return twins

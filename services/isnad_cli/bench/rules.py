"""Rules by which an article could join a story: the one that is used, and what was tried beside it (pure)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from isnad.similarity.joining import AGAINST, JOINING_SHARE, NEAREST, Candidate, choose
from isnad.similarity.matches import Match
from isnad_cli.bench.growing import Rule


@dataclass(frozen=True, slots=True)
class Alternative:
    """A rule that can be compared with others.

    Attributes:
        name: short, for tables.
        what: how an article chooses, in a line.
        rule: the rule itself.
    """

    name: str
    what: str
    rule: Rule


class Standing:
    """What is known of a story when an article comes that matches one of its members at least."""

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self.members = candidate.members
        self.matching = [match for match in candidate.matches if match.containment >= JOINING_SHARE]
        """Members of which half stands in the article, or the other way round; best first."""

    @property
    def others(self) -> int:
        """Members that don't match."""
        return self.members - len(self.matching)

    @property
    def share(self) -> float:
        """Of the members that match."""
        return len(self.matching) / self.members

    @property
    def containments(self) -> float:
        """Sum over the members that match."""
        return sum(match.containment for match in self.matching)

    @property
    def jaccards(self) -> float:
        """Sum over the members that match."""
        return sum(match.jaccard for match in self.matching)

    @property
    def nearest(self) -> float:
        """The greatest jaccard among the members that match."""
        return max(match.jaccard for match in self.matching)

    @property
    def mean(self) -> float:
        """Mean containment over all members; what is below the index's least share counts 0."""
        return sum(match.containment for match in self.candidate.matches) / self.members

    def that(self, condition: Callable[[Match], bool]) -> float:
        """Return the share of the members that match and meet a condition."""
        return sum(map(condition, self.matching)) / self.members


def rule(condition: Callable[[Standing], bool], value: Callable[[Standing], float]) -> Rule:
    """Return the rule to join, of the stories that meet a condition, the one of the greatest value."""

    def chosen(candidates: Sequence[Candidate]) -> Candidate | None:
        standings = [standing for standing in map(Standing, candidates) if standing.matching and condition(standing)]
        # Of equals the first, which is that of the best match.
        return max(standings, key=value).candidate if standings else None

    return chosen


def surplus(value: Callable[[Standing], float]) -> Rule:
    """Return the rule to join the story of the greatest value, if that is not below 0."""
    return rule(lambda standing: value(standing) >= 0, value)


def votes(against: float, nearest: float) -> Rule:
    """Return the rule that is used, with other weights."""
    return surplus(lambda standing: len(standing.matching) + nearest * standing.nearest - against * standing.others)


def _half(standing: Standing) -> bool:
    return standing.share >= 0.5


def _half_and_near(least: float) -> Rule:
    return rule(
        lambda standing: standing.share > 0.5 or (_half(standing) and standing.nearest >= least),
        lambda standing: standing.containments,
    )


def _credit(each: float, of_jaccard: float, of_mean: float = 0) -> Rule:
    return surplus(
        lambda standing: (
            each * len(standing.matching)
            + of_jaccard * standing.jaccards
            + of_mean * standing.jaccards / standing.members
            - standing.others
        )
    )


def _near_misses(standing: Standing) -> float:
    near = len(standing.candidate.matches) - len(standing.matching)
    return len(standing.matching) - (standing.others - near) - near / 2


def _opening_one(standing: Standing) -> bool:
    return any(match.number == standing.candidate.story for match in standing.matching)


CHOSEN = Alternative(
    "votes",
    f"those that match + {NEAREST:g} × the greatest jaccard ≥ {AGAINST:g} × the others; the greatest surplus",
    choose,
)

ALTERNATIVES = (
    Alternative(
        "nearest by containment",
        "the story of the greatest containment, whatever its other members",
        rule(lambda _: True, lambda standing: standing.matching[0].containment),
    ),
    Alternative(
        "nearest by jaccard",
        "the story of the greatest jaccard, whatever its other members",
        rule(lambda _: True, lambda standing: standing.nearest),
    ),
    Alternative(
        "a third",
        "a third of the members match; of several the greatest sum of containments, as in what follows",
        rule(lambda standing: 3 * len(standing.matching) >= standing.members, lambda standing: standing.containments),
    ),
    Alternative("half", "half of the members match", rule(_half, lambda standing: standing.containments)),
    Alternative(
        "half, by share",
        "half of the members match; of several the greatest share of members",
        rule(_half, lambda standing: standing.share),
    ),
    Alternative(
        "60%",
        "60% of the members match",
        rule(lambda standing: standing.share >= 0.6, lambda standing: standing.containments),
    ),
    Alternative(
        "half of two, 60% of more",
        "a larger story asks for more",
        rule(
            lambda standing: standing.share >= (0.5 if standing.members <= 2 else 0.6),
            lambda standing: standing.containments,
        ),
    ),
    Alternative(
        "mean .45",
        "the mean containment over all members is .45",
        rule(lambda standing: standing.mean >= 0.45, lambda standing: standing.mean),
    ),
    Alternative(
        "half, near misses count half",
        "those that match ≥ the others, of which those that share .3 to .5 count half; of several the greatest surplus",
        surplus(_near_misses),
    ),
    Alternative(
        "half contain it",
        "in half of the members half of the article stands: what a round-up holds of a story does not count",
        rule(
            lambda standing: standing.that(lambda match: match.contained >= JOINING_SHARE) >= 0.5,
            lambda standing: standing.containments,
        ),
    ),
    Alternative(
        "half, the first among them",
        "half of the members match, and the article that opened the story is one of them",
        rule(lambda standing: _half(standing) and _opening_one(standing), lambda standing: standing.containments),
    ),
    Alternative(
        "half are alike",
        "half of the members match with a jaccard of .3",
        rule(
            lambda standing: standing.that(lambda match: match.jaccard >= 0.3) >= 0.5,
            lambda standing: standing.containments,
        ),
    ),
    Alternative("half, near .2", "half match; where it is just half, one has a jaccard of .2", _half_and_near(0.2)),
    Alternative("half, near .3", "half match; where it is just half, one has a jaccard of .3", _half_and_near(0.3)),
    Alternative("half, near .4", "half match; where it is just half, one has a jaccard of .4", _half_and_near(0.4)),
    Alternative(
        "credit .9 + .5 j",
        "each that matches counts .9 + .5 × jaccard, each other one -1; the greatest sum",
        _credit(0.9, 0.5),
    ),
    Alternative(
        "credit .6 + 1.5 j",
        "each that matches counts .6 + 1.5 × jaccard, each other one -1; the greatest sum",
        _credit(0.6, 1.5),
    ),
    Alternative(
        "credit, fitted",
        "each that matches counts .77 + .59 × jaccard, and .56 × the mean jaccard over all members",
        _credit(0.77, 0.59, 0.56),
    ),
    Alternative("votes 1, 1.5", "as the one that is used, with other weights", votes(1, 1.5)),
    Alternative("votes 1.2, 1", "as the one that is used, with other weights", votes(1.2, 1)),
    Alternative("votes 1.3, 2", "as the one that is used, with other weights", votes(1.3, 2)),
    CHOSEN,
)
"""In the order of the table; the index finds nothing below a containment of .3, so none of them knows of it."""

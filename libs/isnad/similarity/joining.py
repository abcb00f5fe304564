"""Which story an article joins, and as what: one rule, a function of what it matches alone (pure).

An article joins a story when it matches the story as a whole, not just its nearest member: a round-up shares a
paragraph with each of five reports that have nothing to do with each other. So all members have a say: those that match
speak for it, the others against it, and what is nearly the same text as one member needs fewer of the others. The rule,
the alternatives and what each gives on real articles: docs/dedup.md, `isnad bench stories`.
"""

import math
from collections.abc import Sequence

import msgspec

from isnad.messages import Relation
from isnad.similarity.matches import Match

JOINING_SHARE = 0.5
"""A member matches when so much of the shorter of the two texts is shared."""

AGAINST = 1.25
"""A member that does not match speaks against joining by so much; one that matches speaks for it by 1. With less,
reports chain through their common set phrases; with more, the second copy of a shortened report no longer finds its
story."""

NEAREST = 1.5
"""The greatest jaccard among the matching members, times this, speaks for joining too. So one of two members is enough
from a jaccard of 1/6 on, two of four from 1/3, three of six from 1/2: the fewer members there are, the less is known of
what the story is about."""

COPY_JACCARD = 0.8
"""From here on a text is a copy: what differs is a headline's worth of words, not a paragraph."""

COMPARED_MEMBERS = 32
"""A story is as its newest members are: so many are counted, which bounds the cost of a very large one. Not more than
`MOST_POSTINGS` of the index: a member that it does not look at can't match, and would speak against each further
copy."""


class Candidate(msgspec.Struct):
    """A story that an article may join. Members with short texts are not among those that are counted or matched."""

    story: int
    """Its place in the caller's table."""
    members: int
    """How many of its newest `COMPARED_MEMBERS` members are still in the window; 0 where only older ones are."""
    matches: list[Match] = []
    """With those members, best first."""
    older: list[Match] = []
    """With members before those, best first."""


def choose(candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the story that an article joins, or None where it opens one of its own.

    It is the one for which most speaks, and none against which more speaks. A story of one member is joined by whatever
    matches it.

    Args:
        candidates: every story of which a member matches the article, that of the best match first.
    """
    supports = [support(candidate) for candidate in candidates]
    most = max(supports, default=-math.inf)
    # Of equals the first, which is that of the best match.
    return candidates[supports.index(most)] if most >= 0 else None


def support(candidate: Candidate) -> float:
    """Return how much more speaks for joining a story than against it; minus infinity where no member matches."""
    matching = [match.jaccard for match in candidate.matches if match.containment >= JOINING_SHARE]
    if not matching:
        return -math.inf
    return len(matching) + NEAREST * max(matching) - AGAINST * (candidate.members - len(matching))


def relation(candidate: Candidate) -> Relation:
    """Return what an article is in the story that it joins: a copy of one of its members, or a part reused."""
    matches = (*candidate.matches, *candidate.older)
    return "copy" if any(match.jaccard >= COPY_JACCARD for match in matches) else "partial"

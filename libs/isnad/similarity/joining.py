"""Which story an article joins, and as what: one rule, a function of what it matches alone (pure).

An article joins a story when it matches the story as a whole: at least half of its members. The nearest member alone
does not decide, because a round-up shares a paragraph with each of five reports that have nothing to do with each
other.
"""

from collections.abc import Sequence

import msgspec

from isnad.messages import Relation
from isnad.similarity.index import Match

JOINING_SHARE = 0.5
"""A member matches when so much of the shorter of the two texts is shared."""

JOINING_MEMBERS = 0.5
"""So many of a story's members must match. With a third, reports chain through their common set phrases; with more than
half, the second copy of a shortened report no longer finds its story."""

COPY_JACCARD = 0.8
"""From here on a text is a copy: what differs is a headline's worth of words, not a paragraph."""

COMPARED_MEMBERS = 64
"""A story is as its newest members are: so many are counted, which bounds the cost of a very large one."""


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

    Args:
        candidates: every story of which a member matches the article, that of the best match first.
    """
    best, most = None, 0.0
    for candidate in candidates:
        counted = [match.containment for match in candidate.matches if match.containment >= JOINING_SHARE]
        # Of equals the first, which is that of the best match.
        if counted and len(counted) >= JOINING_MEMBERS * candidate.members and sum(counted) > most:
            best, most = candidate, sum(counted)
    return best


def relation(candidate: Candidate) -> Relation:
    """Return what an article is in the story that it joins: a copy of one of its members, or a part reused."""
    matches = (*candidate.matches, *candidate.older)
    return "copy" if any(match.jaccard >= COPY_JACCARD for match in matches) else "partial"

"""Brief texts: where two bodies are a few sentences at most, their titles have a say too (pure).

Thirty words may be all that a page has: an advertisement, «follow us on …», a notice that the text is for subscribers.
They are the same under many articles, which would become one story. A report of that length that two outlets print has
much the same words above it, too. What that costs and gives on real articles: docs/dedup.md.
"""

from collections.abc import Callable, Sequence

from isnad.similarity.joining import JOINING_SHARE
from isnad.similarity.matches import Match
from isnad.text.words import words

BRIEF = 50
"""Texts of fewer distinct shingles (about 54 words)."""

ALIKE = 0.3
"""So much of the words of the shorter title stands in the other, where two brief texts are one report."""


def of_one_report(title: str, matches: Sequence[Match], title_of: Callable[[int], str]) -> list[Match]:
    """Return the matches by which an article may join a story.

    Left out is what shares enough for it, where both texts are brief and the titles are not alike. A title without
    words says nothing, and is like any other.

    Args:
        title: the article's.
        matches: what its text shares with earlier ones.
        title_of: returns the title of an earlier article by the number of its entry.
    """
    return [match for match in matches if not _is_brief(match) or _are_alike(title, title_of(match.number))]


def _is_brief(match: Match) -> bool:
    return max(match.size, match.other_size) < BRIEF and match.containment >= JOINING_SHARE


def _are_alike(one: str, other: str) -> bool:
    a, b = set(words(one)), set(words(other))
    return len(a & b) >= ALIKE * min(len(a), len(b))

"""How much text is tagged at once (pure)."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

_WORDS_AT_ONCE = 8_000
"""Words of articles that are tagged at once: some seconds for a large model on one core."""

T = TypeVar("T")


def stretches(
    articles: Iterable[T], size: Callable[[T], int], words_at_once: int = _WORDS_AT_ONCE
) -> Iterator[list[T]]:
    """Group what is tagged at once: so much that a tagger's batches are full, and no more than it does in seconds.

    A stretch ends with the article that fills it, so it has at most that one's words more. Articles without words
    count as one each: no stretch is endless.

    Args:
        articles: taken from only as far as the next stretch needs.
        size: gives the words of one.
        words_at_once: words from which on a stretch is full.
    """
    stretch: list[T] = []
    words = 0
    for article in articles:
        stretch.append(article)
        words += max(1, size(article))
        if words >= words_at_once:
            yield stretch
            stretch, words = [], 0
    if stretch:
        yield stretch

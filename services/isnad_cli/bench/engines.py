"""What fills a window while it is measured: the whole dedup, or the bare index."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from isnad.similarity.index import NearDuplicateIndex
from isnad.similarity.matches import Taken
from isnad.similarity.snapshot import Captured, Opened
from isnad_dedup.matching.events import Answer, Arrival
from isnad_dedup.matching.matcher import Matcher

T = TypeVar("T")


class Engine(Protocol[T]):
    """A window that fills."""

    def take(self, articles: Sequence[Arrival]) -> list[T]:
        """Take the next articles of the log; only this is timed."""
        ...

    def linked(self, taken: T) -> dict[str, float]:
        """Return the articles that one is linked with, and how much of the shorter text is shared."""
        ...

    def capture(self) -> Captured:
        """Return the state, to be written."""
        ...

    def restore(self, opened: Opened) -> None:
        """Go on from a state that was written."""
        ...

    def close(self) -> None:
        """Delete its files."""
        ...


class WholeDedup(Matcher):
    """From texts to verdicts, as the offline command does it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(evidence=False, events=False, folder=folder)

    def take(self, articles: Sequence[Arrival]) -> list[Answer]:
        """See `Engine`."""
        return self.answer_all(articles)

    def linked(self, taken: Answer) -> dict[str, float]:
        """See `Engine`."""
        return {link.id: max(link.contained, link.contains) for link in taken.verdict.links}


class BareIndex(NearDuplicateIndex):
    """From texts to matches: neither stories nor verdicts, and nothing is remembered of an answer."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder=folder)

    def take(self, articles: Sequence[Arrival]) -> list[Taken]:
        """See `Engine`."""
        taken: list[Taken] = []
        while len(taken) < len(articles):
            coming = articles[len(taken) :]
            self.advance(coming[0].appended_at)
            taken += self.extend([(article.id, article.body) for article in coming])
        return taken

    def linked(self, taken: Taken) -> dict[str, float]:
        """See `Engine`."""
        return {match.key: match.containment for match in taken.matches}

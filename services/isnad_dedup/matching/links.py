"""The links of an article to the earlier ones that it shares words with, each with its evidence (pure)."""

from collections.abc import Callable, Sequence

from isnad.messages import Link, Span
from isnad.similarity.evidence import Passages
from isnad.similarity.matches import Match
from isnad.similarity.shingles import placed
from isnad_dedup.matching.window_index import Index


class Linking:
    """Makes links; without `evidence` they have no passages, which is quicker."""

    def __init__(self, index: Index, story_of: Callable[[int], str], *, evidence: bool) -> None:
        self._index = index
        self._story_of = story_of
        self._evidence = evidence

    def links(self, body: str, matches: Sequence[Match]) -> tuple[Link, ...]:
        """Return a link for each match, in their order."""
        if not matches:
            return ()
        spans = self._spans(body)
        return tuple(
            Link(
                id=match.key,
                story_id=self._story_of(match.number),
                jaccard=match.jaccard,
                contained=match.contained,
                contains=match.contains,
                shared=match.shared,
                passages=spans(match.number),
            )
            for match in matches
        )

    def with_twin(
        self, links: tuple[Link, ...], twin: int, story_id: str, body: str, shingles: int
    ) -> tuple[Link, ...]:
        """Add the earlier article of the same short text where it is not among the links.

        A text of fewer than five words has no shingle to share, and a very common one finds only the newest.
        """
        key = self._index.key(twin)
        if any(link.id == key for link in links):
            return links
        passages = self._spans(body)(twin) if shingles else ()
        whole = Link(
            id=key,
            story_id=story_id,
            jaccard=1.0,
            contained=1.0,
            contains=1.0,
            shared=shingles,
            passages=passages,
        )
        return (*links, whole)

    def _spans(self, body: str) -> Callable[[int], tuple[Span, ...]]:
        if not self._evidence:
            return _no_spans
        own = Passages(placed(body))
        return lambda other: own.shared_with(self._index.hashes(other))


def _no_spans(_: int) -> tuple[Span, ...]:
    return ()

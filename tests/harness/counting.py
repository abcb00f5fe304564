"""The count that decides: each id that went in is in exactly one place (pure)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Count:
    """Where the articles are.

    Attributes:
        injected: how many different ids went in.
        indexed: how many of them stand in Elasticsearch.
        dead: how many are dead letters.
        refused: how many the API or the feeder refused with an error.
        lost: ids that are nowhere.
        doubled: ids that stand twice in Elasticsearch or in more than one place.
        strange: ids that stand somewhere and never went in.
    """

    injected: int
    indexed: int
    dead: int
    refused: int
    lost: tuple[str, ...] = field(default=())
    doubled: tuple[str, ...] = field(default=())
    strange: tuple[str, ...] = field(default=())

    @property
    def agrees(self) -> bool:
        """Whether the sums agree."""
        return not (self.lost or self.doubled or self.strange)


def count(injected: Iterable[str], indexed: Iterable[str], dead: Iterable[str], refused: Iterable[str] = ()) -> Count:
    """Count.

    Args:
        injected: the ids that went in; one that was sent twice is still one article.
        indexed: the id of each document in Elasticsearch, so often as it stands there.
        dead: the id of each record among the dead letters.
        refused: ids that were refused with an error.
    """
    given = set(injected)
    documents = Counter(indexed)
    places = (set(documents), set(dead), set(refused))
    everywhere = Counter(id_ for place in places for id_ in place)
    return Count(
        injected=len(given),
        indexed=len(given & places[0]),
        dead=len(given & places[1]),
        refused=len(given & places[2]),
        lost=tuple(sorted(given - everywhere.keys())),
        doubled=tuple(sorted({id_ for counts in (documents, everywhere) for id_, n in counts.items() if n > 1})),
        strange=tuple(sorted(everywhere.keys() - given)),
    )

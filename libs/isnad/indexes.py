"""Names of the indexes in Elasticsearch, as `topics.py` has those of the topics (pure)."""

import re
from dataclasses import dataclass
from datetime import datetime

from isnad.clock import in_utc
from isnad.errors import SetupError

_PREFIX = re.compile(r"[a-z][a-z0-9_-]{0,60}(-g[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Indexes:
    """Names under one prefix, so that several chains can share one Elasticsearch."""

    prefix: str = "isnad"

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.prefix):
            raise SetupError(
                f"ISNAD_INDEX_PREFIX={self.prefix!r} can't begin the name of an index. "
                "Take a lower-case letter, then lower-case letters, digits, - or _, at most 61 in all."
            )

    @property
    def articles(self) -> str:
        """The alias over all months: what searches ask."""
        return f"{self.prefix}-articles"

    def articles_of(self, published_at: datetime) -> str:
        """The index that an article published then stands in: one for each month (UTC)."""
        moment = in_utc(published_at)
        return f"{self.articles}-{moment.year:04d}.{moment.month:02d}"

    @property
    def stories(self) -> str:
        """The index of the stories."""
        return f"{self.prefix}-stories"

    @property
    def takedowns(self) -> str:
        """The index of what was taken down: which ids, since when."""
        return f"{self.prefix}-takedowns"

    @property
    def entities(self) -> str:
        """The index of the entities: who and what the articles name, and how often."""
        return f"{self.prefix}-entities"

    @property
    def recounts(self) -> str:
        """The index of what is to be counted again, for whoever comes after a worker that died."""
        return f"{self.prefix}-recounts"

    @property
    def families(self) -> tuple[str, ...]:
        """All names that readers ask by; whatever else there is stands behind one of them."""
        # What keeps documents out comes before them.
        return (self.takedowns, self.articles, self.stories, self.entities, self.recounts)

    def generation(self, number: int) -> "Indexes":
        """Return the names of indexes that are made beside these, to take their place when they are complete.

        An index `isnad-g2-articles-2018.02` is then called `isnad-articles-2018.02` too, by an alias.
        """
        return Indexes(f"{self.prefix}-g{number}")

    def number_of(self, index: str) -> int:
        """Return the number of the generation that an index was made in; 0 where it was made under its own name."""
        found = re.match(rf"{re.escape(self.prefix)}-g(\d+)-", index)
        return int(found[1]) if found else 0

    def renamed(self, index: str, other: "Indexes") -> str:
        """Return what an index, or an alias, of this prefix is called under another one."""
        return other.prefix + index.removeprefix(self.prefix)

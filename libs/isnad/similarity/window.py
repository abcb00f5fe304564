"""The window: which articles of the log are still compared with (pure).

The window moves by whole segments. A segment is a stretch of the log; a new one begins when the calendar of segments
turns (by the articles' append times, UTC) or when the last one is full. Both are a function of the log alone, so two
readers of the same log drop the same articles at the same place, in whatever batches they read it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

WINDOW_DAYS = 30
WINDOW_ARTICLES = 1_000_000

_SECONDS_PER_DAY = 86_400
_SEGMENTS = 6
"""A window's days and articles are cut into about so many segments: fewer are quicker to search, more drop less at
once."""


@dataclass(frozen=True, slots=True)
class Window:
    """How far back an article is compared: the last `days` days and the last `articles` articles, whichever is less.

    Each text counts as an article, a former version of one too. Never less is kept, but more, because only whole
    segments are dropped: what is less than `segment_days` days older than that; and of articles one segment more where
    the count alone ends segments, almost two where days end some of them (fewer than `articles` + 2 x
    `segment_articles` in all).
    """

    days: int = WINDOW_DAYS
    articles: int = WINDOW_ARTICLES

    def __post_init__(self) -> None:
        if self.days < 1 or self.articles < 1:
            raise ValueError("a window holds at least one day and one article")

    @property
    def segment_days(self) -> int:
        """Days in a segment."""
        return -(-self.days // _SEGMENTS)

    @property
    def segment_articles(self) -> int:
        """Articles after which a segment is full."""
        return -(-self.articles // _SEGMENTS)

    def day(self, moment: datetime) -> int:
        """Return the number of a moment's UTC day since 1970.

        Raises:
            ValueError: the moment has no time zone, so that the day would depend on the machine.
        """
        if moment.tzinfo is None:
            raise ValueError("a moment of the log has a time zone")
        return int(moment.astimezone(UTC).timestamp() // _SECONDS_PER_DAY)

    def calendar(self, day: int) -> int:
        """Return which segment of the calendar a day belongs to."""
        return day // self.segment_days

    def is_over(self, calendar: int, day: int) -> bool:
        """Return whether all days of a segment of the calendar are out of the window when it is `day`."""
        return (calendar + 1) * self.segment_days <= day - self.days

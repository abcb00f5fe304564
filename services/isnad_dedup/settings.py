"""What dedup is told by its environment."""

from dataclasses import dataclass

from isnad.settings import StageSettings
from isnad.similarity.window import WINDOW_ARTICLES, WINDOW_DAYS


@dataclass(frozen=True, kw_only=True, slots=True)
class DedupSettings(StageSettings):
    """Settings of dedup.

    Another window means other answers: it takes hold at the next start, when the log is read anew.
    """

    window_days: int = WINDOW_DAYS
    """Articles are compared with those that came in during the last so many days."""
    window_articles: int = WINDOW_ARTICLES
    """And with at most about so many; each takes about 12 KB of memory."""

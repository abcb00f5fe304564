"""What dedup is told by its environment."""

from dataclasses import dataclass
from pathlib import Path

from isnad.errors import SetupError
from isnad.settings import CountOrNone, Seconds, StageSettings
from isnad.similarity.window import WINDOW_ARTICLES, WINDOW_DAYS, Window


@dataclass(frozen=True, kw_only=True, slots=True)
class DedupSettings(StageSettings):
    """Settings of dedup.

    Another window means other answers: it takes hold at the next start, when the log is read anew.
    """

    window_days: int = WINDOW_DAYS
    """Articles are compared with those that came in during the last so many days."""
    window_articles: int = WINDOW_ARTICLES
    """And with at most about so many; each takes about 1.5 KB of memory."""
    state_folder: str = ""
    """Folder on a local disk for snapshots and working files, about 5 KB for each article in the window. Without one
    nothing is kept: the working files are temporary, and each start reads the whole log."""
    snapshot_seconds: Seconds = 300.0
    """So much time is between two snapshots of the state."""
    snapshot_records: CountOrNone = 1000
    """And so many new records at least: fewer are read again sooner than a snapshot is written."""

    @property
    def window(self) -> Window:
        """How far back articles are compared.

        Raises:
            SetupError: that is no window.
        """
        try:
            return Window(days=self.window_days, articles=self.window_articles)
        except ValueError as exc:
            raise SetupError(f"{str(exc).capitalize()}. Correct ISNAD_WINDOW_DAYS or ISNAD_WINDOW_ARTICLES.") from exc

    @property
    def state(self) -> Path | None:
        """The state folder, None without one."""
        return Path(self.state_folder) if self.state_folder else None

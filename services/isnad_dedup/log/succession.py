"""The positions of the log's records, each with a greater version than the one before (pure)."""

from datetime import datetime, timedelta

from isnad.messages import LogPosition

_MILLISECOND = timedelta(milliseconds=1)


class Succession:
    """What stands later in the log has the greater version, whatever the brokers' clocks say.

    By versions Elasticsearch tells a correction from what it corrects, and a takedown from what it takes down. They
    begin with the append time, and that goes back where a broker's clock is set back, or another broker leads whose
    clock is behind. Such a record counts as of a moment after the one before it: a function of the log alone, so that
    whoever reads the log again gives the same versions.
    """

    def __init__(self, last: LogPosition | None = None) -> None:
        """Begin behind a position, or before all."""
        self._last = last

    @property
    def last(self) -> LogPosition | None:
        """The last position given."""
        return self._last

    def next(self, offset: int, appended_at: datetime) -> LogPosition:
        """Return the position of the record that is next in the log."""
        position = LogPosition(offset, appended_at)
        last = self._last
        if last is not None and position.version <= last.version:
            position = LogPosition(offset, max(appended_at, last.appended_at))
            if position.version <= last.version:
                # Of one millisecond only so many offsets can be told apart.
                position = LogPosition(offset, last.appended_at + _MILLISECOND)
        self._last = position
        return position

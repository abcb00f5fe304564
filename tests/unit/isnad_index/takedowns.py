"""Takedowns as the index service gets them."""

from datetime import UTC, datetime

from isnad.messages import SCHEMA, LogPosition, MatchedTakedown, Takedown

_APPENDED = datetime(2018, 2, 9, 12, 0, tzinfo=UTC)


def takedown(id_, offset, kind="takedown", counted_out=()):
    """A takedown at a place in the ordered log, or its end."""
    about = Takedown(schema=SCHEMA, kind=kind, id=id_, at=_APPENDED, reason="so")
    return MatchedTakedown(
        schema=SCHEMA, kind=kind, takedown=about, position=LogPosition(offset, _APPENDED), counted_out=counted_out
    )

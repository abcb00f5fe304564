"""Takedowns in `articles.raw`: told from articles, and passed on into the ordered log (pure)."""

import msgspec

from isnad.clock import in_utc
from isnad.codec import decode, encode
from isnad.errors import RecordError
from isnad.identity import checked_id
from isnad.messages import RawPlace, Reason, Takedown
from isnad.outcomes import Outcome, Outgoing, Record


class _Article(msgspec.Struct):
    """What only articles have."""

    source: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    title: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    body: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    html: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def pass_on(takedown: Takedown, record: Record, topic: str) -> Outcome:
    """Return a takedown as a message for `topic`, or why it can't be meant.

    Articles disappear by it, so whoever sends one says what he means twice: in the record and in the message's key.
    """
    try:
        checked_id(takedown.id)
        _check_meant(takedown, record)
    except RecordError as exc:
        return Outcome.dead(exc, takedown.id)
    placed = msgspec.structs.replace(takedown, at=in_utc(takedown.at), raw=place_of(record))
    return Outcome("passed", (Outgoing(topic, placed.id.encode(), encode(placed)),), article_id=placed.id)


def place_of(record: Record) -> RawPlace:
    """Return where a raw record stands."""
    return RawPlace(record.appended_at, record.partition, record.offset)


def _check_meant(takedown: Takedown, record: Record) -> None:
    if record.key != takedown.id.encode():
        raise RecordError(Reason.SCHEMA_INVALID, f"a {takedown.kind} has the article's id as the key of its message")
    article = decode(_Article, record.value)
    held = [name for name in article.__struct_fields__ if getattr(article, name) is not msgspec.UNSET]
    if held:
        raise RecordError(Reason.SCHEMA_INVALID, f"a {takedown.kind} has no `{held[0]}`: that is an article's")

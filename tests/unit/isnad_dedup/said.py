"""What is said of each record of a log, to the byte: by one reader of it, and in the topics."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing

from isnad.codec import decode, decode_either
from isnad.messages import DeadLetter, MatchedArticle, MatchedTakedown, StoryChange
from isnad.outcomes import Record
from isnad.similarity.window import Window
from isnad.topics import Topics
from isnad_dedup.log.ledger import Ledger

Said = dict[int, set[tuple[str, bytes]]]
"""By offset: topic and value of the messages that were made of a record; of a dead letter, the reason."""


def by_one_reader(
    log: Sequence[Record], topics: Topics, window: Window, batch_size: Callable[[], int] | None = None
) -> Said:
    """Let a ledger answer the log, whole or in batches of such sizes; its offsets have no gaps."""
    said: Said = {}
    with closing(Ledger(topics, window)) as ledger:
        while len(said) < len(log):
            batch = log[len(said) :][: batch_size() if batch_size else len(log)]
            for record, outcome in zip(batch, ledger.answer(batch), strict=True):
                said[record.offset] = {(message.topic, message.value) for message in outcome.messages}
                if outcome.error is not None:
                    said[record.offset].add((topics.dead, outcome.error.reason.encode()))
    return said


def in_topics(records: Iterable[Record], topics: Topics) -> Said:
    """Gather what stands in the topics that dedup writes to; what was said twice in the same words counts once."""
    said: defaultdict[int, set[tuple[str, bytes]]] = defaultdict(set)
    for record in records:
        if record.topic == topics.dead:
            letter = decode(DeadLetter, record.value)
            said[letter.offset].add((topics.dead, letter.reason.encode()))
        else:
            said[_offset(record.topic, record.value, topics)].add((record.topic, record.value or b""))
    return dict(said)


def articles(said: Said, topics: Topics) -> list[MatchedArticle]:
    """Return the articles with their verdicts, in the order of the log."""
    return [one for one in matched(said, topics) if isinstance(one, MatchedArticle)]


def matched(said: Said, topics: Topics) -> list[MatchedArticle | MatchedTakedown]:
    """Return what is said of articles and takedowns, in the order of the log."""
    return [
        decode_either(MatchedArticle, MatchedTakedown, value)
        for _, messages in sorted(said.items())
        for topic, value in messages
        if topic == topics.matched
    ]


def by_position(said: Said, topics: Topics) -> Said:
    """Put each message where `in_topics` has it: the answer to a takedown that comes again has its first place."""
    placed: defaultdict[int, set[tuple[str, bytes]]] = defaultdict(set)
    for offset, messages in said.items():
        for topic, value in messages:
            placed[offset if topic == topics.dead else _offset(topic, value, topics)].add((topic, value))
    return dict(placed)


def _offset(topic: str, value: bytes | None, topics: Topics) -> int:
    if topic == topics.changes:
        return decode(StoryChange, value).position.offset
    return decode_either(MatchedArticle, MatchedTakedown, value).position.offset


def differences(one: Said, other: Said) -> dict[int, list[set[tuple[str, bytes]]]]:
    """Return by offset what only the one or only the other says; a test compares it with nothing, to fail legibly."""
    empty: set[tuple[str, bytes]] = set()
    pairs = {offset: (one.get(offset, empty), other.get(offset, empty)) for offset in sorted(one.keys() | other.keys())}
    return {offset: [mine - theirs, theirs - mine] for offset, (mine, theirs) in pairs.items() if mine != theirs}

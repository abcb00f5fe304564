"""The index service: enriched articles and changed stories into Elasticsearch (wiring only)."""

import asyncio

import structlog

from isnad.codec import decode, decode_either
from isnad.elastic import Elastic
from isnad.errors import RecordError
from isnad.health import Health
from isnad.indexes import Indexes
from isnad.messages import EnrichedArticle, MatchedTakedown, StoryChange
from isnad.outcomes import Outcome, Process, Record
from isnad.search_index import SearchIndex, Write
from isnad.stage import Stage
from isnad.topics import Topics
from isnad_index.documents import article_write, story_write, takedown_write
from isnad_index.mending import Mending
from isnad_index.recounting import Recounting
from isnad_index.removing import Removing
from isnad_index.setting_up import set_up
from isnad_index.settings import IndexSettings
from isnad_index.writing import Result, Writer

NAME = "index"


def write_of(record: Record, topics: Topics, indexes: Indexes) -> Write | MatchedTakedown | RecordError:
    """Return what one record asks to be written, or the takedown that it is, or why it can't be read."""
    try:
        if record.topic == topics.changes:
            return story_write(decode(StoryChange, record.value), indexes)
        read = decode_either(EnrichedArticle, MatchedTakedown, record.value)
        return read if isinstance(read, MatchedTakedown) else article_write(read, indexes)
    except RecordError as exc:
        return exc


def indexing(writer: Writer, topics: Topics, indexes: Indexes, recounting: Recounting | None = None) -> Process:
    """Return the stage's work: records of both topics in, their outcomes out.

    Args:
        writer: where to.
        topics: the names of the topics.
        indexes: the names of the indexes.
        recounting: counts the entities, when it is asked to; one of its own if None, for others to find its notes.
    """
    counting = recounting or Recounting(writer.index, indexes)
    mending = Mending(writer, indexes)
    removing = Removing(writer, indexes, counting, mending)

    async def process(records: list[Record]) -> list[Outcome]:
        read = await asyncio.to_thread(lambda: [write_of(record, topics, indexes) for record in records])
        asked = [takedown_write(one, indexes) if isinstance(one, MatchedTakedown) else one for one in read]
        writes = [write for write in asked if isinstance(write, Write)]
        async with counting.noted(writes):
            results = dict(zip(writes, await writer.write(writes), strict=True))
        await counting.keep_up()
        await mending.follow(writes, [results[write] for write in writes])
        outcomes = [_outcome(one, results) for one in asked]
        # Only now: whoever writes one of these articles later sees that it was taken down.
        await removing.carry_out(
            [
                one
                for one, outcome in zip(read, outcomes, strict=True)
                if isinstance(one, MatchedTakedown) and one.kind == "takedown" and outcome.status != "dead"
            ]
        )
        return outcomes

    return process


def connect(settings: IndexSettings) -> Elastic:
    """Return the Elasticsearch that the settings say; nothing is sent yet.

    Raises:
        SetupError: a file of certificates can't be read.
    """
    return Elastic(settings.elasticsearch, timeout_seconds=settings.elasticsearch_seconds)


def build(settings: IndexSettings, health: Health) -> Stage:
    """Return the stage on Elasticsearch, ready to run."""
    return build_on(connect(settings), settings, health)


def build_on(index: SearchIndex, settings: IndexSettings, health: Health) -> Stage:
    """Return the stage on any search index, ready to run; it closes the index when it stops."""

    async def put_templates() -> None:
        for name in await set_up(index, settings.indexes, settings.index_replicas):
            structlog.get_logger().warning("A newer isnad made this index template; it stays.", template=name)

    topics = settings.topics
    recounting = Recounting(index, settings.indexes)
    return Stage(
        NAME,
        (topics.enriched, topics.changes),
        indexing(Writer(index), topics, settings.indexes, recounting),
        settings,
        startup=(put_templates,),
        background=(recounting.run,),
        shutdown=(recounting.finish, index.close),
        health=health,
    )


def _outcome(asked: Write | RecordError, results: dict[Write, Result]) -> Outcome:
    if isinstance(asked, RecordError):
        return Outcome.dead(asked)
    result = results[asked]
    if isinstance(result, RecordError):
        return Outcome.dead(result, article_id=asked.id)
    return Outcome(result, article_id=asked.id)

"""The verdicts on the chain's ordered log, made anew, for `isnad dedup --from-log`."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path

import click

from isnad.codec import decode_either
from isnad.errors import RequestError
from isnad.messages import MatchedArticle, MatchedTakedown
from isnad.offline import Bar, left_out
from isnad.outcomes import Outcome, Record
from isnad.similarity.window import Window
from isnad.topics import Topics
from isnad_dedup.log.ledger import Ledger
from isnad_dedup.log.replay import Log
from isnad_dedup.offline.archives import Verdicts

_CHUNK = 200
"""Records in memory at once; one can be megabytes."""


async def answer(
    log: Log, topics: Topics, verdicts: Verdicts, *, window: Window, until_offset: int | None, folder: Path
) -> str:
    """Write the verdict on each article of the log, and return what was left out, in words.

    It is the service's own ledger that is asked, from the log's first record on: what the service does with a record
    is done here too. Late records, takedowns and articles that were taken down have no verdict.

    Args:
        log: where topics can be read.
        topics: the chain's; its prepared articles are the log.
        verdicts: where the verdicts are written to, with their offsets, in the order of the log.
        window: the service's.
        until_offset: where to stop; None for the end that the log has now.
        folder: an empty one for working files.

    Raises:
        BrokerUnavailable: Kafka does not answer.
        RequestError: the log does not go as far as `until_offset`.
        SetupError: there is no such topic.
        StorageUnavailable: the working files can't be written.
    """
    topic = topics.prepared
    start, end = await log.bounds(topic, 0)
    if until_offset is not None:
        if until_offset > end:
            raise RequestError(f"{topic} ends at offset {end}. Ask for no more: --until-offset {end}")
        end = until_offset
    if start:
        click.echo(f"{topic} no longer begins at its start, so the service may have answered otherwise.", err=True)

    dead = 0
    with closing(Ledger(topics, window, remembered=0, folder=folder)) as ledger, Bar(end - start, "records") as bar:
        async for records in _chunks(log.read(topic, 0, start, end)):
            for record, outcome in zip(records, await asyncio.to_thread(_outcomes, ledger, records), strict=True):
                if outcome.status == "dead":
                    dead += 1
                    continue
                for message in outcome.messages:
                    if message.topic == topics.matched:
                        matched = decode_either(MatchedArticle, MatchedTakedown, message.value)
                        if isinstance(matched, MatchedArticle):
                            verdicts.write(matched.article.id, matched.verdict, record.offset)
            bar.show(ledger.next_offset - start, ledger.next_offset - start)
    return left_out(dead, "record")


async def _chunks(records: AsyncIterator[Record]) -> AsyncIterator[list[Record]]:
    chunk: list[Record] = []
    async for record in records:
        chunk.append(record)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _outcomes(ledger: Ledger, records: Sequence[Record]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    while len(outcomes) < len(records):
        # Numbers without records, as a producer's transactions leave them behind, are no reason to stop.
        ledger.skip_to(records[len(outcomes)].offset)
        outcomes += ledger.answer(records[len(outcomes) :])
    return outcomes

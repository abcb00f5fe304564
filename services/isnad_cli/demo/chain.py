"""The running chain as the demo uses it: feeds it, waits until it has drained, reads what became of what was fed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from isnad.addresses import Addresses
from isnad.clock import SystemClock
from isnad.elastic import Elastic
from isnad.indexes import Indexes
from isnad.kafka import Producer
from isnad.topics import Topics
from isnad_cli.demo.draining import drain
from isnad_cli.demo.measuring import Measured, measure, search_for
from isnad_cli.demo.progress import KafkaProgress, Patience
from isnad_cli.demo.sample import Found, search
from isnad_feeder.events import Input
from isnad_feeder.pace import Pace
from isnad_feeder.sending import Display, Feeding
from isnad_feeder.tally import Tally

SAMPLE = "سوريا"
"""What the sample search looks for."""


@dataclass(frozen=True, slots=True)
class Fed:
    """What was fed and what became of it."""

    tally: Tally
    measured: Measured
    sample: Found


async def feed_and_measure(
    addresses: Addresses,
    topics: Topics,
    indexes: Indexes,
    paths: tuple[Path, ...],
    display: Display,
    tell: Callable[[str, int], None],
    stall_seconds: float,
) -> Fed:
    """Feed the paths, wait until all of it has gone through, count what became of it, and make a sample search.

    Raises:
        StalledError: a stage came no further for `stall_seconds`.
        TransientError: Kafka, Elasticsearch or the API did not answer for `stall_seconds`.
    """
    clock = SystemClock()
    patience = Patience(clock, stall_seconds)
    feeding = Feeding(Input(paths, topics.raw), display, clock, pace=Pace(None), timeout_seconds=stall_seconds)
    async with KafkaProgress(addresses.kafka, patience) as kafka, Elastic(addresses.elasticsearch) as elastic:
        starts = {topic: await kafka.ends(topic) for topic in (topics.prepared, topics.dead)}
        async with Producer(addresses.kafka) as producer:
            await feeding.run(producer)
        await drain(kafka, topics, clock, tell, stall_seconds)
        await patience.until_answered(lambda: elastic.refresh(indexes.articles))
        pages = {key.decode() for key in feeding.tally.keys}
        answer = await patience.until_answered(lambda: elastic.search(indexes.articles, search_for(pages)))
        prepared, dead = [await kafka.since(topic, starts[topic]) for topic in starts]
    found = [hit["_source"] for hit in answer["hits"]["hits"]]
    sample = await patience.until_answered(lambda: search(addresses.api, SAMPLE))
    return Fed(feeding.tally, measure(pages, prepared, dead, found), sample)

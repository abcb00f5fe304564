"""The entities service: matched articles in, articles with names and credits out (wiring only)."""

import asyncio
from collections.abc import Callable

from isnad.health import Health
from isnad.outcomes import Outcome, Process, Record
from isnad.stage import Stage
from isnad_entities.enrich import enrich_record, wires
from isnad_entities.names import names
from isnad_entities.settings import EntitiesSettings

NAME = "entities"


def enriching(topic: str, still_working: Callable[[], None] = lambda: None) -> Process:
    """Return the stage's work: matched articles in, the enriched ones as messages for `topic` out.

    `still_working` is called after each article: a batch of very long ones may take minutes.
    """

    def enrich_batch(records: list[Record]) -> list[Outcome]:
        outcomes = []
        for record in records:
            outcomes.append(enrich_record(record, topic))
            still_working()
        return outcomes

    async def process(records: list[Record]) -> list[Outcome]:
        # In a thread, so that the event loop stays free to keep the worker in its group.
        return await asyncio.to_thread(enrich_batch, records)

    return process


def build(settings: EntitiesSettings, health: Health) -> Stage:
    """Return the stage, ready to run."""

    async def read_lists() -> None:
        await asyncio.to_thread(names)
        await asyncio.to_thread(wires)

    def still_working() -> None:
        stage.still_working()

    topics = settings.topics
    process = enriching(topics.enriched, still_working)
    stage = Stage(NAME, (topics.matched,), process, settings, startup=(read_lists,), health=health)
    return stage

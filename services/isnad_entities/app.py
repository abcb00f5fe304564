"""The entities service: matched articles in, articles with names and credits out (wiring only)."""

import asyncio
from collections.abc import Callable
from functools import partial

from isnad.health import Health
from isnad.outcomes import Process, one_by_one
from isnad.stage import Stage
from isnad.topics import Topics
from isnad_entities.enrich import enrich_record, wires
from isnad_entities.names import names
from isnad_entities.settings import EntitiesSettings

NAME = "entities"


def enriching(topics: Topics, after_each: Callable[[], None] = lambda: None) -> Process:
    """Return the stage's work: matched records in, their outcomes out; see `isnad.outcomes.one_by_one`."""
    return one_by_one(partial(enrich_record, topic=topics.enriched), after_each)


def build(settings: EntitiesSettings, health: Health) -> Stage:
    """Return the stage, ready to run."""

    async def read_lists() -> None:
        await asyncio.to_thread(names)
        await asyncio.to_thread(wires)

    def still_working() -> None:
        stage.still_working()

    topics = settings.topics
    process = enriching(topics, still_working)
    stage = Stage(NAME, (topics.matched,), process, settings, startup=(read_lists,), health=health)
    return stage

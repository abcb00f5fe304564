"""The entities service: matched articles in, articles with names and credits out (wiring only)."""

import asyncio
from functools import partial

from isnad.health import Health
from isnad.outcomes import one_by_one
from isnad.stage import Stage
from isnad_entities.enrich import enrich_record, wires
from isnad_entities.names import names
from isnad_entities.settings import EntitiesSettings

NAME = "entities"


def build(settings: EntitiesSettings, health: Health) -> Stage:
    """Return the stage, ready to run."""

    async def read_lists() -> None:
        await asyncio.to_thread(names)
        await asyncio.to_thread(wires)

    def still_working() -> None:
        stage.still_working()

    topics = settings.topics
    process = one_by_one(partial(enrich_record, topic=topics.enriched), still_working)
    stage = Stage(NAME, (topics.matched,), process, settings, startup=(read_lists,), health=health)
    return stage

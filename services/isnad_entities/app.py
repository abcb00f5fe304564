"""The entities service: matched articles in, articles with names and credits out (wiring only)."""

import asyncio
from collections.abc import Callable
from functools import partial

from isnad.health import Health
from isnad.outcomes import Process, in_thread
from isnad.stage import Stage
from isnad.topics import Topics
from isnad_entities.enrich import enrich_records, wires
from isnad_entities.finder import finder
from isnad_entities.settings import SHIPPED, EntitiesModel, EntitiesSettings

NAME = "entities"


def enriching(topics: Topics, after_each: Callable[[], None] = lambda: None, model: EntitiesModel = SHIPPED) -> Process:
    """Return the stage's work: matched records in, their outcomes out; `after_each` is called amid a long batch.

    The model is loaded with the first record, if `finder` has not been called before.
    """
    work = partial(enrich_records, topic=topics.enriched, finder=partial(finder, model), after_each=after_each)
    return in_thread(work)


def build(settings: EntitiesSettings, health: Health) -> Stage:
    """Return the stage, ready to run."""

    async def read_lists() -> None:
        await asyncio.to_thread(finder, settings.entities_model)
        await asyncio.to_thread(wires)

    def still_working() -> None:
        stage.still_working()

    topics = settings.topics
    process = enriching(topics, still_working, settings.entities_model)
    stage = Stage(NAME, (topics.matched,), process, settings, startup=(read_lists,), health=health)
    return stage

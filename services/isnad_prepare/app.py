"""The prepare service: raw records in, clean articles out (wiring only)."""

import asyncio
from functools import partial

from isnad.health import Health
from isnad.outcomes import one_by_one
from isnad.stage import Stage
from isnad_prepare.language import detect
from isnad_prepare.pages import prepare_record
from isnad_prepare.settings import PrepareSettings

NAME = "prepare"


def build(settings: PrepareSettings, health: Health) -> Stage:
    """Return the stage, ready to run."""

    async def load_model() -> None:
        await asyncio.to_thread(detect, "The model is read now, and not while a batch waits.")

    def still_working() -> None:
        stage.still_working()

    topics = settings.topics
    process = one_by_one(partial(prepare_record, topic=topics.prepared), still_working)
    stage = Stage(NAME, (topics.raw,), process, settings, startup=(load_model,), health=health)
    return stage

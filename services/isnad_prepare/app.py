"""The prepare service: raw records in, clean articles out (wiring only)."""

import asyncio
from collections.abc import Callable
from functools import partial

from isnad.health import Health
from isnad.outcomes import Process, one_by_one
from isnad.stage import Stage
from isnad.topics import Topics
from isnad_prepare.language import detect
from isnad_prepare.pages import prepare_record
from isnad_prepare.settings import PrepareSettings

NAME = "prepare"


def preparing(topics: Topics, after_each: Callable[[], None] = lambda: None) -> Process:
    """Return the stage's work: raw records in, their outcomes out; see `isnad.outcomes.one_by_one`."""
    return one_by_one(partial(prepare_record, topic=topics.prepared), after_each)


def build(settings: PrepareSettings, health: Health) -> Stage:
    """Return the stage, ready to run."""

    async def load_model() -> None:
        await asyncio.to_thread(detect, "The model is read now, and not while a batch waits.")

    def still_working() -> None:
        stage.still_working()

    topics = settings.topics
    process = preparing(topics, still_working)
    stage = Stage(NAME, (topics.raw,), process, settings, startup=(load_model,), health=health)
    return stage

"""What dedup's answers depend on beside the log: a state that was made under one of them goes with no other (pure)."""

import pkgutil
import unicodedata
from importlib import import_module
from types import ModuleType

from isnad import similarity
from isnad.similarity.snapshot import Json
from isnad.similarity.window import Window
from isnad_dedup.matching import matcher

ANSWERS = 6
"""To be raised with every change to what is answered, or to the form of the state, that changes no constant."""


def identity(topic: str, window: Window) -> dict[str, Json]:
    """Return these facts, by names that tell a person what differs.

    Every constant of the modules of `isnad.similarity` is one, so a changed threshold can't be forgotten.
    """
    names = [module.name for module in pkgutil.iter_modules(similarity.__path__) if not module.ispkg]
    modules = [matcher, *(import_module(f"{similarity.__name__}.{name}") for name in names)]
    facts: dict[str, Json] = {
        "answers": ANSWERS,
        "topic": topic,
        "window_days": window.days,
        "window_articles": window.articles,
        "unicode": unicodedata.unidata_version,
    }
    for module in modules:
        short_name = module.__name__.rpartition(".")[2]
        facts |= {f"{short_name}.{name}": value for name, value in constants(module).items()}
    return facts


def constants(module: ModuleType) -> dict[str, int | float | str]:
    """Return the constants of a module that are numbers or words."""
    return {
        name: value for name, value in vars(module).items() if name.isupper() and isinstance(value, int | float | str)
    }

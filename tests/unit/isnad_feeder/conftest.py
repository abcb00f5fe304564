"""What the feeder's tests share: reading a path into pages and refusals."""

from collections.abc import Callable
from pathlib import Path

import pytest

from isnad_feeder.events import Event, Input, events


@pytest.fixture
def read() -> Callable[..., list[Event]]:
    """Read paths as the feeder does and return all that happens."""

    def run(*paths: Path, **given: object) -> list[Event]:
        return list(events(Input(paths, "articles.raw", **given)))

    return run

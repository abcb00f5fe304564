"""What the tests of the names share."""

from collections.abc import Callable

import pytest

from isnad.messages import Credit, Mention
from isnad_entities.enrich import read, wires
from isnad_entities.names import names

Reading = Callable[..., list[Mention]]


@pytest.fixture
def mentions() -> Reading:
    """The mentions of a body, and of a title where one is given."""

    def of(body: str, title: str = "") -> list[Mention]:
        return read(title, body, None, None, names(), wires())[0]

    return of


@pytest.fixture
def credits_of() -> Callable[..., list[Credit]]:
    """The credits of a body and an author."""

    def of(body: str, author: str | None = None, title: str = "") -> list[Credit]:
        return read(title, body, None, author, names(), wires())[1]

    return of

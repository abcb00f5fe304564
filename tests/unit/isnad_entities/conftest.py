"""What the tests of the names share."""

from collections.abc import Callable

import pytest

from isnad.messages import Credit, Mention
from isnad_entities.enrich import read, wires
from isnad_entities.names import names


@pytest.fixture
def mentions() -> Callable[..., list[Mention]]:
    """The mentions of a body, and of a title where one is given."""

    def of(body: str, title: str = "") -> list[Mention]:
        return read(title, body, None, None, names(), wires())[0]

    return of


@pytest.fixture
def canonical(mentions: Callable[..., list[Mention]]) -> Callable[..., list[str]]:
    """Type and canonical name of each mention, as «PER سيرغي لافروف»."""

    def of(body: str, title: str = "") -> list[str]:
        return [f"{one.type} {one.canonical}" for one in mentions(body, title)]

    return of


@pytest.fixture
def wire() -> Callable[..., list[Credit]]:
    """The credits of a body, an author and a title."""

    def of(body: str, author: str | None = None, title: str = "") -> list[Credit]:
        return read(title, body, None, author, names(), wires())[1]

    return of

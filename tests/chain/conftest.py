"""The whole chain on real servers, the API with it, shared by the tests of a module."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.conftest import Stack
from tests.harness.chain import STAGES, Chain


@contextmanager
def running(stack: Stack, folder: Path, services: Sequence[str] = STAGES) -> Iterator[Chain]:
    """Run services with topics and indexes of their own."""
    chain = Chain(stack.kafka, stack.elasticsearch, folder)
    chain.create_topics()
    try:
        chain.start(services)
        yield chain
    finally:
        chain.close()


@pytest.fixture(scope="module")
def chain(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """The chain, empty at first."""
    with running(stack, tmp_path_factory.mktemp("chain")) as made:
        made.start_api()
        yield made

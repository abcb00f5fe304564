"""Rows of faults: which of them run, what they are given, and the table at the end.

A test of a fault is marked `@pytest.mark.row(NUMBER, "fault in words")` and runs only with `--faults`; several marks
are several faults that share one load and one count, and each has its line. What `make test`
runs of them stands in `test_in_short.py`: the same faults, a few times each, one after the other on one chain.
Faults in the code itself (`planted.py`) are rows `planted NUMBER`: `--faults=planted` runs them all.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from tests.conftest import Process, Servers, Stack
from tests.faults.table import HELD, Line, print_lines, write
from tests.harness.chain import Chain
from tests.harness.proxy import Proxy
from tests.secured import ADMIN, SecuredElasticsearch

_HERE = Path(__file__).parent
_SECONDS = 600
"""A test of a fault may take so long, unless it says otherwise."""

_CHAIN = pytest.StashKey[Chain]()
_LINES = pytest.StashKey[list[Line]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked = config.getoption("--faults")
    rows = None if asked in (None, "all") else set(asked.split(","))
    left_out = []
    for item in items:
        marks = list(item.iter_markers("row"))
        if not marks:
            wanted = asked is None or not item.path.is_relative_to(_HERE)
        else:
            numbers = {str(mark.args[0]).partition(" ")[0] for mark in marks}
            wanted = asked is not None and (rows is None or not rows.isdisjoint(numbers))
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(_SECONDS))
        if not wanted:
            left_out.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture
def chain(stack: Stack, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Chain]:
    """A chain with topics of its own and no workers yet: `chain.start()` starts one of each stage."""
    yield from _made(Chain(stack.kafka, stack.elasticsearch, tmp_path), request)


def _made(made: Chain, request: pytest.FixtureRequest) -> Iterator[Chain]:
    request.node.stash[_CHAIN] = made
    made.create_topics()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def secured(
    kafka: str, secured_elasticsearch: SecuredElasticsearch, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Chain]:
    """A chain whose Elasticsearch asks for TLS and keys; workers that talk to it are to be given one."""
    let_in = {"auth": (ADMIN, secured_elasticsearch.password), "verify": secured_elasticsearch.context}
    yield from _made(Chain(kafka, secured_elasticsearch.url, tmp_path, let_in=let_in), request)


@pytest.fixture
def broker(servers: Servers, stack: Stack) -> Iterator[Process]:
    """Kafka, to be broken; it runs again at the end."""
    yield from _restored(servers.start_kafka())


@pytest.fixture
def search_server(servers: Servers, stack: Stack) -> Iterator[Process]:
    """Elasticsearch, to be broken; it runs again at the end."""
    yield from _restored(servers.start_elasticsearch())


def _restored(server: Process) -> Iterator[Process]:
    from tests.harness.servers import ended, go_on, start_again

    yield server
    if ended(server.started):
        start_again(server)
    else:
        go_on(server)


@pytest.fixture
def proxy(stack: Stack) -> Iterator[Proxy]:
    """A proxy in front of Elasticsearch: `chain.start` with `ISNAD_ELASTICSEARCH=proxy.url`."""
    with Proxy(stack.elasticsearch) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if report.passed and report.when != "call":
        return report
    chain = item.stash.get(_CHAIN, None)
    settled = chain.settled if chain is not None else None
    counted = settled.count if settled is not None else None
    for mark in reversed(list(item.iter_markers("row"))):
        good = mark.kwargs.get("verdict", HELD)
        line = Line(
            row=mark.args[0],
            fault=mark.args[1],
            injected=counted and counted.injected,
            indexed=counted and counted.indexed,
            dead=counted and counted.dead,
            refused=counted and counted.refused,
            lost=counted and len(counted.lost),
            doubled=counted and len(counted.doubled),
            drain_seconds=settled and settled.drain_seconds,
            verdict=good if report.passed else "skipped" if report.skipped else "BROKEN",
        )
        item.config.stash.setdefault(_LINES, []).append(line)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = config.stash.get(_LINES, [])
    if not lines or config.getoption("--faults") is None:
        return
    terminalreporter.section("faults")
    print_lines(lines, Console(width=160))
    target = config.getoption("--faults-table")
    if target is not None:
        write(lines, target)

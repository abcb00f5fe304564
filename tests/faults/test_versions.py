"""Two versions of isnad at once, as while an installation is brought up to date: worker beside worker."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.harness.altered import Change, altered
from tests.harness.chain import STAGES, Chain
from tests.harness.workers import Worker

pytestmark = pytest.mark.real

_WRITES = "    return _encoder.encode(record)\n"

OLDER = Change(
    "isnad/codec.py",
    _WRITES,
    """    def without(value):
        if not isinstance(value, dict):
            return value
        return {name: without(one) for name, one in value.items() if name not in ("raw", "headers", "deaths")}

    return _encoder.encode(without(msgspec.to_builtins(record, builtin_types=(bytes,))))
""",
)
"""It writes no field that came later, all of which are optional."""

NEWER = Change(
    "isnad/codec.py",
    _WRITES,
    """    def with_more(value):
        if not isinstance(value, dict):
            return value
        # The names in `outlets` are of outlets and not of fields.
        more = {name: one if name == "outlets" else with_more(one) for name, one in value.items()}
        return more | {"of_tomorrow": {"a": [1, "x", None]}}

    return _encoder.encode(with_more(msgspec.to_builtins(record, builtin_types=(bytes,))))
""",
)
"""It writes a field, in each record and in each part of one, that nobody knows today."""


def run_beside(chain: Chain, path: str) -> list[Worker]:
    """Add a worker of each stage that runs the packages on another PYTHONPATH; return when all have partitions."""
    others = [chain.add(stage, PYTHONPATH=path) for stage in STAGES]
    for worker in others:
        chain.wait_until(lambda w=worker: w.logged("partitions"), f"{worker.name} is in no group")
    return others


def take_turns(chain: Chain, others: list[Worker]) -> None:
    """Of each two workers one is away until the other has gone on with what it began, and then the other."""
    topics = chain.topics
    written = {
        "prepare": topics.prepared,
        "dedup": topics.matched,
        "entities": topics.enriched,
        "index": topics.changes,
    }
    for stage, other in zip(STAGES, others, strict=True):
        for worker in (chain.workers[stage], other):
            with worker.down():
                enough = chain.appended(written[stage]) + 40
                chain.wait_until(lambda: chain.appended(written[stage]) >= enough, f"nobody goes on for {worker.name}")  # noqa: B023


def written_without_raw(one: dict[str, Any]) -> bool:
    return "raw" not in one.get("article", one)


def written_with_more(one: dict[str, Any]) -> bool:
    return "of_tomorrow" in one


@pytest.mark.parametrize(
    ("change", "is_of_the_other"),
    [
        pytest.param(
            OLDER,
            written_without_raw,
            marks=pytest.mark.row(46, "an older version of each stage beside the present one"),
        ),
        pytest.param(
            NEWER, written_with_more, marks=pytest.mark.row(46, "a newer version of each stage beside the present one")
        ),
    ],
    ids=["older", "newer"],
)
def test_another_version_beside_the_present_one(
    change: Change, is_of_the_other: Callable[[dict[str, Any]], bool], chain: Chain, tmp_path: Path
):
    """Both are handled, and both have written of each record kind."""
    chain.start()
    others = run_beside(chain, altered(tmp_path / "other", [change]))
    feeding = chain.feed(None, per_second=25)
    take_turns(chain, others)
    chain.check_commits()
    feeding.end()
    assert chain.settle().count.dead == 0
    for topic in (chain.topics.prepared, chain.topics.matched, chain.topics.enriched):
        assert {is_of_the_other(one) for one in chain.contents(topic)} == {True, False}, topic

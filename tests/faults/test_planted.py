"""The harness is not blind: for each promise, a fault in the code makes it fail, in the right words."""

import ast
import re
from pathlib import Path

import pytest
from tests.faults.planted import PLANTED, SLOWER, Planted
from tests.faults.table import NOTICED
from tests.harness.altered import Change, NotThere, altered, installed
from tests.harness.chain import Chain
from tests.harness.proxy import Proxy

SETTINGS = {"ISNAD_SNAPSHOT_SECONDS": "20"}
"""So that a kill finds articles that stand in no snapshot."""


@pytest.mark.real
@pytest.mark.parametrize(
    "one",
    [
        pytest.param(one, marks=pytest.mark.row(f"planted {one.row}", one.promise, verdict=NOTICED), id=one.promise)
        for one in PLANTED
    ],
)
def test_a_fault_put_in_on_purpose_is_noticed(one: Planted, chain: Chain, proxy: Proxy, tmp_path: Path):
    path = altered(tmp_path / "planted", one.changes)
    chain.settings |= {**SETTINGS, "PYTHONPATH": path, "ISNAD_ELASTICSEARCH": proxy.url}
    chain.start()

    def break_and_count() -> None:
        one.fault(chain, proxy)
        chain.settle(one.drain_seconds)

    with pytest.raises((AssertionError, pytest.fail.Exception)) as noticed:
        break_and_count()
    said = str(noticed.value).splitlines()[0]
    assert re.search(one.noticed, said), f"it was noticed otherwise than expected: {noticed.value}"


@pytest.mark.real
@pytest.mark.row("planted", "nothing: the same faults on the code as it is")
def test_without_it_nothing_is_to_be_noticed(chain: Chain, proxy: Proxy):
    chain.settings |= {**SETTINGS, "ISNAD_ELASTICSEARCH": proxy.url}
    chain.start()
    # Last of them those that Elasticsearch refuses for good: once dead, they are not to come again.
    for fault in dict.fromkeys(one.fault for one in PLANTED):
        chain.drain()
        fault(chain, proxy)
    chain.settle()


def test_a_change_of_what_is_no_longer_there_fails(tmp_path: Path):
    with pytest.raises(NotThere, match=r"isnad/stage\.py has 0 times"):
        altered(tmp_path, [Change("isnad/stage.py", "this line was never there", "")])


@pytest.mark.parametrize(
    "change", [*(change for one in PLANTED for change in one.changes), SLOWER], ids=lambda one: one.file
)
def test_each_fault_can_still_be_planted(change: Change):
    """So that whoever changes a line of them hears of it before the long run."""
    text = installed(change.file).read_text(encoding="utf-8")
    assert ast.dump(ast.parse(change.made_in(text))) != ast.dump(ast.parse(text))

"""Nothing that is read can end a process: every parser, on seeds that were spoilt and on the nastiest fragments."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fuzz.corpus import FRAGMENTS
from tests.fuzz.mutation import spoilt
from tests.fuzz.targets import TARGETS

EXAMPLES = 12
"""For each parser; `make fuzz` looks for minutes."""


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_is_read_what_is_promised_holds(name: str) -> None:
    """See the target's own line for what that is."""
    target = TARGETS[name]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def hold(data: st.DataObject) -> None:
        target.run(data.draw(spoilt(target.seeds())))

    hold()


@pytest.mark.parametrize("name", TARGETS)
def test_each_nasty_fragment_alone_and_in_the_middle(name: str) -> None:
    """Alone, and in the middle of what is in order."""
    target = TARGETS[name]
    seed = target.seeds()[-1][:400]
    for fragment in FRAGMENTS:
        data = fragment.encode("utf-8", "surrogatepass")
        half = len(seed) // 2
        for spoiled in (data, seed[:half] + data + seed[half:]):
            target.run(spoiled)

"""Lines are counted without being made."""

from hypothesis import given
from hypothesis import strategies as st

from isnad.text.lines import count_lines


@given(st.text(st.sampled_from("a \n\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"), max_size=30))
def test_there_are_as_many_lines_as_python_makes_of_a_text(text: str) -> None:
    """Whatever ends them; carriage return and line feed end one together."""
    assert count_lines(text) == len(text.splitlines())

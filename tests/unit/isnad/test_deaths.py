"""How often a record died before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isnad import deaths

HEADERS = st.lists(st.tuples(st.sampled_from(["isnad-deaths", "trace"]), st.binary(max_size=9))).map(tuple)


@pytest.mark.parametrize(
    ("headers", "number"),
    [
        ((), 0),
        ((("trace", b"7"),), 0),
        ((("trace", b"7"), ("isnad-deaths", b"3")), 3),
        ((("isnad-deaths", b"-1"),), 0),
        ((("isnad-deaths", "٣".encode()),), 0),
        ((("isnad-deaths", b"9" * 50),), 0),
    ],
)
def test_the_number_is_read_where_it_is_one(headers, number):
    """Anybody may send any header."""
    assert deaths.earlier(headers) == number


@given(HEADERS, st.integers(0, 999_999))
def test_what_is_marked_is_read_again_and_the_other_headers_stay(headers, number):
    """The number is there once, however often it was there before."""
    marked = deaths.marked(headers, number)
    assert deaths.earlier(marked) == number
    assert [one for one in marked if one[0] == "trace"] == [one for one in headers if one[0] == "trace"]
    assert sum(name == "isnad-deaths" for name, _ in marked) == 1

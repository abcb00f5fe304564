"""Bytes that are almost right: seeds cut, doubled, spliced and spoilt, as hypothesis draws it."""

from collections.abc import Sequence

from hypothesis import strategies as st
from tests.fuzz.corpus import FRAGMENTS

_ENCODED = [fragment.encode("utf-8", "surrogatepass") for fragment in FRAGMENTS]
_MOST_STEPS = 6


@st.composite
def spoilt(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """Draw a seed that some changes were made to, or bytes that are none."""
    data = draw(st.sampled_from([*seeds, b""]))
    for _ in range(draw(st.integers(0, _MOST_STEPS))):
        place = draw(st.integers(0, len(data)))
        step = draw(st.sampled_from(("flip", "cut", "drop", "insert", "repeat", "double", "splice", "bytes", "text")))
        head, tail = data[:place], data[place:]
        match step:
            case "flip" if tail:
                data = head + bytes([tail[0] ^ draw(st.integers(1, 255))]) + tail[1:]
            case "cut":
                data = head
            case "drop":
                data = head + tail[draw(st.integers(1, 40)) :]
            case "insert":
                data = head + draw(st.sampled_from(_ENCODED)) + tail
            case "repeat":
                data = head + draw(st.sampled_from(_ENCODED)) * draw(st.integers(2, 30)) + tail
            case "double":
                data = head + tail[:200] + tail
            case "splice":
                other = draw(st.sampled_from(seeds))
                data = head + other[draw(st.integers(0, len(other))) :]
            case "bytes":
                data = head + draw(st.binary(max_size=20)) + tail
            case "text":
                data = head + draw(st.text(max_size=20)).encode() + tail
    return data

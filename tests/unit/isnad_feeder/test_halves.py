"""Half characters in JSON: which escapes are one, wherever a block ends."""

import pytest

from isnad_feeder.halves import MARK, has_one, marked

HALF = MARK.encode()


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (rb'"\ud800"', b'"' + HALF + b'"'),
        (rb'"\uDC00x"', b'"' + HALF + b'x"'),
        (rb'"\uDbfF\n"', b'"' + HALF + rb'\n"'),
        (rb'"\ud83d\u0041"', b'"' + HALF + rb'\u0041"'),
        (rb'"\ud83d\ud83d\ude00"', b'"' + HALF + rb'\ud83d\ude00"'),
        (rb'"\ude00\ud83d"', b'"' + HALF + HALF + b'"'),
        (rb'"\\\ud800"', rb'"\\' + HALF + b'"'),
        (rb'"\ud800\\ude00"', b'"' + HALF + rb'\\ude00"'),
    ],
)
def test_a_half_is_marked_wherever_a_block_ends(given: bytes, wanted: bytes) -> None:
    assert has_one(given)
    for size in range(1, len(given) + 1):
        assert b"".join(marked(given[at : at + size] for at in range(0, len(given), size))) == wanted


@pytest.mark.parametrize(
    "given",
    [
        rb'"\ud83d\ude00 \uD83D\uDE00 \uD83d\uDe00"',
        rb'"\\ud800 \\\\udc00 \\\\\\ud800"',
        rb'"\ud7ff\ue000\u0633\u00d8"',
        '"خبر 😀"'.encode(),
        rb'"\uzzzz \ud8',
        rb'"\ud83d\ude0',
        rb'"\ud83',
        b'"\\',
        b"",
    ],
)
def test_what_is_none_stays_as_it_is(given: bytes) -> None:
    """Pairs, escaped backslashes, the characters on both sides, and what is cut at the end or no JSON."""
    assert not has_one(given)
    for size in range(1, len(given) + 1):
        blocks = list(marked(given[at : at + size] for at in range(0, len(given), size)))
        assert b"".join(blocks) == given
        assert all(blocks)

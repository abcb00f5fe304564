"""Half characters in JSON: escapes of U+D800 to U+DFFF, of which only a high and a low one are a character (pure).

RFC 8259 allows them and leaves open what they mean. Parsers stop at one or put `?` in its place; UTF-8 has none.
"""

import re
from collections.abc import Iterable, Iterator

MARK = "\ufdd1"
"""Stands for half a character: a noncharacter, which Unicode keeps for such use inside a program."""

_MARK = MARK.encode()
_HEX = rb"[0-9a-fA-F]"
_HIGH = rb"\\u[dD][89abAB]" + _HEX + _HEX
_LOW = rb"\\u[dD][c-fC-F]" + _HEX + _HEX
_BEGUN = rb"\\(?:u" + _HEX + rb"{0,3})?"
_PIECES = re.compile(
    rb"(?P<whole>(?:[^\\]++|\\[^u]|\\u(?![dD][89a-fA-F])" + _HEX + rb"{4}|" + _HIGH + _LOW + rb")++)"
    rb"|(?P<unfinished>(?:" + _BEGUN + rb"|" + _HIGH + rb"(?:" + _BEGUN + rb")?)\Z)"
    rb"|(?P<half>" + _HIGH + rb"|" + _LOW + rb")"
    rb"|(?P<wrong>\\)",
    re.DOTALL,
)


def marked(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield JSON in UTF-8, given in blocks cut anywhere, with `MARK` for each half character; no block is empty."""
    held = b""
    for block in blocks:
        data = held + block
        held = b""
        pieces = []
        for found in _PIECES.finditer(data):
            if found.lastgroup == "unfinished":
                held = found[0]
            else:
                pieces.append(_MARK if found.lastgroup == "half" else found[0])
        if done := b"".join(pieces):
            yield done
    if held:
        yield held


def has_one(line: bytes) -> bool:
    """Whether half a character stands in a piece of JSON."""
    return any(found.lastgroup == "half" for found in _PIECES.finditer(line))
